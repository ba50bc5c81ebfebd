// A host short of memory is told once, whichever controller finds it, and told again when it is over.

import { expect, test } from 'vitest';
import { MemoryWatch } from '../../../controller/procedures/memory-watch.ts';
import type { NewEvent, StoredCondition } from '../../../controller/store/store.ts';
import { noon } from '../../support/make.ts';

test('a condition with figures, one event for each turn, also over a restart of the controller', async () => {
  const events: NewEvent[] = [];
  const conditions: StoredCondition[] = [];
  const host = { mib: 900, looks: 0 };
  let at = noon;
  const watch = () =>
    new MemoryWatch({
      platform: 'shop',
      now: () => at,
      memory: async () => {
        host.looks += 1;
        return host.mib * 2 ** 20;
      },
      store: {
        conditions: async () => conditions,
        saveCondition: async (ref, condition, time) => {
          conditions.splice(0, 1, { ...condition, ref, lastTransitionTime: time });
        },
        record: async (more) => {
          events.push(...more);
          return [];
        },
      },
    });
  let memory = watch();
  const looks = async (count: number) => {
    for (let i = 0; i < count; i++) {
      await memory.look();
      at += 31_000;
    }
  };
  await looks(3);
  expect(conditions).toMatchObject([{ ref: 'Platform/shop', type: 'MemoryLow', status: true }]);
  memory = watch();
  await looks(3);
  expect(events.map((e) => e.reason)).toEqual(['MemoryLow']);
  host.mib = 5_000;
  await looks(2);
  expect(events.map((e) => `${e.type} ${e.reason}`)).toEqual(['Warning MemoryLow', 'Normal MemoryEnough']);
  expect(host.looks).toBe(8);
  at -= 31_000;
  await memory.look();
  expect(host.looks).toBe(8);
  // The clock was set back: nobody waits till it is where it was.
  at -= 3_600_000;
  await memory.look();
  expect(host.looks).toBe(9);
});
