// Opens the store in a schema of a Postgres database: for the one writer, or for reading beside it. Loaded only where a store
// is there: SQLite's users do not pay for it.

import { Kysely, PostgresDialect, sql } from 'kysely';
import { exitStatus, ReeveError } from '../../errors.ts';
import type { PostgresHome } from '../home.ts';
import { ageOf, migrate } from '../migrations/migrate.ts';
import type { Database, OpenTables, Tables } from '../schema.ts';
import { makeReader, makeStore, type StoreReader } from '../sql-store.ts';
import type { Store } from '../store.ts';
import { byteOrder } from './byte-order.ts';
import { identifier } from './connection.ts';
import { lastCommitTable } from './last-commit.ts';
import { PostgresLink } from './link.ts';
import { commentOf } from './platforms.ts';

/** Opens or makes the store and brings its schema up to date. Only under the platform's lock. */
export async function openPostgresStore(home: PostgresHome): Promise<Store> {
  const { db, close } = await openPostgresTables(home);
  try {
    return await makeStore(db);
  } catch (error) {
    await close();
    throw error;
  }
}

/** The tables themselves, up to date, for the one writer. */
export async function openPostgresTables(home: PostgresHome): Promise<OpenTables> {
  const { db, link, close } = opened(home, 'write');
  try {
    await makeSchema(db, home);
    await migrate(db.withPlugin(byteOrder()), home.shown, home.schema);
    await sql.raw(lastCommitTable).execute(db);
    await link.becomeWriter();
    return { db, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Takes no lock and migrates nothing; undefined where there is no store yet. */
export async function openPostgresReadOnly(home: PostgresHome): Promise<StoreReader | undefined> {
  const tables = await openPostgresTablesReadOnly(home);
  return tables === undefined ? undefined : makeReader(tables.db);
}

/** The tables for reading alone. */
export async function openPostgresTablesReadOnly(home: PostgresHome): Promise<OpenTables | undefined> {
  const { db, close } = opened(home, 'read');
  try {
    const age = await ageOf(db, home.shown, home.schema);
    if (age === 'older') throw older(home);
    if (age === 'current') return { db, close };
  } catch (error) {
    await close();
    throw error;
  }
  await close();
  return undefined;
}

/** Kept under another name, which nothing opens; the name. */
export async function setAsidePostgres(home: PostgresHome, suffix: string): Promise<string> {
  const { db, close } = opened(home, 'write');
  const name = `${home.schema.slice(0, 62 - suffix.length)}_${suffix}`;
  try {
    await db.transaction().execute(async (tx) => {
      const [now, aside] = [home.schema, name].map((one) => sql.raw(identifier(one)));
      await sql`alter schema ${now} rename to ${aside}`.execute(tx);
      await sql`comment on schema ${aside} is ${sql.lit(`reeve: was moved, platform ${home.platform}`)}`.execute(
        tx,
      );
    });
  } finally {
    await close();
  }
  return name;
}

function opened(home: PostgresHome, access: 'write' | 'read'): OpenTables & { readonly link: PostgresLink } {
  const link = new PostgresLink(home, access);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: link }) });
  return { link, db, close: () => db.destroy() };
}

/** Asked first: to make one that is there wants a right that its owner may not have. */
async function makeSchema(db: Database, { schema, platform }: PostgresHome): Promise<void> {
  const { rows } = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(db);
  if (rows.length > 0) return;
  const name = sql.raw(identifier(schema));
  await db.transaction().execute(async (tx) => {
    await sql`create schema if not exists ${name}`.execute(tx);
    // Its name may be cut or stand for another in it: the platform's own is beside it.
    await sql`comment on schema ${name} is ${sql.lit(commentOf(platform))}`.execute(tx);
  });
}

function older({ shown }: PostgresHome): ReeveError {
  return new ReeveError(`the store ${shown} was last written by an earlier version of reeve`, {
    status: exitStatus.failed,
    hint: 'this version’s next reeve apply or reeve run brings it up to date; until then read it with that version',
  });
}
