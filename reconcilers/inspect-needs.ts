// Which containers must be inspected before a plan can be made. Where the list call says enough: none.

import { isWorkload, type Ref, refOf, type Workload } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import { isBroughtTo } from './brought-to.ts';
import type { Facts } from './facts.ts';
import { isHealthStale } from './health.ts';
import { pinOf } from './image-key.ts';
import { identityLabels, type ObservedContainer, type ObservedState } from './observed.ts';
import { mayHaveToFollow } from './recreated-dependency.ts';
import { namespaceDetailsMissing } from './shared-modes.ts';
import { specHash } from './spec-hash.ts';
import { ownedContainers, resourcesByRef } from './world.ts';

/**
 * Ids of our containers without detail that the plan needs it of, or with a stale one, in the engine's order. None of `busy` resources: the
 * plan has no steps for them, and an inspect waits in the engine until a start under way has ended.
 */
export function needsInspect(
  revision: Revision,
  observed: ObservedState,
  facts: Facts,
  busy: ReadonlySet<Ref> = new Set(),
): string[] {
  const byRef = resourcesByRef(revision);
  const ids: string[] = [];
  const byName = new Map(observed.containers.map((c) => [c.name, c]));
  const owned = ownedContainers(revision, observed, facts, byRef, true);
  for (const [ref, { current, predecessor, candidate }] of owned) {
    const workload = byRef.get(ref);
    if (workload === undefined || !isWorkload(workload) || busy.has(ref)) continue;
    // A predecessor is compared (it may be what is wanted again) and its anonymous volumes move along.
    if (predecessor !== undefined && predecessor.detail === undefined) ids.push(predecessor.id);
    // What it is called, and why it has ended, only an inspect tells; what it is beside is compared with what is declared.
    if (candidate !== undefined)
      ids.push(
        ...[candidate, current].flatMap((c) => (c !== undefined && c.detail === undefined ? [c.id] : [])),
      );
    if (current === undefined) continue;
    ids.push(...namespaceDetailsMissing(workload, current, byName));
    if (current.health === 'unhealthy' && (current.detail === undefined || isHealthStale(current))) {
      ids.push(current.id);
      continue;
    }
    if (current.detail !== undefined) continue;
    // Only its own start tells a restart that was made, and its outcome lost, from one still to be made.
    const isToRestart = facts.restarts[ref] !== undefined;
    const isReplacing = predecessor !== undefined && current.state !== 'running';
    const follows = mayHaveToFollow(workload, current, facts, owned);
    if (isReplacing || isToRestart || follows || isUnclear(workload, current, facts)) ids.push(current.id);
  }
  return [...new Set(ids)];
}

function isUnclear(workload: Workload, container: ObservedContainer, facts: Facts): boolean {
  const hash = specHash(workload);
  if (container.labels[identityLabels.specHash] !== hash || !isBroughtTo(container, hash, facts)) return true;
  if (!isPinned(workload, container, facts)) return true;
  if (container.state === 'running' || container.state === 'paused' || container.state === 'restarting')
    return false;
  if (container.state === 'removing') return false;
  // At rest: what there is to know of its end is remembered.
  return facts.completed[refOf(workload)]?.containerId !== container.id;
}

/** It runs what its image's tag meant when the revision came in force, as far as that is remembered. */
export function isPinned(workload: Workload, container: ObservedContainer, facts: Facts): boolean {
  const pin = pinOf(facts, workload, container.imageId);
  return pin === undefined || pin === container.imageId;
}
