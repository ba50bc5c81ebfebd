// A platform whose store is in Postgres, on the real engine: Postgres is killed under its controller, started again; what was
// to be done meanwhile is done after it, and told.

import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { postgresHome } from '../../controller/store/home.ts';
import { openStoreAtReadOnly } from '../../controller/store/open.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { postgresPassword, startPostgres, type TestPostgres } from '../support/postgres.ts';
import { patienceMs, until } from '../support/until.ts';
import { act } from '../support/world.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
  postgres = await startPostgres();
});
afterAll(() => postgres?.close());

async function inPostgres(t: TestContext): Promise<TestPlatform> {
  const store = postgres.url(await postgres.newDatabase());
  return platformFor(t, { store, env: { REEVE_STORE: store } });
}

function expectNoPassword(text: string): void {
  expect(text).not.toContain(postgresPassword);
  expect(text).not.toContain(encodeURIComponent(postgresPassword));
}

test('Postgres killed -9 under a controller: it lives on, acts on nothing, and mends what happened once Postgres is back', async (t) => {
  const p = await inPostgres(t);
  const controller = await keep(p, [service('web'), service('other')]);
  const events = await p.events();
  const before = await p.container('Service/web');
  await postgres.kill9();
  await act(p.socket, before.Id, 'stop?t=0');
  await until(
    () => /nothing new is begun until it is back/.test(controller.output().stderr),
    patienceMs,
    'the log says that the store is away',
  );
  const status = await p.reeve('status', '-p', p.name);
  expect([status.code, status.stderr]).toEqual([69, expect.stringContaining('cannot be reached')]);
  // A change that is made meanwhile is not lost.
  await p.declare([service('web'), service('other', ['environment: {ADDED: "1"}'])]);
  expect(controller.process.exitCode).toBe(null);
  expect((await p.container('Service/web')).State.Running).toBe(false);
  await postgres.start();
  await p.untilContainer('Service/web', 'runs again', (c) => c.State.Running);
  await p.untilContainer(
    'Service/other',
    'is the new one',
    (c) => (c.Config.Env ?? []).includes('ADDED=1'),
    30_000,
  );
  await p.untilEvent(`Platform/${p.name}`, 'StoreUnreachable', /cannot be reached|went away/);
  await p.untilEvent(`Platform/${p.name}`, 'StoreReachable', /answers again after/);
  await p.untilCondition(`Platform/${p.name}`, 'Ready', /^StoreReachable$/);
  const kept = await p.events();
  for (const { seq } of events) expect(kept.map((e) => e.seq)).toContain(seq);
  expectNoPassword(controller.output().stderr);
  expect((await controller.stop()).code).toBe(0);
});

test('a controller that is started while Postgres is away waits for it', async (t) => {
  const p = await inPostgres(t);
  await p.declare([service('web')]);
  await postgres.kill9();
  const running = p.spawn('run', '-f', p.manifests);
  await until(() => /waiting for it/.test(running.output().stderr), patienceMs, 'it waits');
  await postgres.start();
  await p.untilReady('Service/web');
  expectNoPassword(running.output().stderr);
});

describe.concurrent('without a controller', () => {
  test('commands find the store by the state folder, and an apply beside another store is refused', async (t) => {
    const p = await inPostgres(t);
    await p.declare([service('web')]);
    const applied = await p.apply();
    expectNoPassword(applied.stdout + applied.stderr);
    const password = { PGPASSWORD: postgresPassword, REEVE_STORE: '' };
    for (const line of [
      ['events', '-p', p.name],
      ['history', '-p', p.name],
      ['explain', 'web', '-p', p.name],
      ['status', '-p', p.name],
      ['describe', 'web', '-p', p.name],
    ]) {
      const result = await p.reeveWith(password, ...line);
      expect([result.code, result.stderr], line.join(' ')).toEqual([0, '']);
      expect(result.stdout, line.join(' ')).toMatch(/web|done in|2 of 2 ready/);
    }
    const none = await p.reeveWith({ REEVE_STORE: '' }, 'events', '-p', p.name);
    expect([none.code, none.stderr]).toEqual([77, expect.stringContaining('it wants a password')]);
  });

  test('a platform whose store is a file is not given a second one', async (t) => {
    const p = await inPostgres(t);
    await p.declare([service('web')]);
    expect((await p.reeveWith({ REEVE_STORE: '' }, 'apply', '--yes', '-f', p.manifests)).code).toBe(0);
    const refused = await p.reeve('apply', '--yes', '-f', p.manifests);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('has its store in');
    expect(refused.stderr).toContain(`reeve store migrate -p ${p.name} --to postgres://owner@`);
    expectNoPassword(refused.stderr);
  });
});

test.concurrent('moved to Postgres and back: refused beside a controller; after it nothing is restarted, and history goes on', async (t) => {
  const p = await platformFor(t);
  const database = postgres.url(await postgres.newDatabase());
  const controller = await keep(p, [service('web')]);
  const before = await p.container('Service/web');
  const beside = await p.reeve('store', 'migrate', '-p', p.name, '--to', database);
  expect([beside.code, beside.stderr]).toEqual([75, expect.stringContaining('(run)')]);
  await controller.stop();

  const there = await p.reeve('store', 'migrate', '-p', p.name, '--to', database);
  expect([there.code, there.stdout]).toEqual([0, expect.stringContaining('read back and found the same')]);
  expectNoPassword(there.stdout + there.stderr);
  const env = { PGPASSWORD: postgresPassword };
  const applied = await p.reeveWith(env, 'apply', '--yes', '-f', p.manifests);
  expect([applied.code, applied.stdout]).toEqual([0, expect.stringContaining('0 steps done')]);
  const history = await p.reeveWith(env, 'history', '-p', p.name, '-o', 'json');
  expect(JSON.parse(history.stdout).revisions).toHaveLength(1);
  const checked = await p.reeveWith(env, 'store', 'check', '-p', p.name, '-o', 'json');
  expect(JSON.parse(checked.stdout)).toMatchObject({ platform: p.name, problems: [] });
  expect(checked.stdout).toContain(`(schema reeve_${p.name})`);

  const file = p.path('export.jsonl');
  expect((await p.reeveWith(env, 'store', 'export', file, '-p', p.name)).code).toBe(0);
  const back = await p.reeveWith(env, 'store', 'migrate', '-p', p.name, '--to', 'sqlite');
  expect([back.code, back.stderr]).toEqual([0, '']);
  const imported = await p.reeve('store', 'import', file);
  expect([imported.code, imported.stdout]).toEqual([
    0,
    expect.stringContaining('holds exactly that already'),
  ]);
  const again = await keep(p, [service('web')]);
  const after = await p.container('Service/web');
  expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
  await again.stop();
});

test.concurrent('what is stored is in the platform’s own schema of the database', async (t) => {
  const p = await inPostgres(t);
  await p.declare([service('web')]);
  await p.apply();
  const store = await openStoreAtReadOnly(postgresHome(p.store ?? '', p.name));
  expect((await store?.events({}))?.length).toBeGreaterThan(2);
  await store?.close();
});
