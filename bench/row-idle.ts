// Rows: what a controller costs that keeps 100 containers while nothing happens: CPU over a minute, memory at its end.

import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Controller, cpuMs } from '../test/support/reeve.ts';
import type { Row } from './table.ts';

const settleMs = 10_000;
const windowMs = 60_000;

export async function idleRows(controller: Controller): Promise<readonly Row[]> {
  await pause(settleMs);
  const passesBefore = controller.log().length;
  const before = cpuMs(controller.pid);
  const startedAt = performance.now();
  await pause(windowMs);
  const used = cpuMs(controller.pid) - before;
  const elapsed = performance.now() - startedAt;
  const megabytes = residentMb(controller.pid);
  const lines = controller.log().length - passesBefore;
  return [
    {
      name: 'idle with 100 kept: CPU',
      measured: `${used} ms in ${(elapsed / 1_000).toFixed(0)} s`,
      reference: 'one core',
      figure: (used / elapsed) * 100,
      bound: 1,
      unit: '%',
      notes: [],
      where: [`${lines} log lines in the window`],
    },
    {
      name: 'idle with 100 kept: memory',
      measured: `${megabytes.toFixed(0)} MB resident`,
      reference: '',
      figure: megabytes,
      bound: 150,
      unit: 'MB',
      notes: [],
      where: [],
    },
  ];
}

function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb) / 1_024;
}
