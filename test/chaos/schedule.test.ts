import { describe, expect, it } from 'vitest';
import { faultKinds, makeSchedule } from '../../chaos/schedule.ts';

const targets = ['Agent/a', 'Agent/b', 'Service/c'];

describe('the schedule of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    const input = { seed: 7, durationMs: 600_000, targets };
    expect(makeSchedule(input)).toEqual(makeSchedule(input));
    expect(makeSchedule({ ...input, seed: 8 })).not.toEqual(makeSchedule(input));
  });

  it.for([1, 2, 3, 99, 12_345])('has every kind within three minutes, seed %i', (seed) => {
    const kinds = new Set(makeSchedule({ seed, durationMs: 180_000, targets }).map((f) => f.kind));
    expect([...kinds].sort()).toEqual([...faultKinds].sort());
  });
});
