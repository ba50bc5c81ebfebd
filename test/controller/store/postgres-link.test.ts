// The link to a real Postgres that is cut, killed and taken over: what was acknowledged is there, once; what was refused is
// not, or was said to be unknown.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { StoreAway } from '../../../controller/store/away.ts';
import { type PostgresHome, postgresHome } from '../../../controller/store/home.ts';
import { openPostgresReadOnly, openPostgresStore } from '../../../controller/store/postgres/postgres.ts';
import type { Store } from '../../../controller/store/store.ts';
import { type CommitProxy, type Cut, startCommitProxy } from '../../support/commit-proxy.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';
import { makeEvent } from './make.ts';

let postgres: TestPostgres;
let proxy: CommitProxy;
beforeAll(async () => {
  postgres = await startPostgres();
  proxy = await startCommitProxy(postgres.port);
}, 120_000);
afterAll(async () => {
  await proxy?.close();
  await postgres?.close();
});

let home: PostgresHome;
let store: Store;
let stores = 0;
beforeEach(async () => {
  home = postgresHome(postgres.url('postgres', { port: proxy.port }), `link-${++stores}`);
  store = await openPostgresStore(home);
});
afterEach(async () => {
  proxy.refuse(false);
  await store.close();
});

/** As another sees it, who did not write. */
async function stored(): Promise<readonly string[]> {
  const reader = await openPostgresReadOnly(postgresHome(postgres.url('postgres'), home.platform));
  try {
    return ((await reader?.events({})) ?? []).map((event) => `${event.message} ${event.count}`);
  } finally {
    await reader?.close();
  }
}

async function failure(work: Promise<unknown>): Promise<StoreAway> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof StoreAway)) throw error ?? new Error('it went through');
  return error;
}

describe('a connection that is cut during a commit', () => {
  test.each<[string, Cut]>([
    ['before the server hears of it', 'before'],
    ['after the server has made it', 'after'],
    ['and the server does not notice', 'half'],
  ])('%s: what is acknowledged is there, once', async (_how, cut) => {
    await store.record([makeEvent({ message: 'first' })]);
    proxy.cutNext(cut);
    const [event] = await store.record([makeEvent({ message: 'cut' })]);
    expect(event?.count).toBe(1);
    await store.setFacts([{ fact: 'pins', key: 'a', value: 'sha256:1' }]);
    expect(await stored()).toEqual(['first 1', 'cut 1']);
    expect((await store.facts()).pins).toEqual({ a: 'sha256:1' });
  });

  test('again and again, with many writers at once: all numbers are given once and in order', async () => {
    const before = proxy.cuts();
    for (const [round, cut] of (['after', 'before', 'half', 'after', 'half', 'before'] as const).entries()) {
      proxy.cutNext(cut);
      await Promise.all(
        Array.from({ length: 8 }, (_, i) => store.record([makeEvent({ message: `${round}-${i}` })])),
      );
    }
    expect(proxy.cuts() - before).toBe(6);
    const events = await store.events({});
    expect(events.map((e) => e.change)).toEqual(Array.from({ length: 48 }, (_, i) => i + 1));
    expect(events.every((e) => e.count === 1)).toBe(true);
  });

  test('and not to be reached after it: it is said to be unknown, and what it kept is known again once it is back', async () => {
    await store.setFacts([{ fact: 'pins', key: 'a', value: 'sha256:0' }]);
    proxy.cutNext('after', 'refuse');
    const error = await failure(store.setFacts([{ fact: 'pins', key: 'a', value: 'sha256:1' }]));
    expect(error.kept).toBe('unknown');
    expect(error.message).toContain('cannot be told before it is back');
    expect((await failure(store.setFacts([{ fact: 'pins', key: 'b', value: 'x' }]))).kept).toBe('nothing');
    proxy.refuse(false);
    // A group that may have been kept was not tried again one by one: it would be there twice.
    await store.record([makeEvent({ message: 'back' })]);
    expect((await store.facts()).pins).toEqual({ a: 'sha256:1' });
    await store.setFacts([{ fact: 'pins', key: 'a', value: 'sha256:2' }]);
    expect(await stored()).toEqual(['back 1']);
  }, 40_000);
});

test('a connection that died while nobody used it is made anew, unnoticed, by readers and writers', async () => {
  await store.record([makeEvent({ message: 'first' })]);
  proxy.refuse(true);
  proxy.refuse(false);
  expect(await store.events({})).toHaveLength(1);
  proxy.refuse(true);
  proxy.refuse(false);
  await store.record([makeEvent({ message: 'second' })]);
  expect(await stored()).toEqual(['first 1', 'second 1']);
});

test('killed -9 under writers and started again: nothing acknowledged is lost, nothing is there twice', async () => {
  const acknowledged: string[] = [];
  let refused = 0;
  let writing = true;
  const writer = async (name: number): Promise<void> => {
    for (let i = 0; writing; i++) {
      const message = `${name}-${i}`;
      await store.record([makeEvent({ message })]).then(
        () => acknowledged.push(message),
        (error: unknown) => {
          if (!(error instanceof StoreAway)) throw error;
          refused++;
          // A store that refuses at once must not be asked without a breath.
          return new Promise((resolve) => setTimeout(resolve, 5));
        },
      );
    }
  };
  const writers = Promise.all([1, 2, 3, 4].map(writer));
  for (let round = 1; round <= 3; round++) {
    const before = acknowledged.length;
    await until(() => acknowledged.length > before + 20, 10_000, 'it writes');
    await postgres.kill9();
    await until(() => refused > round * 4, 30_000, 'it is refused');
    await postgres.start();
  }
  const before = acknowledged.length;
  await until(() => acknowledged.length > before + 20, 10_000, 'it writes again');
  writing = false;
  await writers;
  const found = await stored();
  expect(acknowledged.filter((message) => !found.includes(`${message} 1`))).toEqual([]);
  expect(new Set(found).size).toBe(found.length);
}, 120_000);

test('a second writer takes over, and the first can write nothing over it', async () => {
  await store.record([makeEvent({ message: 'first' })]);
  const second = await openPostgresStore(home);
  await second.record([makeEvent({ message: 'second' })]);
  await expect(store.record([makeEvent({ message: 'over' })])).rejects.toMatchObject({
    status: 75,
    message: expect.stringContaining('is written by another process now'),
  });
  await second.record([makeEvent({ message: 'third' })]);
  await second.close();
  expect(await stored()).toEqual(['first 1', 'second 1', 'third 1']);
});
