// Which of the containers that carry our identity are ours: labels alone do not say, since `docker commit` and `run`
// hand them on. A name, or the store's memory of what we made, must speak for a container too. What Compose made is
// ours once it was adopted; while a person adopts, all of it is looked at as ours.

import type { Workload } from '../desired-state/resource.ts';
import { isMadeByCompose } from './compose-identity.ts';
import type { Facts } from './facts.ts';
import { pinOf } from './image-key.ts';
import { identityLabels, type ObservedContainer } from './observed.ts';

export interface Owned {
  /** The one that is kept. */
  readonly current?: ObservedContainer;
  /** The old one of a recreate under way. */
  readonly predecessor?: ObservedContainer;
  /** Ours, and too many: left by an interrupted recreate. */
  readonly leftovers: readonly ObservedContainer[];
  /** They carry our identity, and we did not make them. */
  readonly foreign: readonly ObservedContainer[];
}

const none: readonly ObservedContainer[] = [];
export const ownsNothing: Owned = { leftovers: none, foreign: none };

/** The name of a container that waits for its successor to be ready. */
export function predecessorName(containerName: string, id: string): string {
  return `${containerName}.replaced-${id.slice(0, 12)}`;
}

/** The name of a container that is made to take the place of one with this id, until that has given its own up. */
export function successorName(containerName: string, oldId: string): string {
  return `${containerName}.replacing-${oldId.slice(0, 12)}`;
}

/** Made for a recreate that was cut off before the two changed places: it never ran, and is made anew. */
function isStranded({ name }: ObservedContainer): boolean {
  return /\.replacing-[0-9a-f]{12}$/.test(name);
}

/** Named by its own id in our pattern: a predecessor, without any store. */
export function isPredecessor(container: ObservedContainer): boolean {
  return container.name.endsWith(`.replaced-${container.id.slice(0, 12)}`);
}

function bearsItsName(container: ObservedContainer, workload: Workload | undefined): boolean {
  const made = container.labels[identityLabels.container];
  return (
    container.name === workload?.containerName ||
    container.name === made ||
    isPredecessor(container) ||
    (isStranded(container) && container.state === 'created')
  );
}

/** Sorts out the containers that carry one identity. `workload` is absent when it is declared no more. */
export function ownership(
  workload: Workload | undefined,
  containers: readonly ObservedContainer[],
  facts: Facts,
  adopting: boolean,
): Owned {
  const [only] = containers;
  if (only === undefined) return ownsNothing;
  if (containers.length === 1 && !isPredecessor(only) && !isStranded(only)) {
    return isOurs(only, workload, facts, adopting, true)
      ? { current: only, leftovers: none, foreign: none }
      : { leftovers: none, foreign: containers };
  }
  // Newest first: of two of ours the newer one was made for a later wish.
  const sorted = [...containers].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
  const ours = sorted.filter((c) => isOurs(c, workload, facts, adopting, false));
  const old = ours.filter(isPredecessor);
  const stranded = ours.filter(isStranded);
  const kept = ours.filter((c) => !isPredecessor(c) && !isStranded(c));
  const made = kept.filter((c) => facts.made[c.id] !== undefined);
  const named = kept.filter((c) => facts.made[c.id] === undefined);
  const current = made.find((c) => c.name === workload?.containerName) ?? made[0] ?? named[0];
  const [predecessor, ...older] = old;
  return {
    ...(current === undefined ? {} : { current }),
    ...(predecessor === undefined ? {} : { predecessor }),
    leftovers: [...made.filter((c) => c !== current), ...stranded, ...older],
    foreign: [...sorted.filter((c) => !ours.includes(c)), ...named.filter((c) => c !== current)],
  };
}

/** `alone`: no other has this identity, so one under another name may be ours, renamed, if it runs our image. */
function isOurs(
  container: ObservedContainer,
  workload: Workload | undefined,
  facts: Facts,
  adopting: boolean,
  alone: boolean,
): boolean {
  if (isMadeByCompose(container.labels) && facts.made[container.id] === undefined)
    return adopting || isPredecessor(container);
  if (facts.made[container.id] !== undefined || bearsItsName(container, workload)) return true;
  if (!alone || workload === undefined) return false;
  const { image } = workload.container;
  return container.image === image || container.imageId === pinOf(facts, workload);
}
