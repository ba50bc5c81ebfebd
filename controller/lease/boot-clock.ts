// A clock that only goes forward and counts the time in which this process, or its machine, stood still. Leases are measured
// by it. process.hrtime goes on while a process is stopped, but not while the machine sleeps; CLOCK_BOOTTIME does, and Linux
// shows it in /proc/uptime. A virtual machine that was frozen from outside knows only by its wall clock, once that is set.

import { readFileSync } from 'node:fs';

export interface Instant {
  readonly bootMs: number;
  readonly wallMs: number;
}

export function instant(): Instant {
  return { bootMs: sinceBootMs(), wallMs: Date.now() };
}

/** How long ago that was by the clock that says more: a wall clock set back is not believed, one set forward is. */
export function elapsedMs(since: Instant, now: Instant = instant()): number {
  return Math.max(now.bootMs - since.bootMs, now.wallMs - since.wallMs);
}

/** How long ago that was at least: a wall clock set forward is not believed. */
export function surelyElapsedMs(since: Instant, now: Instant = instant()): number {
  return now.bootMs - since.bootMs;
}

/** In steps of 10 ms, which is all that the file says. */
function sinceBootMs(): number {
  const [seconds] = readFileSync('/proc/uptime', 'latin1').split(' ');
  return Number(seconds) * 1_000;
}
