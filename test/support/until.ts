// Waiting in tests: a check that is asked again until it holds or the deadline is over; never a fixed sleep.

import { setTimeout as pause } from 'node:timers/promises';

const pollMs = 40;
/** A check often opens a store and reads all of it: what takes long is asked for less often, and is seen at most a tenth later. */
const slowestPollMs = 250;

/** What a busy machine may take for anything that takes a second at ease. Patience only: nothing is asserted by it. */
export const patienceMs = 60_000;

/**
 * What `check` gives once it is neither undefined nor false. After the deadline it throws with `what` and the last
 * reason for which it did not hold (a thrown error counts as "not yet").
 */
export async function until<T>(
  check: () => T | Promise<T>,
  deadlineMs: number,
  what: string,
): Promise<Exclude<T, undefined | false>> {
  const started = Date.now();
  const deadline = started + deadlineMs;
  for (let last: unknown; ; ) {
    try {
      const value = await check();
      if (value !== undefined && value !== false) return value as Exclude<T, undefined | false>;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const why = last instanceof Error ? `: ${last.message}` : '';
      throw new Error(`not within ${deadlineMs} ms: ${what}${why}`, { cause: last });
    }
    await pause(Math.min(slowestPollMs, Math.max(pollMs, (Date.now() - started) / 10)));
  }
}

/** Holds during the whole time; throws at the first moment it does not. */
export async function throughout(
  check: () => boolean | Promise<boolean>,
  durationMs: number,
  what: string,
): Promise<void> {
  const end = Date.now() + durationMs;
  do {
    if (!(await check())) throw new Error(`not all the time: ${what}`);
    await pause(pollMs);
  } while (Date.now() < end);
}
