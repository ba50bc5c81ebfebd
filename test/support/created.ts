// A revision's resources made on the real engine by the very steps that an apply would take; nothing is started unless
// it is asked for.

import type { SecretValues } from '../../desired-state/load-types.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { noFacts } from '../../reconcilers/facts.ts';
import { plan } from '../../reconcilers/planner.ts';
import type { Rig } from './rig.ts';

/** Container ids by the name of their workload. */
export async function createdBy(
  rig: Rig,
  revision: Revision,
  secrets: SecretValues,
  starts: (name: string) => boolean = () => false,
): Promise<Map<string, string>> {
  const { engine } = rig;
  const info = await engine.info();
  const observed = {
    at: Date.now(),
    host: { cpus: info.cpus, memoryBytes: info.memoryBytes, apiVersion: info.apiVersion },
    containers: [],
    networks: await engine.networks(),
    volumes: [],
    images: await engine.images(['reeve-test:1']),
    modelServers: {},
    probes: {},
  };
  const { steps } = plan({
    revision,
    observed,
    facts: noFacts,
    now: Date.now(),
    mode: 'apply',
    busy: new Set(),
    names: [],
    allowDelete: false,
  });
  const made = new Map<string, string>();
  for (const step of steps) {
    const name = step.ref.slice(step.ref.indexOf('/') + 1);
    if (step.op.startsWith('create')) {
      const { containerId } = await rig.perform(step.op, step.args as never, { secrets });
      if (containerId !== undefined) made.set(name, containerId);
    }
    const containerId = made.get(name);
    if (step.op === 'startContainer' && containerId !== undefined && starts(name)) {
      await rig.perform('startContainer', { ...step.args, containerId });
    }
  }
  return made;
}
