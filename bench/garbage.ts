// Collects garbage when asked: else what is measured pays for what was measured before it.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/** Held by the heap when all garbage is collected. */
export function heldKb(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1_024;
}
