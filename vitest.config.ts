// Two kinds of tests: `unit` needs no engine, `engine` needs a real one. Sized for two cores, on which both wait more than
// they work; a test that fails is not tried again. The engine's tests come after the others, so that neither disturbs the
// other's timing. Files share their worker: a process and all modules anew for each of 220 files were a minute of a core.

import { defineConfig } from 'vitest/config';
import { isTorture } from './test/fault/scale.ts';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  test: {
    retry: 0,
    maxWorkers: 3,
    isolate: false,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/engine/**', 'test/fault/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'engine',
          include: ['test/engine/**/*.test.ts', 'test/fault/**/*.test.ts'],
          // What has no short form runs under `npm run torture` alone.
          exclude: isTorture ? [] : ['test/**/*.torture.test.ts'],
          // Several waits of a minute's patience (test/support/until.ts), should a machine be that busy.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
