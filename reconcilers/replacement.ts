// How a recreate under way stands, told from the two containers alone: the old one waits under its predecessor name.

import { isPassing } from './ownership.ts';
import { driftOf, type Situation } from './situation.ts';

/**
 * `missing`: the new one was never made. `unwanted`: the old one is what is wanted after all, or the new one failed
 * before. `waiting`: made, the two have not changed places. `outdated`: made for a wish that has changed since.
 */
export type Fate = 'ready' | 'failed' | 'outdated' | 'unwanted' | 'missing' | 'waiting' | 'starting';

/** Restarts by the engine after which a new one is not worth waiting for. */
const hopelessRestarts = 3;

/** undefined: no recreate is under way. */
export function successorFate(s: Situation): Fate | undefined {
  const { predecessor } = s.owned;
  if (predecessor === undefined) return undefined;
  const successor = s.container;
  const triedBefore = s.facts.failedReplacements[s.ref]?.specHash === s.hash;
  if (successor === undefined) return triedBefore || isWanted(s) ? 'unwanted' : 'missing';
  if (s.readiness?.state === 'ready' || s.readiness?.state === 'done') return 'ready';
  if (s.drift.some((d) => d.act === 'recreate')) return isWanted(s) ? 'unwanted' : 'outdated';
  if (hasFailed(s)) return 'failed';
  // One that was started beside the old one has that run on until it is ready.
  if (isPassing(successor) && successor.state !== 'exited') return 'starting';
  if (['created', 'exited'].includes(successor.state) || predecessor.state === 'running') return 'waiting';
  return 'starting';
}

/**
 * Clients that have asked for its address just before, or whose first packet was lost while it changed its names (it is sent
 * again after 1 s, and after 3 s), still come to the old one.
 */
export const drainMs = 4_000;

/** Until when the old one goes on serving though it has no name any more; undefined: it may go. */
export function drainsUntil({ owned, facts, now, ref }: Situation): number | undefined {
  const { current, predecessor } = owned;
  const replacing = facts.replacing[ref];
  if (current === undefined || !isPassing(current) || predecessor?.state !== 'running') return undefined;
  const until = replacing?.oldId === predecessor.id ? replacing.at + drainMs : 0;
  return until > now ? until : undefined;
}

/** Nothing differs between the old one and what is declared that would need a new container. */
function isWanted(s: Situation): boolean {
  const { predecessor } = s.owned;
  if (predecessor?.detail === undefined) return false;
  return !driftOf(s.setting, s.workload, predecessor).some((d) => d.act === 'recreate');
}

/** Its new container is not worth waiting for. */
export function hasFailed(s: Situation): boolean {
  const { container, failure, now, policy } = s;
  if (container === undefined) return false;
  // With the engine it ended without a fault of its own: it is started again.
  if (container.state === 'exited' && s.stop?.by === 'engine') return false;
  if (container.state === 'exited' || container.state === 'dead') return true;
  if (container.state === 'restarting' && (container.detail?.restartCount ?? 0) >= hopelessRestarts)
    return true;
  if (container.state === 'created') {
    const refused = failure !== undefined && failure.at >= container.createdAt;
    if (refused || (container.detail?.error ?? '') !== '') return true;
    return false;
  }
  if (container.state === 'running' && s.readiness?.state === 'notReady') return true;
  // What a reboot has started again has its time again.
  const since = Math.max(container.createdAt, container.detail?.startedAt ?? 0);
  return now - since > policy.progressDeadlineMs;
}
