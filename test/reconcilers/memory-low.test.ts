// The condition of a host that is short of memory: two looks in a row turn it, and what cannot be known is said to be so.

import { expect, test } from 'vitest';
import { type MemoryLook, memoryCondition } from '../../reconcilers/memory-low.ts';

const mib = 2 ** 20;
const look = (availableMib?: number): MemoryLook => ({
  minBytes: 1_000 * mib,
  ...(availableMib === undefined ? {} : { availableBytes: availableMib * mib }),
});

/** The conditions that these looks come to, one after the other. */
function turns(...availableMib: readonly (number | undefined)[]): readonly string[] {
  let reason: string | undefined;
  let before: MemoryLook | undefined;
  return availableMib.flatMap((available) => {
    const condition = memoryCondition(look(available), before, reason);
    before = look(available);
    if (condition === undefined) return [];
    reason = condition.reason;
    return [`${condition.reason} ${condition.status}`];
  });
}

test('two looks in a row turn it, and two turn it back', () => {
  expect(turns(2_000, 2_000, 900, 999, 800, 1_000, 1_200)).toEqual([
    'MemoryEnough false',
    'MemoryLow true',
    'MemoryEnough false',
  ]);
});

test('a peak is no news', () => {
  expect(turns(2_000, 2_000, 10, 2_000, 10, 2_000)).toEqual(['MemoryEnough false']);
});

test('of an engine elsewhere it is not known, at once', () => {
  expect(turns(undefined, undefined)).toEqual(['MemoryUnknown false']);
  expect(turns(900, 900, undefined)).toEqual(['MemoryLow true', 'MemoryUnknown false']);
});

test('its figures are told', () => {
  expect(memoryCondition(look(812), look(811), undefined)?.message).toBe(
    "812 MiB of memory are available on the engine's host, less than 1000 MiB (policy.host.minMemory)",
  );
});
