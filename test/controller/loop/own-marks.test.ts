// Marks of our own stops and starts: how long they last, and that a later step's are not taken away by an earlier one's.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OwnMarks } from '../../../controller/loop/own-marks.ts';
import type { Step } from '../../../reconcilers/plan.ts';

const start = { op: 'startContainer', ref: 'Service/web', args: { containerId: 'c1' } } as unknown as Step;
const restart = { ...start, op: 'restartContainer' } as Step;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a container that reeve starts', () => {
  test('is marked beyond the end of its step, for its event may be late', () => {
    const marks = new OwnMarks();
    marks.begin(start);
    marks.end(start, { changed: true });
    vi.advanceTimersByTime(29_000);
    expect(marks.starting.has('c1')).toBe(true);
    vi.advanceTimersByTime(2_000);
    expect(marks.starting.has('c1')).toBe(false);
  });

  test.for([
    ['that ran already is not', { changed: false }, 0],
    ['whose start failed is for a moment only', undefined, 3_000],
  ] as const)('%s', ([, outcome, ms]) => {
    const marks = new OwnMarks();
    marks.begin(start);
    marks.end(start, outcome);
    vi.advanceTimersByTime(ms);
    expect(marks.starting.has('c1')).toBe(false);
  });

  test('again before the first mark has run out stays marked for as long as the second says', () => {
    const marks = new OwnMarks();
    marks.begin(restart);
    marks.end(restart, { changed: true });
    vi.advanceTimersByTime(29_000);
    marks.begin(restart);
    vi.advanceTimersByTime(29_000);
    expect([marks.starting.has('c1'), marks.stopping.has('c1')]).toEqual([true, true]);
  });
});

test('one that reeve stopped and starts again and again is stopped by us no longer than its stop is told', () => {
  const stop = { ...start, op: 'stopContainer' } as Step;
  const marks = new OwnMarks();
  marks.begin(stop);
  marks.end(stop, { changed: true });
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(500);
    marks.begin(start);
    marks.end(start, { changed: true });
  }
  expect(marks.stopping.has('c1')).toBe(false);
  expect(marks.starting.has('c1')).toBe(true);
});
