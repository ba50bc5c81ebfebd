// The runner over a real store: what is stored is all there is, timers fire once, and no two procedures share a resource.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { readProcedure } from '../../../controller/procedures/read.ts';
import { Runner } from '../../../controller/procedures/runner.ts';
import { openStore } from '../../../controller/store/sqlite.ts';
import type { Store } from '../../../controller/store/store.ts';
import type { Ref } from '../../../desired-state/resource.ts';
import type { BatchedRestartInput } from '../../../reconcilers/batched-restart/machine.ts';
import type { RecoveryInput } from '../../../reconcilers/complete-recovery/context.ts';
import type { Work } from '../../../reconcilers/procedures/definition.ts';
import { definitions } from '../../../reconcilers/procedures/index.ts';
import { noon } from '../../support/make.ts';
import { asFound, input as rolloutInput } from '../../support/rollout-walk.ts';
import { watchedRestart } from '../../support/small-procedure.ts';
import { until } from '../../support/until.ts';

const input: BatchedRestartInput = {
  by: 'ana',
  batches: [
    { tier: 'standard', refs: ['Service/a'] },
    { tier: 'standard', refs: ['Service/b'] },
  ],
  settleMs: 30_000,
  timeoutMs: 300_000,
  maxFailures: 1,
};

interface Stage {
  now: number;
  /** What a state stands for; never done where a test is not about it. */
  work: (work: Work, signal: AbortSignal) => Promise<object>;
  readonly store: Store;
  readonly file: string;
  /** As a controller that has just started: it knows the store alone. */
  restart(how?: { readonly load: boolean }): Promise<Runner>;
}

