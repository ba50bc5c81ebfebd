// Which of the containers that carry our identity are ours: labels alone do not say, since `docker commit` and `run`
// hand them on. A name, or the store's memory of what we made, must speak for a container too. What Compose made is
// ours once it was adopted; while a person adopts, all of it is looked at as ours.

import { refOf, type Workload } from '../desired-state/resource.ts';
import { isMadeByCompose } from './compose-identity.ts';
import type { Facts } from './facts.ts';
import { pinOf } from './image-key.ts';
import { claimedRef, identityLabels, type ObservedContainer } from './observed.ts';

export interface Owned {
  /** The one that is kept. */
  readonly current?: ObservedContainer;
  /** The old one of a recreate under way. */
  readonly predecessor?: ObservedContainer;
  /** Started beside the current one, to take its place once it is ready (`start-first`). */
  readonly candidate?: ObservedContainer;
  /** Ours, and too many: left by an interrupted recreate. */
  readonly leftovers: readonly ObservedContainer[];
  /** They carry our identity, and we did not make them. */
  readonly foreign: readonly ObservedContainer[];
}

/** All of ours that there are of it. */
export function allOf({ current, predecessor, candidate, leftovers }: Owned): readonly ObservedContainer[] {
  return [current, predecessor, candidate].filter((c) => c !== undefined).concat(leftovers);
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

/** Made to take the place of another, and not called by its own name yet. */
export function isPassing({ name }: Pick<ObservedContainer, 'name'>): boolean {
  return /\.replacing-[0-9a-f]{12}$/.test(name);
}

/** Which of several that run is asked how its workload is: the lowest. What waits to go says nothing of it. */
function standing(container: ObservedContainer): number {
  return isPredecessor(container) ? 2 : isPassing(container) ? 1 : 0;
}

/** Called otherwise than it was made: renamed, or a copy that inherited its labels. */
function isMisnamed({ name, labels }: ObservedContainer): boolean {
  return labels[identityLabels.container] !== name;
}

/** Of several with the same labels, who is to be asked comes first: no copy in the place of what it is a copy of. */
export function byStanding(a: ObservedContainer, b: ObservedContainer): number {
  return standing(a) - standing(b) || Number(isMisnamed(a)) - Number(isMisnamed(b));
}

/** The running container that is asked, or told, in a workload's name. */
export function runningOf(
  containers: readonly ObservedContainer[],
  platform: string,
  ref: string,
): ObservedContainer | undefined {
  const [first] = containers
    .filter(
      ({ labels, state }) =>
        state === 'running' && labels[identityLabels.platform] === platform && claimedRef(labels) === ref,
    )
    .sort(byStanding);
  return first;
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
    (isPassing(container) &&
      (container.state === 'created' || container.name.startsWith(`${made ?? ''}.replacing-`)))
  );
}

/**
 * It ran, or was to: one that was made to be started beside another. One that never was is of a recreate that was cut off
 * before the two changed places, and is made anew.
 */
function hasBegun(container: ObservedContainer, workload: Workload | undefined, facts: Facts): boolean {
  if (container.state !== 'created') return true;
  if (workload?.updateOrder !== 'start-first') return false;
  const failure = facts.failures[refOf(workload)];
  return failure !== undefined && failure.removing !== true && failure.at >= container.createdAt;
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
  if (containers.length === 1 && standing(only) === 0) {
    return isOurs(only, workload, facts, adopting, true)
      ? { current: only, leftovers: none, foreign: none }
      : { leftovers: none, foreign: containers };
  }
  // Newest first: of two of ours the newer one was made for a later wish.
  const sorted = [...containers].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
  const ours = sorted.filter((c) => isOurs(c, workload, facts, adopting, false));
  const old = ours.filter(isPredecessor);
  const passing = ours.filter((c) => standing(c) === 1);
  const kept = ours.filter((c) => standing(c) === 0);
  const made = kept.filter((c) => facts.made[c.id] !== undefined);
  const named = kept.filter((c) => facts.made[c.id] === undefined);
  const own = made.find((c) => c.name === workload?.containerName) ?? made[0] ?? named[0];
  const [predecessor, ...older] = old;
  const [beside] = passing.filter((c) => hasBegun(c, workload, facts) && isFor(c, own ?? predecessor));
  // The old one has given its name up, or is gone: the new one is what there is.
  const current = own ?? beside;
  const candidate = own === undefined ? undefined : beside;
  return {
    ...(current === undefined ? {} : { current }),
    ...(predecessor === undefined ? {} : { predecessor }),
    ...(candidate === undefined ? {} : { candidate }),
    leftovers: [...made.filter((c) => c !== current), ...passing.filter((c) => c !== beside), ...older],
    foreign: [...sorted.filter((c) => !ours.includes(c)), ...named.filter((c) => c !== current)],
  };
}

/** Made to take the place of this very one; of none where that is gone. */
function isFor(container: ObservedContainer, old: ObservedContainer | undefined): boolean {
  return old === undefined || container.name.endsWith(`.replacing-${old.id.slice(0, 12)}`);
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
  return container.image === image || container.imageId === pinOf(facts, workload, container.imageId);
}
