// Steps of `start-first`: the new container is started beside the old one, gets the names that clients use once it is
// ready, and only then does the old one lose them. For a moment both have them: at none has nobody.
// What a connection is called cannot be changed, so it is cut and made anew. Measured on 20.10: 120 ms, after which the
// container has the address it had, and connections that were open go on.

import type { ContainerSpec } from '../desired-state/container-spec.ts';
import type { Workload } from '../desired-state/resource.ts';
import { createStep, disarm, startStep } from './container-steps.ts';
import { imageSteps } from './image-steps.ts';
import { byLiveName } from './links.ts';
import type { ObservedContainer } from './observed.ts';
import { predecessorName, successorName } from './ownership.ts';
import type { Cause, Step } from './plan.ts';
import type { Prerequisites } from './prerequisites.ts';
import type { Situation } from './situation.ts';
import { type Draft, inOrder, makeStep } from './steps.ts';

/** Not a network of anybody's: nobody is called by a name there. */
const engineNetworks = new Set(['bridge', 'host', 'none']);

/**
 * Made under a passing name, without the names that clients use, and not restarted by the engine: one that ends before it
 * is ready has failed.
 */
export function besideSteps(s: Situation, old: ObservedContainer, cause: Cause, made: Prerequisites): Draft {
  const pull = imageSteps(s, cause, made);
  const create = createStep(s, cause, made, {
    old,
    name: successorName(s.workload.containerName, old.id),
    releases: [],
    spec: nameless(s.workload),
  });
  return {
    steps: [...pull, ...inOrder([create, startStep(s, cause, undefined, [])])],
    gate: create.id,
  };
}

function nameless({ container }: Workload): ContainerSpec {
  const networks = Object.entries(container.networks).map(([name, { aliases: _, ...rest }]) => [name, rest]);
  return { ...container, restart: { name: 'no' }, networks: Object.fromEntries(networks) };
}

/** The container's own name is an alias too: it is called so itself only once the old one has given that up. */
export function giveNamesSteps(s: Situation, beside: ObservedContainer, cause: Cause): Draft {
  const { workload, setting } = s;
  const { networks, links, restart } = workload.container;
  const steps = Object.entries(networks).flatMap(([name, attachment]) => {
    const network = setting.world.networkNames[name] ?? name;
    const aliases = [...new Set([...(attachment.aliases ?? []), workload.containerName])];
    return [
      ...(beside.networks[network] === undefined ? [] : [leave(s, beside, network, cause)]),
      join(s, beside, network, cause, {
        attachment: { ...attachment, aliases },
        ...(links === undefined ? {} : { links: byLiveName(links, setting.world.liveNames) }),
      }),
    ];
  });
  const key = beside.id.slice(0, 12);
  const policy =
    restart.name === 'no'
      ? []
      : [makeStep('updateContainer', s.ref, { containerId: beside.id, restart }, cause, { key })];
  return { steps: inOrder([...steps, ...policy]) };
}

/**
 * The old one is renamed while it is on no network: so the engine counts its networks' endpoints right (decision 2). It
 * comes back to them without a name, to end what it has begun.
 */
export function takeNamesSteps(s: Situation, old: ObservedContainer, cause: Cause): Draft {
  const leaves = Object.keys(old.networks).filter((network) => !engineNetworks.has(network));
  // Cut off before it came back to them, it is on those no more that the new one is on.
  const joins = new Set([...leaves, ...Object.keys(s.owned.candidate?.networks ?? {})]);
  const spec = old.detail?.spec;
  const links = spec?.links === undefined ? {} : { links: spec.links };
  const attachmentOn = (network: string) => {
    const { aliases: _, ...attachment } = spec?.networks[network] ?? {};
    return attachment;
  };
  return {
    steps: inOrder([
      ...leaves.map((network) => leave(s, old, network, cause)),
      asideStep(s, old, cause),
      ...[...joins]
        .filter((network) => !engineNetworks.has(network))
        .map((network) => join(s, old, network, cause, { attachment: attachmentOn(network), ...links })),
    ]),
  };
}

/** The old one has ended: it makes room as in any recreate, and the new one goes on as in any. */
export function yieldSteps(s: Situation, old: ObservedContainer, cause: Cause): Draft {
  return { steps: inOrder([...disarm(s, old, cause), asideStep(s, old, cause)]) };
}

function asideStep({ ref, workload, hash }: Situation, old: ObservedContainer, cause: Cause): Step {
  const name = predecessorName(workload.containerName, old.id);
  const restart = old.detail?.spec.restart.name ?? workload.container.restart.name;
  const args = { containerId: old.id, name, successor: { restart, specHash: hash } };
  return makeStep('renameContainer', ref, args, cause);
}

function leave(s: Situation, container: ObservedContainer, network: string, cause: Cause): Step {
  const key = `${container.id.slice(0, 12)}:${network}`;
  return makeStep('disconnectNetwork', s.ref, { containerId: container.id, network }, cause, { key });
}

function join(
  s: Situation,
  container: ObservedContainer,
  network: string,
  cause: Cause,
  how: Pick<Extract<Step, { op: 'connectNetwork' }>['args'], 'attachment' | 'links'>,
): Step {
  const key = `${container.id.slice(0, 12)}:${network}`;
  return makeStep('connectNetwork', s.ref, { containerId: container.id, network, ...how }, cause, { key });
}
