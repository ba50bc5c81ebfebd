// Back-off as a value: how long to wait after a failure, and when the failures are forgotten. No clock, no randomness.

import type { Policy } from '../desired-state/revision.ts';
import type { Attempts } from './facts.ts';

/** The longest wait is stretched or shrunk by at most this share, so that many failures do not come back in step. */
const jitterShare = 0.2;

/**
 * What is remembered after one more attempt (a start that answers a failure, or an act that failed).
 * The first has no wait before it; then waits grow by `factor`. Over the budget it is a crash loop: the waits go on
 * growing from where they are, up to `maxMs`, for as long as it lasts. `jitter` is a random number from 0 to 1.
 */
export function nextAttempt(
  attempts: Attempts | undefined,
  policy: Pick<Policy, 'restartBudget' | 'backoff'>,
  now: number,
  jitter: number,
  failure: string,
): Attempts {
  const { restarts, withinMs } = policy.restartBudget;
  const at = [...(attempts?.at ?? []).filter((t) => t > now - withinMs), now].slice(-(restarts + 1));
  const looping = attempts?.crashLoopSince !== undefined || at.length >= restarts;
  const wait = Math.min(policy.backoff.maxMs, baseWait(attempts, at.length, policy));
  return {
    at,
    notBefore: now + Math.round(wait * (1 - jitterShare * jitter)),
    ...(looping ? { crashLoopSince: attempts?.crashLoopSince ?? now } : {}),
    lastFailure: failure,
  };
}

function baseWait(attempts: Attempts | undefined, count: number, policy: Pick<Policy, 'backoff'>): number {
  const { initialMs, factor } = policy.backoff;
  const fresh = initialMs * factor ** (count - 1);
  if (attempts?.crashLoopSince === undefined) return fresh;
  // In a crash loop the window empties while it waits: the last wait is the only memory of how far it has come.
  const last = attempts.at.at(-1) ?? attempts.notBefore;
  return Math.max(fresh, ((attempts.notBefore - last) / (1 - jitterShare / 2)) * factor);
}

/** Healthy for so long that past attempts no longer count. */
export function isReset(healthySince: number, policy: Pick<Policy, 'resetAfterMs'>, now: number): boolean {
  return now - healthySince >= policy.resetAfterMs;
}

/** Attempts within the window use up the budget. */
export function isOverBudget(attempts: Attempts | undefined): boolean {
  return attempts?.crashLoopSince !== undefined;
}

/** Nothing is to be tried before `attempts.notBefore`. */
export function isBackingOff(attempts: Attempts | undefined, now: number): boolean {
  return attempts !== undefined && now < attempts.notBefore;
}
