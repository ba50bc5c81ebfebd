// Back-off as values: how waits grow, when a crash loop begins, when it is forgotten.

import { describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../desired-state/revision.ts';
import { isBackingOff, isReset, nextAttempt } from '../../reconcilers/backoff.ts';
import type { Attempts } from '../../reconcilers/facts.ts';
import { noon } from '../support/make.ts';

/** Fails again and again, each time as soon as it may be tried. */
function failures(count: number, jitter = 0): Attempts[] {
  const all: Attempts[] = [];
  let now = noon;
  for (let i = 0; i < count; i++) {
    const next = nextAttempt(all.at(-1), defaultPolicy, now, jitter, `failure ${i}`);
    all.push(next);
    now = next.notBefore;
  }
  return all;
}

const waits = (all: readonly Attempts[]) => all.map((a) => (a.notBefore - (a.at.at(-1) ?? 0)) / 1000);

describe('back-off', () => {
  test('the first restart is at once; the next waits double', () => {
    expect(isBackingOff(undefined, noon)).toBe(false);
    expect(waits(failures(4))).toEqual([1, 2, 4, 8]);
  });

  test('the budget spent, it is a crash loop: waits go on growing to the most, and stay there', () => {
    const all = failures(16);
    expect(all.findIndex((a) => a.crashLoopSince !== undefined)).toBe(4);
    expect(waits(all).every((wait, i, list) => i === 0 || wait >= (list[i - 1] ?? 0))).toBe(true);
    expect(waits(all).slice(-3)).toEqual([300, 300, 300]);
    expect(all.at(-1)?.crashLoopSince).toBe(all[4]?.crashLoopSince);
  });

  test('no crash loop where failures are far apart', () => {
    let attempts: Attempts | undefined;
    for (let i = 0; i < 20; i++) attempts = nextAttempt(attempts, defaultPolicy, noon + i * 700_000, 0, 'x');
    expect(attempts).toMatchObject({ at: [noon + 19 * 700_000], notBefore: noon + 19 * 700_000 + 1_000 });
    expect(attempts?.crashLoopSince).toBeUndefined();
  });

  test('jitter shortens a wait by a fifth at most', () => {
    expect(waits(failures(3, 1))).toEqual([0.8, 1.6, 3.2]);
  });

  test('health of resetAfter forgets', () => {
    expect(isReset(noon, defaultPolicy, noon + 599_999)).toBe(false);
    expect(isReset(noon, defaultPolicy, noon + 600_000)).toBe(true);
  });
});
