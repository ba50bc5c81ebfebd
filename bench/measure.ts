// Small statistics and clocks that the rows share.

import { readFileSync } from 'node:fs';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const above = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + above) / 2 : above;
}

/** `87 ms (80–120)`: the median and the range. */
export function spread(values: readonly number[], unit = 'ms'): string {
  const round = (value: number): string => (value >= 20 ? value.toFixed(0) : value.toFixed(1));
  return `${round(median(values))} ${unit} (${round(Math.min(...values))}–${round(Math.max(...values))})`;
}

/** Wall time of `work`, ms. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Share of one core that the rest of the machine took while something ran: figures of a busy machine mean less. */
export class Load {
  readonly #before = cpuTimes();

  /** `load 1.2 0.8 0.5; 43 % of 2 cores busy`. */
  describe(): string {
    const now = cpuTimes();
    const all = now.all - this.#before.all;
    const busy = all === 0 ? 0 : 1 - (now.idle - this.#before.idle) / all;
    const [one = '', five = '', fifteen = ''] = readFileSync('/proc/loadavg', 'utf8').split(' ');
    return `load ${one} ${five} ${fifteen}; ${(busy * 100).toFixed(0)} % of ${now.cores} cores busy`;
  }
}

function cpuTimes(): { readonly all: number; readonly idle: number; readonly cores: number } {
  const lines = readFileSync('/proc/stat', 'utf8').split('\n');
  const fields = (lines[0] ?? '').split(/\s+/).slice(1, 9).map(Number);
  const all = fields.reduce((sum, ticks) => sum + ticks, 0);
  return {
    all,
    idle: (fields[3] ?? 0) + (fields[4] ?? 0),
    cores: lines.filter((line) => /^cpu\d/.test(line)).length,
  };
}

/** The value below which `share` of all are, 0.99 for the p99. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
