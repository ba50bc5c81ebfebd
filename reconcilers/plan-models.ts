// Models: pulled where their server has not got them. Those that need one wait for it; nothing is ever deleted.

import { isWorkload, type Model, type Ref, refOf } from '../desired-state/resource.ts';
import { isBackingOff } from './backoff.ts';
import type { ResourceStatus } from './condition.ts';
import { type Finding, statusOf } from './conditions.ts';
import type { Cause } from './plan.ts';
import { type Draft, makeStep } from './steps.ts';
import type { World } from './world.ts';

export interface ModelPart {
  readonly drafts: ReadonlyMap<Ref, Draft>;
  readonly statuses: readonly ResourceStatus[];
  readonly ready: ReadonlySet<Ref>;
  readonly nextAt: readonly number[];
}

/** `isReady` tells of workloads; `mayAct` whether steps are allowed for a ref. */
export function planModels(
  world: World,
  isReady: (ref: Ref) => boolean,
  mayAct: (ref: Ref) => boolean,
): ModelPart {
  const drafts = new Map<Ref, Draft>();
  const statuses: ResourceStatus[] = [];
  const ready = new Set<Ref>();
  const nextAt: number[] = [];
  for (const model of world.revision.resources) {
    if (model.kind !== 'Model') continue;
    const ref = refOf(model);
    const finding = findingOf(world, model, ref, isReady);
    statuses.push(statusOf(finding));
    if (finding.ready) {
      ready.add(ref);
      continue;
    }
    const attempts = world.facts.attempts[ref];
    if (attempts !== undefined && isBackingOff(attempts, world.now)) {
      nextAt.push(attempts.notBefore);
    } else if (finding.reason !== 'ModelServerUnreachable' && mayAct(ref)) {
      const cause: Cause = { reason: 'ModelMissing', message: finding.message, position: model.position };
      const step = makeStep('pullModel', ref, { model }, cause);
      drafts.set(ref, { steps: [step], gate: step.id });
    }
  }
  return { drafts, statuses, ready, nextAt };
}

function findingOf(world: World, model: Model, ref: Ref, isReady: (ref: Ref) => boolean): Finding {
  const answer = world.observed.modelServers[model.server];
  if (answer?.reachable === true && answer.models.some((m) => tagged(m.name) === tagged(model.model))) {
    return { ref, ready: true, reason: 'Pulled', message: `${model.model} is on ${model.server}` };
  }
  const failure = world.facts.failures[ref];
  if (failure !== undefined) {
    const told = {
      reason: failure.reason,
      message: `${model.model} could not be pulled: ${failure.message}`,
    };
    return { ref, ready: false, ...told, degraded: told };
  }
  if (answer?.reachable === true) {
    const told = {
      reason: 'ModelMissing',
      message: `${model.model} is not on ${model.server}; it is pulled`,
    };
    return { ref, ready: false, ...told, progressing: told };
  }
  const server = world.byRef.get(model.server as Ref);
  const waits =
    server === undefined || !isWorkload(server) ? undefined : waitsFor(world, model, isReady(refOf(server)));
  if (waits !== undefined) {
    const told = {
      reason: 'ModelServerNotReady',
      message: `${model.model} waits for ${model.server}, which ${waits}`,
    };
    return { ref, ready: false, ...told, progressing: told };
  }
  const why = answer?.error === undefined ? 'it has not answered yet' : answer.error;
  const told = {
    reason: 'ModelServerUnreachable',
    message: `model server ${model.server} cannot be asked: ${why}`,
  };
  return {
    ref,
    ready: false,
    ...told,
    ...(answer === undefined ? { progressing: told } : { degraded: told }),
  };
}

/** Why its server, a workload of ours, is no reason to worry yet; an answer from before it was ready says nothing. */
function waitsFor({ observed }: World, { server }: Model, ready: boolean): string | undefined {
  if (!ready) return 'is not ready';
  const asked = observed.modelServers[server]?.at;
  const probed = observed.probes[server];
  const isOld = asked !== undefined && probed?.outcome === 'pass' && probed.at > asked;
  return isOld ? 'has not answered yet' : undefined;
}

/** A model without a tag is its `latest`. */
function tagged(name: string): string {
  return name.includes(':') ? name : `${name}:latest`;
}
