// What every store must do, whatever keeps it: run for SQLite and for Postgres.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../../controller/store/store.ts';
import type { ResourceStatus } from '../../../reconcilers/condition.ts';
import { noFacts } from '../../../reconcilers/facts.ts';
import { historyContract } from './contract-history.ts';
import { makeEvent, makeStatus } from './make.ts';

/** Somewhere a store can be: opened again and again, and removed in the end. */
export interface StorePlace {
  open(): Promise<Store>;
  remove(): Promise<void>;
}

const hour = 3_600_000;

export function storeContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`${name}: the store's contract`, () => {
    let place: StorePlace;
    let store: Store;
    const reopen = async () => {
      await store.close();
      store = await place.open();
    };
    beforeEach(async () => {
      place = await makePlace();
      store = await place.open();
    });
    afterEach(async () => {
      await store.close();
      await place.remove();
    });

    describe('being fresh', () => {
      test('holds until something was kept, also when a crash came before that', async () => {
        expect(store.fresh).toBe(true);
        await reopen();
        expect(store.fresh).toBe(true);
        await store.record([makeEvent()]);
        await reopen();
        expect(store.fresh).toBe(false);
      });
    });

    describe('facts', () => {
      test('a store without any answers none', async () => {
        expect(await store.facts()).toEqual(noFacts);
      });

      test('are there after opening again, each kind where it belongs', async () => {
        await store.setFacts([
          { fact: 'suspended', value: { at: 5, by: 'ann', reason: 'Suspended' } },
          { fact: 'holds', key: 'Agent/a', value: { at: 1, stopped: true, by: 'ann' } },
          { fact: 'made', key: 'c1', value: { ref: 'Agent/a', at: 2 } },
          { fact: 'made', key: 'c2', value: { ref: 'Agent/b', at: 3 } },
          { fact: 'pins', key: 'a:1', value: 'sha256:1' },
        ]);
        const expected = {
          ...noFacts,
          suspended: { at: 5, by: 'ann', reason: 'Suspended' },
          holds: { 'Agent/a': { at: 1, stopped: true, by: 'ann' } },
          made: { c1: { ref: 'Agent/a', at: 2 }, c2: { ref: 'Agent/b', at: 3 } },
          pins: { 'a:1': 'sha256:1' },
        };
        expect(await store.facts()).toEqual(expected);
        await reopen();
        expect(await store.facts()).toEqual(expected);
      });

      test('are forgotten where the value is undefined, and others are left', async () => {
        await store.setFacts([
          { fact: 'suspended', value: { at: 5, by: 'ann', reason: 'Down' } },
          { fact: 'onceReady', key: 'Agent/a', value: 1 },
          { fact: 'onceReady', key: 'Agent/b', value: 2 },
        ]);
        await store.setFacts([
          { fact: 'suspended', value: undefined },
          { fact: 'onceReady', key: 'Agent/a', value: undefined },
        ]);
        expect(await store.facts()).toEqual({ ...noFacts, onceReady: { 'Agent/b': 2 } });
        await reopen();
        expect(await store.facts()).toEqual({ ...noFacts, onceReady: { 'Agent/b': 2 } });
      });

      test('of one key in one batch: the last one counts', async () => {
        await store.setFacts([
          { fact: 'onceReady', key: 'Agent/a', value: 1 },
          { fact: 'onceReady', key: 'Agent/a', value: undefined },
          { fact: 'onceReady', key: 'Agent/a', value: 3 },
        ]);
        await reopen();
        expect((await store.facts()).onceReady).toEqual({ 'Agent/a': 3 });
      });

      test('once handed out do not change under the reader', async () => {
        await store.setFacts([{ fact: 'onceReady', key: 'Agent/a', value: 1 }]);
        const before = await store.facts();
        await store.setFacts([{ fact: 'onceReady', key: 'Agent/a', value: 2 }]);
        expect(before.onceReady).toEqual({ 'Agent/a': 1 });
      });

      test('set from many places at once all arrive', async () => {
        const keys = Array.from({ length: 50 }, (_, i) => `Agent/a${i}` as const);
        await Promise.all(keys.map((key, i) => store.setFacts([{ fact: 'onceReady', key, value: i }])));
        await reopen();
        expect(Object.keys((await store.facts()).onceReady)).toHaveLength(50);
      });

      test('a key may have any name', async () => {
        const value = { at: 1, createdAt: 1 };
        await store.setFacts([
          { fact: 'volumesSeen', key: 'constructor', value },
          { fact: 'volumesSeen', key: 'o\'clock\n"x"', value },
        ]);
        await reopen();
        expect((await store.facts()).volumesSeen).toEqual({ constructor: value, 'o\'clock\n"x"': value });
      });
    });

    describe('events', () => {
      test('come back as they were recorded, oldest change first', async () => {
        const full = makeEvent({
          type: 'Warning',
          revision: 'r1',
          pass: 'p1',
          detail: { fields: [{ field: 'image', old: 'a', new: 'b' }] },
        });
        const plain = makeEvent({ at: 7, message: 'other' });
        const stored = await store.record([full, plain]);
        expect(stored).toEqual([
          { ...full, seq: 1, change: 1, firstAt: full.at, count: 1 },
          { ...plain, seq: 2, change: 2, firstAt: 7, count: 1 },
        ]);
        await reopen();
        expect(await store.events({})).toEqual(stored);
      });

      test('may hold any text: NUL comes back, half of a surrogate pair as the sign for what is unreadable', async () => {
        const odd = 'a\0b \u001a0 \u001a \ud83d c \ud83d\ude00 d\u001a\0';
        const regarding = `Agent/${odd}` as const;
        await store.record([makeEvent({ message: odd, by: odd, regarding, detail: { odd } })]);
        await store.record([makeEvent({ message: odd, by: odd, regarding, detail: { odd } })]);
        await store.setFacts([{ fact: 'pins', key: odd, value: odd }]);
        await reopen();
        const read = odd.toWellFormed();
        expect(await store.events({ regarding })).toMatchObject([
          { message: read, by: read, regarding: `Agent/${read}`, detail: { odd }, count: 2 },
        ]);
        expect((await store.facts()).pins).toEqual({ [read]: odd });
      });

      test('repeated within the hour count up, move and show as a change', async () => {
        const [first] = await store.record([makeEvent({ at: 1_000, pass: 'p1' })]);
        await store.record([makeEvent({ message: 'another' })]);
        const [again] = await store.record([makeEvent({ at: 1_000 + hour - 1, pass: 'p2' })]);
        expect(again).toMatchObject({
          seq: first?.seq,
          count: 2,
          firstAt: 1_000,
          at: 1_000 + hour - 1,
          pass: 'p2',
        });
        expect(await store.events({ afterChange: 2 })).toEqual([again]);
        expect(await store.events({})).toHaveLength(2);
      });

      test('repeated in one batch count up too', async () => {
        const stored = await store.record([makeEvent(), makeEvent(), makeEvent()]);
        expect(stored.map((event) => event.count)).toEqual([1, 2, 3]);
        expect(await store.events({})).toEqual([stored[2]]);
      });

      test('a thousand in one batch keep their order, what they repeat before and in it counted up', async () => {
        await store.record([makeEvent({ message: '3' })]);
        const numbers = Array.from({ length: 1_200 }, (_, i) => i % 1_100);
        const stored = await store.record(numbers.map((n) => makeEvent({ message: `${n}` })));
        expect(stored.map((event) => event.message)).toEqual(numbers.map(String));
        expect(stored.map((event) => event.change)).toEqual(numbers.map((_, i) => i + 2));
        expect(stored.map((event) => event.count)).toEqual(
          numbers.map((n, i) => 1 + +(n === 3) + +(i >= 1_100)),
        );
        expect(await store.events({})).toHaveLength(1_100);
      });

      test.each([
        ['another type', { type: 'Warning' as const }],
        ['another reason', { reason: 'Other' }],
        ['another resource', { regarding: 'Agent/other' as const }],
        ['another message', { message: 'other' }],
        ['an hour later', { at: 1_000 + hour }],
      ])('of %s are events of their own', async (_what, change) => {
        await store.record([makeEvent({ at: 1_000 })]);
        await store.record([makeEvent({ at: 1_000, ...change })]);
        expect((await store.events({})).map((event) => event.count)).toEqual([1, 1]);
      });

      test('are found by resource, type, time, change, and the newest so many', async () => {
        await store.record([
          makeEvent({ at: 10, regarding: 'Agent/a', message: '1' }),
          makeEvent({ at: 20, regarding: 'Agent/b', message: '2', type: 'Warning' }),
          makeEvent({ at: 30, regarding: 'Agent/a', message: '3', type: 'Warning' }),
        ]);
        const found = async (query: Parameters<Store['events']>[0]) =>
          (await store.events(query)).map((event) => event.message);
        expect(await found({ regarding: 'Agent/a' })).toEqual(['1', '3']);
        expect(await found({ type: 'Warning' })).toEqual(['2', '3']);
        expect(await found({ since: 20 })).toEqual(['2', '3']);
        expect(await found({ afterChange: 1 })).toEqual(['2', '3']);
        expect(await found({ limit: 2 })).toEqual(['2', '3']);
        expect(await found({ regarding: 'Agent/a', type: 'Warning', limit: 1 })).toEqual(['3']);
        expect(await found({ limit: 0 })).toEqual([]);
      });

      test('recorded from many places at once have numbers of their own', async () => {
        await Promise.all(
          Array.from({ length: 30 }, (_, i) => store.record([makeEvent({ message: `${i}` })])),
        );
        const changes = (await store.events({})).map((event) => event.change);
        expect(changes).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
      });

      test('no events, nothing stored', async () => {
        expect(await store.record([])).toEqual([]);
        expect(await store.events({})).toEqual([]);
      });
    });

    describe('conditions', () => {
      const ready = makeStatus('Agent/a', [{ type: 'Ready', status: true }], 'c1');

      test('come in the order of their names’ bytes, whatever the machine’s language', async () => {
        const refs = ['Agent/Ab', 'Agent/a', 'Agent/a-b', 'Agent/aa', 'Service/b', 'agent/ä'] as const;
        await store.saveStatuses(refs.map((ref) => makeStatus(ref as 'Agent/a', [{}])).reverse(), 1);
        await reopen();
        expect((await store.conditions()).map((c) => c.ref)).toEqual(refs);
      });

      test('keep when the status last changed, not when the words did', async () => {
        await store.saveStatuses([ready], 100);
        await store.saveStatuses(
          [makeStatus('Agent/a', [{ type: 'Ready', status: true, message: 'new' }], 'c1')],
          200,
        );
        expect(await store.conditions()).toMatchObject([{ message: 'new', lastTransitionTime: 100 }]);
        await store.saveStatuses([makeStatus('Agent/a', [{ type: 'Ready', status: false }], 'c1')], 300);
        await reopen();
        expect(await store.conditions()).toMatchObject([{ status: false, lastTransitionTime: 300 }]);
      });

      test('of the platform itself stay whatever is said of its resources', async () => {
        const away = { type: 'Ready', status: false, reason: 'EngineUnreachable', message: 'gone' } as const;
        await store.saveCondition('Platform/demo', away, 100);
        await store.saveStatuses([ready], 200);
        await store.saveCondition('Platform/demo', { ...away, message: 'still gone' }, 300);
        await store.saveStatuses([], 400);
        await reopen();
        expect(await store.conditions()).toEqual([
          { ...away, message: 'still gone', ref: 'Platform/demo', lastTransitionTime: 100 },
        ]);
      });

      test('answer what changed and nothing else', async () => {
        const other = makeStatus('Agent/b', [{ type: 'Ready', status: true }]);
        expect(await store.saveStatuses([ready, other], 1)).toHaveLength(2);
        expect(await store.saveStatuses([ready, other], 2)).toEqual([]);
        const worse = makeStatus('Agent/b', [
          { type: 'Ready', status: false, reason: 'Exited' },
          { type: 'Degraded', status: true },
        ]);
        const changed = await store.saveStatuses([ready, worse], 3);
        expect(changed.map((c) => `${c.ref} ${c.type} ${c.status} ${c.lastTransitionTime}`)).toEqual([
          'Agent/b Ready false 3',
          'Agent/b Degraded true 3',
        ]);
      });

      test('that changed are told with the same commit, or neither is kept', async () => {
        const tell = (at: number, status: ResourceStatus, fails = false) =>
          store.saveStatuses([status], at, new Set(), (changed) => {
            if (fails) throw new Error('no words for it');
            return changed.map((c) => makeEvent({ at, message: `${c.ref} ${c.type} ${c.status}` }));
          });
        await tell(1, ready);
        await tell(2, ready);
        const worse = makeStatus('Agent/a', [{ type: 'Ready', status: false }]);
        await expect(tell(3, worse, true)).rejects.toThrow('no words');
        await reopen();
        expect((await store.events({})).map((e) => e.message)).toEqual(['Agent/a Ready true']);
        expect((await store.conditions()).map((c) => c.status)).toEqual([true]);
      });

      test('of resources and types that are no longer there are forgotten', async () => {
        const both: ResourceStatus = makeStatus('Agent/a', [
          { type: 'Ready', status: true },
          { type: 'Held', status: true },
        ]);
        await store.saveStatuses([both, makeStatus('Agent/b', [{ type: 'Ready', status: true }])], 1);
        await store.saveStatuses([makeStatus('Agent/a', [{ type: 'Ready', status: true }])], 2);
        expect(await store.conditions()).toMatchObject([
          { ref: 'Agent/a', type: 'Ready', lastTransitionTime: 1 },
        ]);
        await reopen();
        expect(await store.conditions()).toHaveLength(1);
      });

      test('of resources with steps under way stay as they were', async () => {
        const other = makeStatus('Agent/b', [{ type: 'Ready', status: true }]);
        await store.saveStatuses([ready, other], 1);
        const passing = makeStatus('Agent/a', [{ type: 'Ready', status: false }], 'c2');
        expect(await store.saveStatuses([passing, other], 2, new Set(['Agent/a']))).toEqual([]);
        expect(await store.saveStatuses([other], 3, new Set(['Agent/a']))).toEqual([]);
        expect(await store.saveStatuses([ready, other], 4)).toEqual([]);
        expect(await store.conditions()).toMatchObject([
          { ref: 'Agent/a', status: true, lastTransitionTime: 1 },
          { ref: 'Agent/b' },
        ]);
      });

      test('a new container under the same status is a change', async () => {
        await store.saveStatuses([ready], 1);
        const [changed] = await store.saveStatuses([{ ...ready, containerId: 'c2' }], 2);
        expect(changed).toMatchObject({ containerId: 'c2', lastTransitionTime: 1 });
      });
    });

    historyContract(() => store, reopen);
  });
}
