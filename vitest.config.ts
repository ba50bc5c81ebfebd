// Two kinds of tests: `unit` needs no engine, `engine` needs a real one. Sized for two cores; a test that fails is not
// tried again. The engine's tests come after the others, so that neither disturbs the other's timing.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    retry: 0,
    maxWorkers: 2,
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
          // With a real engine they wait more than they work.
          maxWorkers: 3,
          include: ['test/engine/**/*.test.ts', 'test/fault/**/*.test.ts'],
          // Several waits of a minute's patience (test/support/until.ts), should a machine be that busy.
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
