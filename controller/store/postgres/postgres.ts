// Opens the store in a schema of a Postgres database: for the one writer, or for reading beside it. Loaded only where a store
// is there: SQLite's users do not pay for it.

import { Kysely, PostgresDialect, sql } from 'kysely';
import { exitStatus, ReeveError } from '../../errors.ts';
import type { PostgresHome } from '../home.ts';
import { ageOf, migrate } from '../migrations/migrate.ts';
import type { Database, Tables } from '../schema.ts';
import { makeReader, makeStore, type StoreReader } from '../sql-store.ts';
import type { Store } from '../store.ts';
import { byteOrder } from './byte-order.ts';
import { identifier } from './connection.ts';
import { lastCommitTable } from './last-commit.ts';
import { PostgresLink } from './link.ts';
import { commentOf } from './platforms.ts';

/** Opens or makes the store and brings its schema up to date. Only under the platform's lock. */
export async function openPostgresStore(home: PostgresHome): Promise<Store> {
  const { db } = await openPostgres(home);
  try {
    return await makeStore(db);
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/** The tables themselves, up to date, for the one writer. */
async function openPostgres(home: PostgresHome): Promise<{ readonly db: Database }> {
  const { db, link } = opened(home, 'write');
  try {
    await makeSchema(db, home);
    await migrate(db.withPlugin(byteOrder()), home.shown, home.schema);
    await sql.raw(lastCommitTable).execute(db);
    await link.becomeWriter();
    return { db };
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/** Takes no lock and migrates nothing; undefined where there is no store yet. */
export async function openPostgresReadOnly(home: PostgresHome): Promise<StoreReader | undefined> {
  const db = await openPostgresTables(home);
  return db === undefined ? undefined : makeReader(db);
}

/** The tables for reading alone. */
async function openPostgresTables(home: PostgresHome): Promise<Database | undefined> {
  const { db } = opened(home, 'read');
  try {
    const age = await ageOf(db, home.shown, home.schema);
    if (age === 'older') throw older(home);
    if (age === 'current') return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
  await db.destroy();
  return undefined;
}

function opened(
  home: PostgresHome,
  access: 'write' | 'read',
): { readonly db: Kysely<Tables>; readonly link: PostgresLink } {
  const link = new PostgresLink(home, access);
  return { link, db: new Kysely<Tables>({ dialect: new PostgresDialect({ pool: link }) }) };
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
