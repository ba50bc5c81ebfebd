// What could not be removed and waits for its next try: the plan has no step for it meanwhile, and still it is not gone.

import type { Ref } from '../desired-state/resource.ts';
import type { ResourceStatus } from './condition.ts';
import { statusOf } from './conditions.ts';
import type { Facts } from './facts.ts';

/** Reasons of its condition `Degraded`; the message has the engine's own words. */
export const removalFailures: ReadonlySet<string> = new Set(['RemovalFailed', 'NetworkCountLost']);
/** Trying again is no use before somebody did something. */
export const hopelessRemovals: ReadonlySet<string> = new Set(['NetworkCountLost']);

/** `statuses`, with those whose removal failed said to be so; `waiting`: refs that wait for their next try. */
export function withFailedRemovals(
  statuses: readonly ResourceStatus[],
  waiting: Iterable<Ref>,
  facts: Facts,
): readonly ResourceStatus[] {
  const failed = new Map<Ref, ResourceStatus>();
  for (const ref of waiting) {
    const failure = facts.failures[ref];
    if (failure?.removing !== true) continue;
    const reason = hopelessRemovals.has(failure.reason) ? failure.reason : 'RemovalFailed';
    const told = { reason, message: `it could not be removed: ${failure.message}` };
    failed.set(ref, statusOf({ ref, ready: false, ...told, degraded: told }));
  }
  if (failed.size === 0) return statuses;
  const kept = statuses.filter((s) => !failed.has(s.ref));
  return [...kept, ...failed.values()].sort((a, b) => (a.ref < b.ref ? -1 : 1));
}