async function stage(onEnd: (end: () => Promise<void>) => void): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-runner-'));
  const file = join(folder, 'store.db');
  const store = await openStore(file);
  const runners: Runner[] = [];
  onEnd(async () => {
    for (const runner of runners) runner.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  let made = 0;
  const on: Stage = {
    now: noon,
    work: () => new Promise(() => undefined),
    store,
    file,
    restart: async ({ load } = { load: true }) => {
      for (const runner of runners) runner.close();
      const runner = new Runner({
        store,
        platform: 'shop',
        definitions: [...definitions, watchedRestart],
        now: () => on.now,
        newId: (kind) => `${kind}-${++made}`,
        wake: () => undefined,
        halt: () => undefined,
        work: (work, signal) => on.work(work, signal),
        onError: (error) => {
          throw error;
        },
      });
      runners.push(runner);
      if (load) await runner.load();
      return runner;
    },
  };
  return on;
}

const ready = (...refs: readonly Ref[]) =>
  refs.map((ref) => ({
    ref,
    conditions: [{ type: 'Ready' as const, status: true, reason: 'Healthy', message: 'it answers' }],
  }));

test('its state, what it asks for and what it tells are one commit', async (t) => {
  const on = await stage(t.onTestFinished);
  const { id } = await (await on.restart()).start('batched-restart', input, 'ana');
  expect((await on.store.facts()).restarts).toEqual({ 'Service/a': { at: noon, by: id } });
  expect(await readProcedure(on.store, id)).toMatchObject({
    state: 'restarting',
    log: [{ event: 'begun', by: 'ana', state: 'restarting' }],
  });
});

test('a timer that came due while nobody ran fires once, after the first look', async (t) => {
  const on = await stage(t.onTestFinished);
  const first = await on.restart();
  const { id } = await first.start('batched-restart', input, 'ana');
  await on.store.setFacts([{ fact: 'restarts', key: 'Service/a', value: undefined }]);
  await first.see({ at: on.now, statuses: ready('Service/a'), facts: await on.store.facts() });
  expect((await readProcedure(on.store, id)).state).toBe('settling');
  on.now += 3_600_000;
  const look = async () => ({ at: on.now, statuses: ready('Service/a'), facts: await on.store.facts() });
  const second = await on.restart();
  await new Promise(setImmediate);
  expect((await readProcedure(on.store, id)).state).toBe('settling');
  await second.see(await look());
  const report = await until(
    async () => {
      const found = await readProcedure(on.store, id);
      return found.state === 'restarting' ? found : undefined;
    },
    5_000,
    'the next batch has begun',
  );
  expect(report.log.map((line) => line.event)).toEqual(['begun', 'seen', 'timer']);
  await (await on.restart()).see(await look());
  expect((await readProcedure(on.store, id)).log).toHaveLength(3);
});

test('a look from before the next batch was asked for says nothing of that batch', async (t) => {
  const on = await stage(t.onTestFinished);
  const runner = await on.restart();
  const { id } = await runner.start('batched-restart', input, 'ana');
  await on.store.setFacts([{ fact: 'restarts', key: 'Service/a', value: undefined }]);
  const look = async () => ({
    at: on.now,
    statuses: ready('Service/a', 'Service/b'),
    facts: await on.store.facts(),
  });
  await runner.see(await look());
  const { running } = runner;
  const old = await look();
  on.now += 30_000;
  // As its timer has it, in the middle of a look.
  const batch = runner.tell(id, { type: 'xstate.after.settle.batched-restart.settling' });
  const seen = runner.see(old, running);
  expect(await batch).toBe(true);
  await seen;
  expect((await on.store.facts()).restarts).toEqual({ 'Service/b': { at: on.now, by: id } });
  expect(await readProcedure(on.store, id)).toMatchObject({ state: 'restarting' });
});

test('a clock that jumps back delays a deadline and never loses it', async (t) => {
  const on = await stage(t.onTestFinished);
  const { id } = await (await on.restart()).start('batched-restart', input, 'ana');
  on.now -= 3_600_000;
  await on.restart();
  on.now += 3_600_000 + 300_000;
  await (await on.restart()).see({ at: on.now, statuses: [], facts: await on.store.facts() });
  await until(
    async () => (await readProcedure(on.store, id)).log.some((line) => line.event === 'timer'),
    5_000,
    'its time is over',
  );
});

test('time in which the engine is away, or the platform is suspended, does not count', async (t) => {
  const on = await stage(t.onTestFinished);
  const runner = await on.restart();
  const { id } = await runner.start('batched-restart', input, 'ana');
  const look = async () => runner.see({ at: on.now, statuses: [], facts: await on.store.facts() });
  const log = async () => (await readProcedure(on.store, id)).log.map((line) => line.event);
  await look();
  on.now += 100_000;
  runner.blind();
  on.now += 3_600_000;
  await look();
  on.now += 100_000;
  await on.store.setFacts([{ fact: 'suspended', value: { at: on.now, by: 'ana', reason: 'Suspended' } }]);
  await look();
  on.now += 3_600_000;
  await look();
  await on.store.setFacts([{ fact: 'suspended', value: undefined }]);
  await look();
  // Of its 300 s 200 are over.
  on.now += 99_000;
  await look();
  await new Promise(setImmediate);
  expect(await log()).toEqual(['begun']);
  on.now += 1_000;
  await look();
  await until(async () => (await log()).includes('timer'), 5_000, 'its time is over');
});

test('a second procedure for a resource that one has is refused, naming it', async (t) => {
  const on = await stage(t.onTestFinished);
  const runner = await on.restart();
  const { id } = await runner.start('batched-restart', input, 'ana');
  await expect(runner.start('batched-restart', input, 'bob')).rejects.toThrow(id);
  await runner.say(id, { type: 'abort' }, 'ana');
  await runner.start('batched-restart', input, 'bob');
});

test('a wider procedure takes over from narrower ones, which are aborted in its name; never the other way', async (t) => {
  const on = await stage(t.onTestFinished);
  const runner = await on.restart();
  const watched = (ref: Ref) => ({ ref, watchMs: 60_000 });
  const narrow = await runner.start('watched-restart', watched('Service/a'), 'ana');
  const beside = await runner.start('watched-restart', watched('Service/c'), 'ana');
  const wide = await runner.start('batched-restart', input, 'bob');
  const { log } = await readProcedure(on.store, narrow.id);
  expect(log.at(-1)).toMatchObject({ event: 'abort', by: wide.id, state: 'aborted' });
  expect((await on.store.facts()).restarts).toMatchObject({
    'Service/a': { by: wide.id },
    'Service/c': { by: beside.id },
  });
  await expect(runner.start('watched-restart', watched('Service/b'), 'ana')).rejects.toThrow(wide.id);
  expect(runner.running.map((r) => r.id)).toEqual([beside.id, wide.id]);
});

test('a take-over that cannot be stored leaves what it takes over from as it was', async (t) => {
  const on = await stage(t.onTestFinished);
  const runner = await on.restart();
  const narrow = await runner.start('watched-restart', { ref: 'Service/a', watchMs: 60_000 }, 'ana');
  const db = new BetterSqlite(on.file);
  t.onTestFinished(() => void db.close());
  db.exec(
    "CREATE TRIGGER full BEFORE INSERT ON procedures WHEN NEW.kind = 'batched-restart' BEGIN SELECT RAISE(ABORT, 'no room'); END",
  );
  await expect(runner.start('batched-restart', input, 'bob')).rejects.toThrow('no room');
  expect(runner.running.map((r) => r.id)).toEqual([narrow.id]);
  expect((await on.restart()).running).toMatchObject([{ id: narrow.id, machine: { ended: false } }]);
});

test('a word that it cannot take now is refused with what it takes', async (t) => {
  const on = await stage(t.onTestFinished);
  const runner = await on.restart();
  const { id } = await runner.start('batched-restart', input, 'ana');
  await expect(runner.say(id, { type: 'decide', choice: 'continue' }, 'ana')).rejects.toThrow(
    /does not take decide now/,
  );
  await expect(runner.say('nobody', { type: 'abort' }, 'ana')).rejects.toThrow(/no procedure nobody/);
});

test('the end is told as an event of the platform, with the procedure it is about', async (t) => {
  const on = await stage(t.onTestFinished);
  const runner = await on.restart();
  const { id } = await runner.start('batched-restart', input, 'ana');
  await runner.say(id, { type: 'abort' }, 'ana@host');
  expect((await on.store.facts()).restarts).toEqual({});
  expect(await on.store.events({ regarding: 'Platform/shop' })).toMatchObject([
    { reason: 'ProcedureBegun', type: 'Normal' },
    { reason: 'ProcedureAborted', by: 'ana@host', detail: { procedure: id } },
    { reason: 'ProcedureEnded', type: 'Warning' },
  ]);
});

test('one that began with a machine that is not shipped stands still and says so, and the others go on', async (t) => {
  const on = await stage(t.onTestFinished);
  const { id } = await (await on.restart()).start('batched-restart', input, 'ana');
  const [record] = await on.store.procedures({ id, limit: 1 });
  if (record === undefined) throw new Error('it was not stored');
  await on.store.saveProcedures([
    {
      procedure: { ...record, id: 'older', version: 0 },
      transition: { at: noon, event: 'begun', state: 'restarting', message: 'x' },
      facts: [],
      events: [],
    },
  ]);
  const runner = await on.restart();
  expect(runner.running.map((r) => r.id)).toEqual([id]);
  await expect(runner.say('older', { type: 'abort' }, 'ana')).rejects.toThrow(/version 0 .* stands still/);
  expect((await readProcedure(on.store, 'older')).message).toMatch(/does not have/);
  expect(await on.store.events({ regarding: 'Platform/shop' })).toMatchObject([
    { reason: 'ProcedureBegun' },
    { reason: 'ProcedureStranded' },
  ]);
});

const recovery: RecoveryInput = {
  ...{ by: 'ana', batches: input.batches, kept: [], core: [], maxFailures: 1 },
  ...{ settleMs: 0, timeoutMs: 1_000, stopTimeoutMs: 1_000, diskPercent: 90, memoryBytes: 0 },
};
const full = { disk: { path: '/data', usedPercent: 95, freeBytes: 1 } };

test('what a state stands for is done once it is stored, and again by the next controller where its answer was lost', async (t) => {
  const on = await stage(t.onTestFinished);
  const done: string[] = [];
  on.work = ({ source }) => {
    done.push(source);
    return new Promise(() => undefined);
  };
  const first = await on.restart();
  const { id } = await first.start('complete-recovery', recovery, 'ana');
  const look = async () => ({ at: on.now, statuses: [], facts: await on.store.facts(), room: full });
  await first.see(await look());
  await first.see(await look());
  expect(done).toEqual(['danglingImages']);
  expect((await readProcedure(on.store, id)).state).toBe('freeing');
  on.work = async ({ source }) => {
    done.push(source);
    if (source === 'buildCache') throw new Error('the engine said no');
    return { bytes: 2 ** 30 };
  };
  const second = await on.restart();
  const state = async () => (await readProcedure(on.store, id)).state;
  await until(async () => (await state()) === 'assessing', 5_000, 'it looks again');
  await second.see(await look());
  await until(async () => (await state()) === 'assessing', 5_000, 'it looks once more');
  expect(done).toEqual(['danglingImages', 'danglingImages', 'buildCache']);
  await second.see(await look());
  const report = await readProcedure(on.store, id);
  expect(report).toMatchObject({ state: 'deciding', choices: ['continue', 'retry', 'abort'] });
  expect(report.message).toMatch(/gave 1024 MiB, the build cache could not be freed \(the engine said no\)/);
});

test('what a procedure keeps down is let go when it is aborted', async (t) => {
  const on = await stage(t.onTestFinished);
  const runner = await on.restart();
  const { id } = await runner.start('complete-recovery', recovery, 'ana');
  const turn = { at: noon, by: id, mayRun: true };
  expect((await on.store.facts()).turns).toEqual({
    'Service/a': { ...turn, until: 'batch 1 of 2' },
    'Service/b': { ...turn, until: 'batch 2 of 2' },
  });
  await runner.say(id, { type: 'abort' }, 'ana');
  expect((await on.store.facts()).turns).toEqual({});
});

test('given up for the whole platform, none goes on, each says by whom, and nothing waits for its turn', async (t) => {
  const on = await stage(t.onTestFinished);
  const runner = await on.restart();
  const complete = await runner.start('complete-recovery', recovery, 'ana');
  const restart = await runner.start(
    'batched-restart',
    { ...input, batches: [{ tier: 'standard', refs: ['Service/z'] }] },
    'ana',
  );
  await runner.see({ at: on.now, statuses: [], facts: await on.store.facts(), room: {} });
  expect(Object.keys((await on.store.facts()).turns)).not.toEqual([]);
  await runner.abortAll('root@host (down)');
  expect(runner.running).toEqual([]);
  const { turns, restarts } = await on.store.facts();
  expect({ turns, restarts }).toEqual({ turns: {}, restarts: {} });
  const told = (await on.store.events({})).filter(({ reason }) => reason === 'ProcedureAborted');
  for (const { id } of [complete, restart])
    expect(told.map(({ message }) => message)).toContain(`${id}: aborted by root@host (down)`);
});

test('given up for the whole platform, what is under way for one is cut off, and what was stored begins no work', async (t) => {
  const on = await stage(t.onTestFinished);
  const begun: Work[] = [];
  const cut: string[] = [];
  on.work = (work, signal) => {
    begun.push(work);
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        cut.push(work.id);
        reject(new Error('cut off'));
      });
    });
  };
  const first = await on.restart();
  const { id } = await first.start('rollback', { ...rolloutInput, asFound }, 'ana');
  await until(() => begun.length === 1, 5_000, 'its work is under way');
  const second = await on.restart({ load: false });
  await second.abortAll('root@host (down)');
  expect(begun).toHaveLength(1);
  expect((await readProcedure(on.store, id)).state).toBe('aborted');
  const third = await on.restart();
  await third.start('rollback', { ...rolloutInput, asFound }, 'ana');
  await until(() => begun.length === 2, 5_000, 'its work is under way');
  cut.length = 0;
  await third.abortAll('root@host (down)');
  expect(cut).toHaveLength(1);
});
