// The clock of a lease: whichever clock says that more time has passed is believed by the holder, the other by a successor.

import { expect, test } from 'vitest';
import { elapsedMs, instant, surelyElapsedMs } from '../../../controller/lease/boot-clock.ts';
import { until } from '../../support/until.ts';

const then = { bootMs: 1_000, wallMs: 50_000 };

test.each([
  ['an hour forward', { bootMs: 2_000, wallMs: 3_651_000 }, 3_601_000, 1_000],
  ['an hour back', { bootMs: 2_000, wallMs: -3_549_000 }, 1_000, 1_000],
  ['not at all', { bootMs: 2_000, wallMs: 51_000 }, 1_000, 1_000],
])('a wall clock that jumps %s makes no lease longer, and no successor sooner', (_how, now, held, sure) => {
  expect([elapsedMs(then, now), surelyElapsedMs(then, now)]).toEqual([held, sure]);
});

test('it goes forward with the time', async () => {
  const start = instant();
  const startedAt = performance.now();
  await until(() => surelyElapsedMs(start) >= 200, 5_000, '200 ms by it');
  expect(performance.now() - startedAt).toBeGreaterThan(180);
});
