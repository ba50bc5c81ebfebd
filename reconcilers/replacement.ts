// How a recreate under way stands, told from the two containers alone: the old one waits under its predecessor name.

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
  if (successor.state !== 'running' || predecessor.state === 'running') return 'waiting';
  return 'starting';
}

/** Nothing differs between the old one and what is declared that would need a new container. */
function isWanted(s: Situation): boolean {
  const { predecessor } = s.owned;
  if (predecessor?.detail === undefined) return false;
  return !driftOf(s.setting, s.workload, predecessor).some((d) => d.act === 'recreate');
}

function hasFailed(s: Situation): boolean {
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
