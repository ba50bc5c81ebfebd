// What can be wrong with a Postgres, met for real: each is told in words that say what to do, and none shows the password.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { tellFailure } from '../../../controller/cli/failure.ts';
import { postgresHome } from '../../../controller/store/home.ts';
import { openPostgresReadOnly, openPostgresStore } from '../../../controller/store/postgres/postgres.ts';
import { postgresPassword, startPostgres, type TestPostgres } from '../../support/postgres.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.sql('postgres', `CREATE ROLE guest LOGIN PASSWORD '${postgresPassword}'`);
  await postgres.sql(
    'postgres',
    'CREATE DATABASE latin ENCODING LATIN1 TEMPLATE template0 LOCALE_PROVIDER libc LOCALE "C"',
  );
}, 120_000);
afterAll(() => postgres?.close());

async function told(url: string, platform = 'words'): Promise<{ text: string; status: number }> {
  const error = await openPostgresStore(postgresHome(url, platform)).then(
    async (store) => store.close(),
    (thrown: unknown) => thrown,
  );
  const { lines, status } = tellFailure(error, true);
  expect(lines.join('\n')).not.toContain(postgresPassword);
  expect(lines.join('\n')).not.toContain(encodeURIComponent(postgresPassword));
  return { text: lines.slice(0, 2).join('\n'), status };
}

test('nobody listens', async () => {
  const { text, status } = await told(postgres.url('postgres', { port: 1 }));
  expect(text).toMatch(
    /^reeve: the store postgres:\/\/owner@127\.0\.0\.1:1\/postgres cannot be reached \(.*ECONNREFUSED/,
  );
  expect(text).toContain('pg_isready');
  expect(status).toBe(69);
});

test('a name that nobody knows', async () => {
  const { text, status } = await told('postgres://owner@nowhere.invalid/postgres');
  expect(text).toMatch(/cannot be reached \(.*nowhere\.invalid/);
  expect(status).toBe(69);
});

test('a wrong password, and none', async () => {
  const wrong = await told(postgres.url('postgres').replace(/:[^:@]*@/, ':wrong@'));
  expect(wrong.text).toContain('does not let owner in (password authentication failed');
  expect(wrong.text).toContain('REEVE_STORE');
  const none = await told(postgres.url('postgres').replace(/:[^:@]*@/, '@'));
  expect(none.text).toContain('does not let owner in (it wants a password)');
  expect([wrong.status, none.status]).toEqual([77, 77]);
});

test('no such database', async () => {
  const { text } = await told(postgres.url('missing'));
  expect(text).toContain('is not there (database "missing" does not exist)');
  expect(text).toContain('createdb missing');
});

test('a user who may make no schema', async () => {
  const { text, status } = await told(postgres.url('postgres', { user: 'guest' }));
  expect(text).toContain('does not permit it to guest');
  expect(text).toContain('GRANT CREATE, CONNECT ON DATABASE "postgres" TO "guest"');
  expect(status).toBe(77);
});

test('a database without every letter', async () => {
  expect((await told(postgres.url('latin'))).text).toContain('of encoding LATIN1');
});

test('TLS from a server that speaks none', async () => {
  expect((await told(`${postgres.url('postgres')}?sslmode=require`)).text).toContain('speaks no TLS');
});

test('written by a later reeve', async () => {
  const home = postgresHome(postgres.url('postgres'), 'later');
  await (await openPostgresStore(home)).close();
  await postgres.sql(
    'postgres',
    `INSERT INTO reeve_later.kysely_migration VALUES ('0999-future', '2030-01-01')`,
  );
  for (const open of [openPostgresStore, openPostgresReadOnly]) {
    await expect(open(home)).rejects.toThrow(
      /written by a later version of reeve \(its schema has 0999-future/,
    );
  }
});

test('written by an earlier reeve: a reader says so, the writer brings it up to date', async () => {
  const home = postgresHome(postgres.url('postgres'), 'earlier');
  await (await openPostgresStore(home)).close();
  await postgres.sql(
    'postgres',
    `ALTER TABLE reeve_earlier.events DROP COLUMN repeat_key;
     DELETE FROM reeve_earlier.kysely_migration WHERE name LIKE '0004%'`,
  );
  await expect(openPostgresReadOnly(home)).rejects.toThrow('by an earlier version of reeve');
  await (await openPostgresStore(home)).close();
  await (await openPostgresReadOnly(home))?.close();
});

test('tables that somebody dropped', async () => {
  const home = postgresHome(postgres.url('postgres'), 'dropped');
  const store = await openPostgresStore(home);
  await postgres.sql('postgres', 'DROP SCHEMA reeve_dropped CASCADE');
  await expect(store.events({})).rejects.toThrow('has lost tables of schema reeve_dropped');
  await store.close();
});
