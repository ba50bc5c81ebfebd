// Rows: what a controller costs that keeps 100 containers while nothing happens for ten minutes: CPU, memory, and that
// its memory stays flat.

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Controller, cpuMs } from '../test/support/reeve.ts';
import type { Row } from './table.ts';

const settleMs = 10_000;
const windowMs = 600_000;
const sampleMs = 30_000;
/** Memory at the end against the middle: a leak shows, a collection that is due does not. */
const flatBound = 1.1;

export async function idleRows(controller: Controller): Promise<readonly Row[]> {
  await pause(settleMs);
  const passesBefore = controller.log().length;
  const before = cpuMs(controller.pid);
  const startedAt = performance.now();
  const samples: number[] = [];
  while (performance.now() - startedAt < windowMs) {
    await pause(sampleMs);
    samples.push(residentMb(controller.pid));
  }
  const used = cpuMs(controller.pid) - before;
  const elapsed = performance.now() - startedAt;
  const megabytes = Math.max(...samples);
  const half = samples.slice(0, samples.length / 2);
  const lines = controller.log().length - passesBefore;
  return [
    {
      name: 'idle with 100 kept: CPU',
      measured: `${used} ms in ${(elapsed / 1_000).toFixed(0)} s`,
      reference: 'one core',
      figure: (used / elapsed) * 100,
      bound: 0.5,
      unit: '%',
      notes: [],
      where: [`${lines} log lines in the window`],
    },
    {
      name: 'idle with 100 kept: memory',
      measured: `${megabytes.toFixed(0)} MB resident at most`,
      reference: '',
      figure: megabytes,
      bound: 150,
      unit: 'MB',
      notes: [],
      where: [],
    },
    {
      name: 'idle with 100 kept: memory is flat',
      measured: `${samples.at(-1)?.toFixed(0)} MB at the end`,
      reference: `${Math.max(...half).toFixed(0)} MB at most in the first half`,
      figure: (samples.at(-1) ?? Number.NaN) / Math.max(...half),
      bound: flatBound,
      unit: '×',
      notes: [],
      where: [],
    },
  ];
}

function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1_024;
}
