// What the machine is like just now: a promise in milliseconds is made for one at ease, and a busy one is none.

import { spawn } from 'node:child_process';
import { expect } from 'vitest';

/** What a Node that does nothing takes from its start to its end on an idle machine, ms. */
const nodeMs = 40;

/** How many times as long as at ease a process takes now; never less than 1. */
async function slowness(): Promise<number> {
  const startedAt = performance.now();
  await new Promise<void>((resolve, reject) => {
    spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' })
      .once('error', reject)
      .once('exit', () => resolve());
  });
  return Math.max(1, (performance.now() - startedAt) / nodeMs);
}

/** `what` ends within `promisedMs` of a machine at ease: as much longer only as everything takes longer meanwhile. */
export async function within<T>(promisedMs: number, what: () => Promise<T>): Promise<T> {
  const meanwhile = slowness();
  const startedAt = performance.now();
  const result = await what();
  const ms = performance.now() - startedAt;
  const factor = Math.max(await meanwhile, await slowness());
  expect(ms, `the machine is ${factor.toFixed(1)} times slower than at ease`).toBeLessThan(
    promisedMs * factor,
  );
  return result;
}

/** The share of a core that a process takes while `meanwhile` lasts, by the time that it really lasted. */
export async function cpuShare(cpuMs: () => number, meanwhile: () => Promise<unknown>): Promise<number> {
  const [startedAt, before] = [performance.now(), cpuMs()];
  await meanwhile();
  return (cpuMs() - before) / (performance.now() - startedAt);
}
