// Which failures a recovery begins for, over a real store and the real runner; of the engine only what is read of it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import type { PassResult } from '../../../controller/loop/reconciler.ts';
import { Recoveries } from '../../../controller/procedures/recoveries.ts';
import { Runner } from '../../../controller/procedures/runner.ts';
import { openStore } from '../../../controller/store/sqlite.ts';
import type { StoredCondition } from '../../../controller/store/store.ts';
import type { Ref } from '../../../desired-state/resource.ts';
import type { Facts } from '../../../reconcilers/facts.ts';
import { definitions } from '../../../reconcilers/procedures/index.ts';
import type { RecoveryContext } from '../../../reconcilers/recovery/context.ts';
import { facts, live, look, noon, planOf, revision, service } from '../../support/make.ts';
import { until } from '../../support/until.ts';

const web = service('web');
const shop = revision([web]);
const ref: Ref = 'Service/web';
const crashed = { state: 'exited', exitCode: 3 } as const;
const secret = 'hunter2';

async function stage({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-recoveries-'));
  const store = await openStore(join(folder, 'store.db'));
  const busy = new Set<Ref>();
  const asked: string[] = [];
  const now = { at: noon };
  let made = 0;
  const onError = (error: unknown): never => {
    throw error;
  };
  const runner: Runner = new Runner({
    store,
    platform: 'shop',
    definitions,
    now: () => now.at,
    newId: (kind) => `${kind}-${++made}`,
    wake: () => undefined,
    halt: () => undefined,
    work: async () => ({}),
    onEnded: (record) => recoveries.ended(record),
    onError,
  });
  const recoveries: Recoveries = new Recoveries({
    engine: {
      inspect: async () => undefined,
      pastEvents: async function* () {},
      diskUse: async () => ({ images: 0, containers: 0, volumes: 0, buildCache: 0 }),
      logs: async function* (id) {
        asked.push(id);
        yield { stream: 'stdout', line: `the password is ${secret}` };
      },
    },
    store,
    runner,
    busy,
    now: () => now.at,
    scrub: (text) => text.replaceAll(secret, '***'),
    digest: (value) => value,
    wake: () => undefined,
    onError,
  });
  await recoveries.load();
  onTestFinished(async () => {
    recoveries.close();
    runner.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  /** A pass as the loop makes it: `turned` are the conditions that differ from those of the pass before. */
  let before: readonly StoredCondition[] = [];
  const pass = (container: Parameters<typeof live>[1], memory: Partial<Facts> = {}, mayBegin = true) => {
    const observed = look(shop, [live(web, container)]);
    const plan = planOf({ revision: shop, observed, facts: facts(memory), mode: 'keep' });
    const all = plan.statuses.flatMap((s) =>
      s.conditions.map((c): StoredCondition => ({ ...c, ref: s.ref, lastTransitionTime: now.at })),
    );
    const known = new Set(before.map((c) => `${c.type} ${c.status} ${c.reason}`));
    const turned = all.filter((c) => !known.has(`${c.type} ${c.status} ${c.reason}`));
    before = all;
    const result: PassResult = { plan, observed, dispatched: [], busy: new Set(), turned };
    recoveries.note(result, shop, facts(memory), mayBegin);
  };
  const begun = () => until(() => runner.running[0], 2_000, 'one has begun');
  return { store, runner, recoveries, busy, asked, now, pass, begun };
}

const tried = (at: number): Partial<Facts> => ({
  attempts: { [ref]: { at: [at], notBefore: at, lastFailure: 'it exited with status 3' } },
});

test('a crash: begun when its start is over, with how it ended and its last words, scrubbed', async (t) => {
  const { runner, busy, pass, begun, now, asked } = await stage(t);
  busy.add(ref);
  pass(crashed);
  expect(asked).toEqual([]);
  busy.delete(ref);
  now.at += 200;
  pass({}, tried(now.at));
  await begun();
  pass({}, tried(now.at));
  const evidence = await until(
    () => (runner.running[0]?.machine.context as RecoveryContext | undefined)?.evidence,
    2_000,
    'the evidence is there',
  );
  expect(evidence).toMatchObject({ exitCode: 3, log: ['the password is ***'] });
  expect(evidence.message).toContain('status 3');
});

test('nothing fails: nothing is begun, nothing read', async (t) => {
  const { runner, pass, asked } = await stage(t);
  for (let i = 0; i < 3; i++) pass({});
  expect([runner.running, asked]).toEqual([[], []]);
});

const left: readonly (readonly [why: string, memory: Partial<Facts>, mayBegin: boolean])[] = [
  ['a person holds it', { holds: { [ref]: { at: noon, stopped: false, by: 'ana' } } }, true],
  ['a person stopped it', { stops: { [live(web).id]: { at: noon, by: 'api' } } }, true],
  ['the platform is suspended', { suspended: { at: noon, by: 'ana', reason: 'Suspended' } }, true],
  ['an apply is under way', {}, false],
];

test.for(left)('%s: none is begun', async ([, memory, mayBegin], t) => {
  const { runner, pass } = await stage(t);
  for (let i = 0; i < 3; i++) pass(crashed, memory, mayBegin);
  await new Promise(setImmediate);
  expect(runner.running).toEqual([]);
});

test('what another procedure has is left to it, and begun for when that is over', async (t) => {
  const { runner, pass, begun } = await stage(t);
  const { id } = await runner.start(
    'batched-restart',
    { by: 'ana', batches: [{ tier: 'standard', refs: [ref] }], settleMs: 1, timeoutMs: 1e6, maxFailures: 1 },
    'ana',
  );
  for (let i = 0; i < 3; i++) pass(crashed);
  await new Promise(setImmediate);
  expect(runner.running.map((r) => r.id)).toEqual([id]);
  await runner.say(id, { type: 'abort' }, 'ana');
  pass(crashed);
  expect(await begun()).toMatchObject({ kind: 'recovery' });
});

test('what was so when a recovery ended is no news; a failure after it is', async (t) => {
  const { runner, pass, begun, now } = await stage(t);
  pass(crashed);
  const { id } = await begun();
  now.at += 1_000;
  await runner.say(id, { type: 'abort' }, 'ana');
  for (let i = 0; i < 3; i++) pass(crashed);
  await new Promise(setImmediate);
  expect(runner.running).toEqual([]);
  now.at += 1_000;
  pass({}, tried(now.at));
  expect((await begun()).id).not.toBe(id);
});
