// What the engine's word "unhealthy" is worth. Pausing a container (`docker commit` does, backup tools do) stops its
// healthcheck, and the engine calls it unhealthy until the next check, without one that failed.

import type { ObservedContainer } from './observed.ts';

/** The engine's own default. */
const engineRetries = 3;
/** The engine's own default. */
const engineIntervalMs = 30_000;

/** The engine says `unhealthy` and, as far as is known, fewer checks in a row failed than make it so. */
export function isHealthStale({ health, detail }: ObservedContainer): boolean {
  if (health !== 'unhealthy' || detail?.failingStreak === undefined) return false;
  return detail.failingStreak < (detail.spec.healthcheck?.retries || engineRetries);
}

/** The next check of its healthcheck has run by then, seen from `at`. */
export function nextCheckAt({ detail }: ObservedContainer, at: number): number {
  return at + (detail?.spec.healthcheck?.intervalMs || engineIntervalMs);
}
