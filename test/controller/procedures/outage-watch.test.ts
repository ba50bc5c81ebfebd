// A complete recovery that begins by itself, over a real store and the real runner: only where the policy allows it, once an
// outage, and not shortly after a person gave one up.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { byOutage, OutageWatch } from '../../../controller/procedures/outage-watch.ts';
import { Runner } from '../../../controller/procedures/runner.ts';
import { openStore } from '../../../controller/store/sqlite.ts';
import type { ProcedureRecord } from '../../../controller/store/store.ts';
import type { Revision } from '../../../desired-state/revision.ts';
import type { Facts } from '../../../reconcilers/facts.ts';
import { definitions } from '../../../reconcilers/procedures/index.ts';
import { facts, live, look, noon, planOf, revision, service } from '../../support/make.ts';

const services = ['a', 'b', 'c'].map((name) => service(name));
const plain = revision(services);
const allowed: Revision = {
  ...plain,
  policy: { ...plain.policy, completeRecovery: { outagePercent: 80, afterMs: 30_000 } },
};

async function stage(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  shop = allowed,
  others: readonly string[] = [],
) {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-outage-'));
  const store = await openStore(join(folder, 'store.db'));
  const time = { now: noon };
  let made = 0;
  const runner = new Runner({
    store,
    platform: 'shop',
    definitions,
    now: () => time.now,
    newId: (kind) => `${kind}-${++made}`,
    wake: () => undefined,
    halt: () => undefined,
    work: async () => ({}),
    onError: (error) => {
      throw error;
    },
  });
  const beside = {
    get running() {
      return [...runner.running, ...others.map((kind) => ({ kind }) as ProcedureRecord)];
    },
    start: runner.start.bind(runner),
  };
  const makeWatch = () =>
    new OutageWatch({ store, runner: beside, platform: 'shop', now: () => time.now, room: async () => ({}) });
  onTestFinished(async () => {
    runner.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  const watch = { of: makeWatch() };
  const onceReady = Object.fromEntries(services.map((s) => [`Service/${s.name}`, noon]));
  /** Looks every 20 s at a platform that is as `state` says. */
  const looks = async (count: number, state: 'exited' | 'running', memory: Partial<Facts> = {}) => {
    const tried = { at: [noon], notBefore: noon + 1e9, lastFailure: 'it exited with status 1' };
    const attempts = Object.fromEntries(services.map((s) => [`Service/${s.name}`, tried]));
    for (let i = 0; i < count; i++) {
      const observed = look(
        shop,
        services.map((s) => live(s, state === 'exited' ? { state, exitCode: 1 } : {})),
      );
      const failing = facts(state === 'exited' ? { attempts } : {});
      const { statuses } = planOf({ revision: shop, observed, facts: failing, mode: 'keep' });
      await watch.of.look(shop, statuses, facts({ onceReady, ...memory }));
      time.now += 20_000;
    }
  };
  const reasons = async () => (await store.events({ limit: 100 })).map((e) => e.reason);
  return {
    store,
    runner,
    looks,
    reasons,
    restarted: () => (watch.of = makeWatch()),
    blind: () => watch.of.blind(),
    time,
  };
}

test('begins after the outage has lasted where it is seen: not before a controller that has just started, or an engine that is back, had its time', async (t) => {
  const { runner, looks, reasons, restarted, blind } = await stage(t);
  await looks(2, 'exited');
  restarted();
  await looks(2, 'exited');
  blind();
  await looks(2, 'exited');
  expect(runner.running).toEqual([]);
  await looks(1, 'exited');
  expect(runner.running).toMatchObject([{ kind: 'complete-recovery', by: byOutage }]);
  expect(await reasons()).toContain('SystemWideOutage');
});

test('one outage has one: aborted by a person it is theirs, until the platform was up and an hour has passed', async (t) => {
  const { runner, looks, time, reasons } = await stage(t);
  await looks(4, 'exited');
  const [{ id } = { id: '' }] = runner.running;
  await runner.say(id, { type: 'abort' }, 'ana');
  await looks(5, 'exited');
  expect(runner.running).toEqual([]);
  await looks(1, 'running');
  await looks(5, 'exited');
  expect(runner.running).toEqual([]);
  expect(await reasons()).toContain('LeftToPeople');
  await looks(1, 'running');
  time.now += 3_600_000;
  await looks(4, 'exited');
  expect(runner.running).toMatchObject([{ kind: 'complete-recovery' }]);
});

test('a platform that is suspended or stopped has no outage', async (t) => {
  const { runner, looks, reasons } = await stage(t);
  await looks(5, 'exited', { suspended: { at: noon, by: 'ana', reason: 'Down' } });
  expect([runner.running, await reasons()]).toEqual([[], []]);
});

test.for(['rollout', 'rollback'])('what a %s takes down is its own to bring back', async (kind, t) => {
  const { runner, looks } = await stage(t, allowed, [kind]);
  await looks(5, 'exited');
  expect(runner.running).toEqual([]);
});

test('without a word of the policy none begins, and nothing is told', async (t) => {
  const { runner, looks, reasons } = await stage(t, plain);
  await looks(5, 'exited');
  expect([runner.running, await reasons()]).toEqual([[], []]);
});
