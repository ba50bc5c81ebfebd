// What every store keeps of the past: revisions, plans and how their steps ended, and how much of it all. Part of the contract.

import { describe, expect, test } from 'vitest';
import type { Store } from '../../../controller/store/store.ts';
import { begin, makeEvent, makePlan, makeRevision } from './make.ts';

/** `reopen` closes the store and opens what it has kept. */
export function historyContract(store: () => Store, reopen: () => Promise<void>): void {
  describe('revisions', () => {
    test('the newest put in force is the one in force; all are kept', async () => {
      expect(await store().inForce()).toBeUndefined();
      await store().putInForce(makeRevision('r1'), 'ann', 10);
      await store().putInForce(makeRevision('r2'), 'bob', 20);
      await reopen();
      expect(await store().inForce()).toEqual({
        id: 'r2',
        by: 'bob',
        inForceAt: 20,
        sources: ['/srv/reeve.yaml'],
        revision: makeRevision('r2'),
        images: {},
      });
      expect((await store().revisions(10)).map((r) => r.id)).toEqual(['r2', 'r1']);
      expect((await store().revisions(1)).map((r) => r.id)).toEqual(['r2']);
    });

    test('what the images of the one in force mean is kept with it, and with no other', async () => {
      await store().putInForce(makeRevision('r1'), 'ann', 10);
      await store().saveImages('r1', { 'app:1': { id: 'sha256:1', digest: 'sha256:d' } });
      await store().putInForce(makeRevision('r2'), 'ann', 20);
      await store().saveImages('r1', { 'app:1': { id: 'sha256:late' } });
      await store().saveImages('r2', { 'app:1': { id: 'sha256:2' } });
      await reopen();
      expect((await store().revisions(10)).map((r) => r.images)).toEqual([
        { 'app:1': { id: 'sha256:2' } },
        { 'app:1': { id: 'sha256:1', digest: 'sha256:d' } },
      ]);
    });

    test('the same again is no new one, but tells where it was loaded from now', async () => {
      await store().putInForce(makeRevision('r1'), 'ann', 10);
      await store().putInForce({ ...makeRevision('r1'), sources: ['/elsewhere.yaml'] }, 'bob', 20);
      expect(await store().revisions(10)).toMatchObject([
        { id: 'r1', inForceAt: 10, sources: ['/elsewhere.yaml'] },
      ]);
    });

    test('one that comes back after another is in force anew', async () => {
      for (const [at, id] of ['r1', 'r2', 'r1'].entries())
        await store().putInForce(makeRevision(id), 'ann', at);
      expect((await store().revisions(10)).map((r) => r.id)).toEqual(['r1', 'r2', 'r1']);
    });
  });

  describe('plans', () => {
    const plan = makePlan(['Agent/a', 'Agent/b']);

    test('keep the outcome of each step, in the plan’s order', async () => {
      const id = await begin(store(), plan, 'ann', 100);
      const [a, b] = plan.steps.map((step) => step.id);
      await store().stepStarted(id, b ?? '', 110);
      await store().stepEnded(id, b ?? '', 120, 'failed', 'no such image');
      await store().stepStarted(id, a ?? '', 130);
      await store().stepEnded(id, a ?? '', 140, 'done');
      await store().endPlan(id, 150);
      await reopen();
      expect(await store().plans(5)).toEqual([
        {
          id,
          at: 100,
          endedAt: 150,
          by: 'ann',
          revision: plan.revision,
          plan,
          steps: [
            { id: a, ref: 'Agent/a', op: 'stopContainer', startedAt: 130, endedAt: 140, outcome: 'done' },
            {
              id: b,
              ref: 'Agent/b',
              op: 'stopContainer',
              startedAt: 110,
              endedAt: 120,
              outcome: 'failed',
              message: 'no such image',
            },
          ],
        },
      ]);
    });

    test('an id that was given out is not given again, stored or not', async () => {
      const first = store().newPlanId(100);
      const second = store().newPlanId(100);
      expect(second > first).toBe(true);
      await store().beginPlan(second, plan, 'ann', 100);
      await reopen();
      expect(store().newPlanId(50) > second).toBe(true);
    });

    test('one that was cut off shows what had begun', async () => {
      const id = await begin(store(), plan, 'ann', 100);
      await store().stepStarted(id, plan.steps[0]?.id ?? '', 110);
      await reopen();
      const [found] = await store().plans(1);
      expect(found?.endedAt).toBeUndefined();
      expect(found?.steps.map((step) => step.startedAt)).toEqual([110, undefined]);
    });

    test('what began and has no end is found with all that it was to do, until it has one', async () => {
      const [first, second] = [
        await begin(store(), plan, 'ann', 100),
        await begin(store(), plan, 'ann', 200),
      ];
      const [a, b] = plan.steps;
      for (const [id, at] of [
        [second, 210],
        [first, 110],
      ] as const)
        await store().stepStarted(id, a?.id ?? '', at);
      // One that was interrupted ends with steps that did not.
      await store().endPlan(first, 120);
      await reopen();
      expect(await store().begunSteps()).toEqual([
        { step: a, startedAt: 110 },
        { step: a, startedAt: 210 },
      ]);
      await store().stepEnded(first, a?.id ?? '', 130, 'done');
      await store().stepEnded(second, a?.id ?? '', 220, 'failed', 'x');
      await store().stepStarted(second, b?.id ?? '', 230);
      expect(await store().begunSteps()).toEqual([{ step: b, startedAt: 230 }]);
    });

    test('a step that is tried again forgets how it ended before', async () => {
      const id = await begin(store(), plan, 'ann', 100);
      const step = plan.steps[0]?.id ?? '';
      await store().stepEnded(id, step, 110, 'failed', 'x');
      await store().stepStarted(id, step, 120);
      expect((await store().plans(1))[0]?.steps[0]).toEqual({
        id: step,
        ref: 'Agent/a',
        op: 'stopContainer',
        startedAt: 120,
      });
    });

    test('ids sort as the plans began, within a millisecond and against the clock too', async () => {
      const ids: string[] = [];
      for (const at of [100, 100, 50, 200]) ids.push(await begin(store(), makePlan([]), 'ann', at));
      expect(new Set(ids).size).toBe(4);
      expect([...ids].sort()).toEqual(ids);
      expect((await store().plans(2)).map((p) => p.id)).toEqual(ids.slice(2).reverse());
    });

    test('an unknown step is an error, not a silent loss', async () => {
      const id = await begin(store(), plan, 'ann', 1);
      await expect(store().stepEnded(id, 'Agent/x:stopContainer', 2, 'done')).rejects.toThrow('has no step');
    });

    test('of many steps are stored whole', async () => {
      const many = makePlan(Array.from({ length: 1_200 }, (_, i) => `Agent/a${i}` as const));
      await begin(store(), many, 'ann', 1);
      expect((await store().plans(1))[0]?.steps.map((step) => step.ref)).toEqual(
        many.steps.map((step) => step.ref),
      );
    });
  });

  describe('pruning', () => {
    const nothing = { eventsMs: 100, plans: 0, revisions: 0 };

    test('keeps what retention says, and always the revision in force', async () => {
      await store().record([makeEvent({ at: 899, message: 'old' }), makeEvent({ at: 900, message: 'new' })]);
      for (const at of [1, 2, 3]) {
        await store().putInForce(makeRevision(`r${at}`), 'ann', at);
        await begin(store(), makePlan(['Agent/a']), 'ann', at);
      }
      await store().prune({ eventsMs: 100, plans: 2, revisions: 2 }, 1_000);
      expect((await store().events({})).map((event) => event.message)).toEqual(['new']);
      expect((await store().plans(10)).map((p) => p.at)).toEqual([3, 2]);
      expect((await store().revisions(10)).map((r) => r.id)).toEqual(['r3', 'r2']);
      await store().prune(nothing, 1_000);
      expect(await store().plans(10)).toEqual([]);
      expect((await store().revisions(10)).map((r) => r.id)).toEqual(['r3']);
    });

    test('keeps what a rollback needs: what was stable, what runs for a quarantined one, what one under way names', async () => {
      const ids = ['stable', 'instead', 'before', 'mixed', 'found', 'nobody', 'coming', 'r1'];
      for (const [at, id] of ids.entries()) await store().putInForce(makeRevision(id), 'ann', at);
      const quarantine = { at: 1, by: 'rollout-0', to: 'instead', why: 'it failed' };
      await store().setFacts([
        { fact: 'stable', key: 'stable', value: { at: 1, images: {} } },
        { fact: 'quarantined', key: 'gone', value: quarantine },
      ]);
      const context = {
        ...{ revision: 'coming', before: 'before', waves: [] },
        ...{ forms: { 'Agent/a': 'mixed' }, asFound: { 'Agent/b': 'found' } },
      };
      const rollback = {
        ...{ id: 'rollback-1', kind: 'rollback', version: 1, by: 'ann', beganAt: 1, changedAt: 1 },
        machine: { state: 'checking', context, timers: [], ended: false },
      };
      const save = (more: object) =>
        store().saveProcedures([
          {
            procedure: { ...rollback, ...more },
            transition: { at: 1, event: 'begun', state: 'checking', message: '' },
            facts: [],
            events: [],
          },
        ]);
      await save({});
      const left = async () => {
        await store().prune(nothing, 1_000);
        return (await store().revisions(20)).map((r) => r.id);
      };
      expect(await left()).toEqual(['r1', 'coming', 'found', 'mixed', 'before', 'instead', 'stable']);
      await save({ endedAt: 2 });
      expect(await left()).toEqual(['r1', 'instead', 'stable']);
      await store().setFacts([{ fact: 'stable', key: 'stable', value: undefined }]);
      expect(await left()).toEqual(['r1', 'instead']);
    });

    test('keeps one row of what a rollback needs: that of when it was in force last', async () => {
      for (const [at, id] of ['r1', 'r2', 'r1', 'r3'].entries())
        await store().putInForce(makeRevision(id), 'ann', at);
      await store().setFacts([{ fact: 'stable', key: 'r1', value: { at: 1, images: {} } }]);
      await store().prune(nothing, 1_000);
      expect((await store().revisions(9)).map((r) => [r.id, r.inForceAt])).toEqual([
        ['r3', 3],
        ['r1', 2],
      ]);
    });

    test('never gives an event’s number out again, so that no follower misses one', async () => {
      const [old] = await store().record([makeEvent({ at: 1 })]);
      await store().prune(nothing, 10_000);
      await reopen();
      const [next] = await store().record([makeEvent({ at: 10_000 })]);
      expect(next?.change).toBeGreaterThan(old?.change ?? 0);
      expect(store().fresh).toBe(true);
    });
  });
}
