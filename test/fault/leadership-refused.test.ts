// Who may not lead, or stand by: with another engine, another key, in a folder that is in use, beside a platform that another
// store keeps on the same engine.

import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { type CliResult, type Controller, reeve } from '../support/reeve.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
  postgres = await startPostgres();
});
afterAll(() => postgres?.close());

interface Kept {
  readonly p: TestPlatform;
  readonly database: string;
  readonly controller: Controller;
}

async function kept(t: TestContext): Promise<Kept> {
  const database = await postgres.newDatabase();
  const store = postgres.url(database);
  const p = await platformFor(t, { store, env: { REEVE_STORE: store } });
  return { p, database, controller: await keep(p, [service('web')]) };
}

/** `reeve run` that must not come to run; with a state folder of its own. */
async function runElsewhere(
  { p }: Pick<Kept, 'p'>,
  { store, copyKey = true, flags = [] }: { store: string; copyKey?: boolean; flags?: readonly string[] },
): Promise<CliResult> {
  const state = join(p.folder, 'state-elsewhere');
  await mkdir(state, { mode: 0o700, recursive: true });
  if (copyKey) await copyFile(join(p.state, 'key'), join(state, 'key'));
  const env = { REEVE_STORE: store };
  return reeve(['run', '-f', p.manifests, ...flags], { state, cwd: p.manifests, socket: p.socket, env });
}

test('one with another key does not stand by: each change of the lead would recreate what has secrets', async (t) => {
  const { p, database } = await kept(t);
  const { code, stderr } = await runElsewhere({ p }, { store: postgres.url(database), copyKey: false });
  expect([code, stderr]).toEqual([75, expect.stringContaining('this installation’s key is another than')]);
  expect(stderr).toContain(`copy the file key from `);
});

test('one in a state folder that is in use does not start', async (t) => {
  const { p } = await kept(t);
  const { code, stderr } = await p.reeve('run', '-f', p.manifests);
  expect([code, stderr]).toEqual([75, expect.stringContaining(`the state folder ${p.state} is in use by`)]);
});

test('one on another engine never leads, also where nobody does; unless a person says that the platform has moved', async (t) => {
  const { p, database, controller } = await kept(t);
  await postgres.sql(database, `UPDATE reeve_${p.name}.lease SET engine = 'another /var/lib/docker'`);
  await controller.stop();
  for (const line of [['run'], ['apply', '--yes']]) {
    const { code, stderr } = await p.reeve(...line, '-f', p.manifests);
    expect([code, stderr], line.join(' ')).toEqual([
      75,
      expect.stringContaining('is kept on another engine'),
    ]);
    expect(stderr).toContain('reeve run --force-unlock');
  }
  const forced = await p.run('--force-unlock');
  await p.untilReady('Service/web');
  await forced.stop();
  await p.apply();
});

test('a store in a file, and another database, are refused while the platform’s controllers run; after them they are not', async (t) => {
  const { p, controller } = await kept(t);
  const { code, stderr } = await runElsewhere({ p }, { store: '' });
  expect([code, stderr]).toEqual([
    75,
    expect.stringContaining('by controllers with another store, in Postgres'),
  ]);
  const second = postgres.url(await postgres.newDatabase());
  const other = await runElsewhere({ p }, { store: second });
  expect([other.code, other.stderr]).toEqual([
    75,
    expect.stringContaining('with another store, in Postgres'),
  ]);
  await controller.kill9();
  // It may have had others beside it, for all that can be told from here.
  expect((await runElsewhere({ p }, { store: '' })).code).toBe(75);
  await (await p.run()).stop();
  expect((await p.reeveWith({ REEVE_STORE: second }, 'apply', '--yes', '-f', p.manifests)).code).toBe(0);
});

test('a lease is for Postgres, and has its bounds', async (t) => {
  const p = await platformFor(t);
  await p.declare([service('web')]);
  const file = await p.reeve('run', '-f', p.manifests, '--lease', '5s');
  expect([file.code, file.stderr]).toEqual([
    64,
    expect.stringContaining('--lease is for a store in Postgres'),
  ]);
  const git = ['run', '--git', '/nowhere.git', '--store', 'postgres://reeve@127.0.0.1/none'];
  const both = await p.reeve(...git);
  expect([both.code, both.stderr]).toEqual([64, expect.stringContaining('--git is for a store in a file')]);
  for (const time of ['5', '200ms', '1h']) {
    expect((await p.reeve('run', '-f', p.manifests, '--lease', time)).code, time).toBe(64);
  }
});

test('a move of the store is refused beside a controller of another machine, and its own kill −9 leaves nothing in the way', async (t) => {
  const { p, controller } = await kept(t);
  const beside = await p.reeve('store', 'migrate', '-p', p.name, '--to', 'sqlite');
  expect([beside.code, beside.stderr]).toEqual([75, expect.stringContaining('is led by')]);
  await controller.kill9();
  const moved = await p.reeve('store', 'migrate', '-p', p.name, '--to', 'sqlite');
  expect([moved.code, moved.stderr]).toEqual([0, '']);
  expect((await p.reeveWith({ REEVE_STORE: '' }, 'apply', '--yes', '-f', p.manifests)).code).toBe(0);
});
