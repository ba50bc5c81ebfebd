// The command that starts the host's engine, over a real store, the real runner and real commands: when it is run, and when not.

import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { EngineStart } from '../../../controller/procedures/engine-start.ts';
import { Runner } from '../../../controller/procedures/runner.ts';
import { openStore } from '../../../controller/store/sqlite.ts';
import type { RecoveryInput } from '../../../reconcilers/complete-recovery/context.ts';
import { definitions } from '../../../reconcilers/procedures/index.ts';
import { noon } from '../../support/make.ts';
import { until } from '../../support/until.ts';

const recovery: RecoveryInput = {
  ...{ by: 'ana', batches: [{ tier: 'standard', refs: ['Service/a'] }], kept: [], core: [], maxFailures: 1 },
  ...{ settleMs: 0, timeoutMs: 1_000, stopTimeoutMs: 1_000, diskPercent: 90, memoryBytes: 0 },
};

/** A complete recovery has begun, and its engine does not answer. */
async function outage({ onTestFinished }: Pick<TestContext, 'onTestFinished'>) {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-engine-start-'));
  const store = await openStore(join(folder, 'store.db'));
  const on = { now: noon };
  const errors: unknown[] = [];
  const runner = new Runner({
    store,
    platform: 'shop',
    definitions,
    now: () => on.now,
    newId: (kind) => `${kind}-1`,
    wake: () => undefined,
    halt: () => undefined,
    work: async () => ({ bytes: 0 }),
    onError: (error) => errors.push(error),
  });
  onTestFinished(async () => {
    runner.close();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  await runner.load();
  await runner.start('complete-recovery', recovery, 'ana');
  const tell = { fails: false };
  const start = new EngineStart({
    store,
    runner: {
      get running() {
        return runner.running;
      },
      tell: (told, word) => (tell.fails ? Promise.reject(new Error('no room')) : runner.tell(told, word)),
    },
    now: () => on.now,
    scrub: (text) => text,
    onError: (error) => errors.push(error),
  });
  const ran = join(folder, 'ran');
  const away = async () => {
    await start.away({ startCommand: ['touch', ran], startTimeoutMs: 5_000 });
    on.now += 6_000;
    await start.away({ startCommand: ['touch', ran], startTimeoutMs: 5_000 });
  };
  return { away, errors, ran, runner, store, tell, look: () => on.now };
}

test('is run once the engine has been away for a moment', async (t) => {
  const { away, ran } = await outage(t);
  await away();
  await until(() => existsSync(ran) || undefined, 5_000, 'it was run');
});

test('is not run for a recovery that waits for a person: whoever stopped the engine may have had a reason', async (t) => {
  const { away, look, ran, runner, store } = await outage(t);
  const full = { disk: { path: '/data', usedPercent: 95, freeBytes: 1 } };
  await until(
    async () => {
      await runner.see({ at: look(), statuses: [], facts: await store.facts(), room: full });
      return runner.running[0]?.machine.state === 'deciding' || undefined;
    },
    5_000,
    'it asks what to do about the disk',
  );
  await away();
  expect(existsSync(ran)).toBe(false);
  expect((await store.facts()).engineStarts).toEqual({});
});

test('is run though it cannot be told; that is an error of its own', async (t) => {
  const { away, errors, ran, tell } = await outage(t);
  tell.fails = true;
  await away();
  await until(() => existsSync(ran) || undefined, 5_000, 'it was run');
  expect(String(errors[0])).toContain('no room');
});
