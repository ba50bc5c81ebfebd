// How much a fault test does: a short form in the suite, the full numbers under `npm run torture`. Torture also prints
// its figures.

export const isTorture = process.env['REEVE_TORTURE'] === '1';

/** `short` in the suite, `full` under torture. */
export function rounds(short: number, full: number): number {
  return isTorture ? full : short;
}

/** A figure for the log of a torture run. */
export function tell(line: string): void {
  if (isTorture) process.stdout.write(`torture: ${line}\n`);
}

/** Long enough for all rounds. */
export function timeoutFor(count: number, eachMs: number): number {
  return Math.max(120_000, count * eachMs);
}
