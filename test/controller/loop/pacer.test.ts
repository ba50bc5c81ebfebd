// When passes are due: at once after quiet, rarer while steps run, never without end.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Pacer } from '../../../controller/loop/pacer.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

/** A pacer whose last pass took 10 ms and has just ended. */
function pacerAfterPass(): Pacer {
  const pacer = new Pacer(() => Date.now());
  pacer.resyncAt = Number.POSITIVE_INFINITY;
  pacer.auditAt = Number.POSITIVE_INFINITY;
  pacer.passed(Date.now() - 10);
  return pacer;
}

/** A step moved on, and something else happened. */
function askBoth(pacer: Pacer): void {
  pacer.askAfterStep();
  pacer.ask();
}

/** After how many ms the next pass is due. */
async function dueAfter(pacer: Pacer, busy: boolean, waits = false): Promise<number> {
  const startedAt = Date.now();
  let dueAt: number | undefined;
  const due = pacer
    .due(
      () => busy,
      () => waits,
    )
    .then(() => {
      dueAt = Date.now();
    });
  await vi.advanceTimersByTimeAsync(2_000);
  await due;
  return (dueAt ?? Number.NaN) - startedAt;
}

describe('the next pass', () => {
  test.each([
    ['asked for at rest', false, (p: Pacer) => p.ask(), 20],
    ['asked for while steps run', true, (p: Pacer) => p.ask(), 60],
    ['after the last step', false, (p: Pacer) => p.askAfterStep(), 20],
    ['after a step while others run', true, (p: Pacer) => p.askAfterStep(), 600],
    ['asked for after a step while others run', true, askBoth, 60],
    ['for what is not ours', false, (p: Pacer) => p.askLater(), 300],
  ])('%s', async (_when, busy, ask, ms) => {
    const pacer = pacerAfterPass();
    ask(pacer);
    expect(await dueAfter(pacer, busy)).toBe(ms);
  });

  test('by the plan’s own time, which waits a little while steps run', async () => {
    for (const [busy, ms] of [
      [false, 100],
      [true, 600],
    ] as const) {
      const pacer = pacerAfterPass();
      pacer.planAt = Date.now() + 100;
      expect(await dueAfter(pacer, busy)).toBe(ms);
    }
  });

  test('is sooner where what has not begun waits for what has', async () => {
    const pacer = pacerAfterPass();
    pacer.askAfterStep();
    expect(await dueAfter(pacer, true, true)).toBe(300);
  });

  test('is not waited for till the clock is where it was before it was set back', async () => {
    const pacer = pacerAfterPass();
    vi.setSystemTime(Date.now() - 3_600_000);
    pacer.ask();
    expect(await dueAfter(pacer, false)).toBe(20);
  });

  test('keeps a distance that grows with what a pass takes', async () => {
    const pacer = pacerAfterPass();
    pacer.passed(Date.now() - 40);
    pacer.ask();
    expect(await dueAfter(pacer, true)).toBe(200);
  });
});
