// Opens the store in a schema of a Postgres database: for the one writer, or for reading beside it. Loaded only where a store
// is there: SQLite's users do not pay for it.

import { Kysely, PostgresDialect, sql } from 'kysely';
import { exitStatus, ReeveError } from '../../errors.ts';
import type { LeaseRow, LeaseTable } from '../../lease/port.ts';
import type { PostgresHome } from '../home.ts';
import { ageOf, migrate } from '../migrations/migrate.ts';
import type { Database, OpenTables, Tables } from '../schema.ts';
import { makeReader, makeStore, type StoreReader } from '../sql-store.ts';
import type { Store } from '../store.ts';
import { byteOrder } from './byte-order.ts';
import { identifier } from './connection.ts';
import { lastCommitTable } from './last-commit.ts';
import { leaseTable, leaseTableOf } from './lease-table.ts';
import { PostgresLink } from './link.ts';
import { commentOf } from './platforms.ts';

/** By what right it is written: the token of a lease, and whose sessions these are. */
export interface Lead {
  readonly token: number;
  readonly id: string;
}

/** Where no lease was ever given out. */
const nobody: Lead = { token: 0, id: 'writes' };

/** Opens or makes the store and brings its schema up to date. Only for who holds the platform's lease. */
export async function openPostgresStore(home: PostgresHome, lead?: Lead): Promise<Store> {
  const { db, close } = await openPostgresTables(home, lead);
  try {
    return await makeStore(db);
  } catch (error) {
    await close();
    throw error;
  }
}

/** The tables themselves, up to date, for the one writer. */
export async function openPostgresTables(home: PostgresHome, lead = nobody): Promise<OpenTables> {
  const { db, link, close } = opened(home, 'write', lead.id);
  try {
    await makeSchema(db, home);
    await link.becomeWriter(lead.token);
    await migrate(db.withPlugin(byteOrder()), home.shown, home.schema);
    return { db, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The lease of the platform, whose place is made where it is missing. */
export async function openLeaseTable(home: PostgresHome): Promise<LeaseTable> {
  const { db, close } = opened(home, 'write');
  try {
    await makeSchema(db, home);
  } finally {
    await close();
  }
  return leaseTableOf(home, 'write');
}

/** For looking at it; undefined where there is none. */
export async function readLease(home: PostgresHome, withinMs: number): Promise<LeaseRow | undefined> {
  const { db, close } = opened(home, 'read');
  try {
    if (!(await hasLease(db, home))) return undefined;
  } finally {
    await close();
  }
  const table = leaseTableOf(home, 'read');
  try {
    return await table.read(withinMs);
  } finally {
    table.close();
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

function opened(
  home: PostgresHome,
  access: 'write' | 'read',
  leader?: string,
): OpenTables & { readonly link: PostgresLink } {
  const link = new PostgresLink(home, access, leader);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: link }) });
  return { link, db, close: () => db.destroy() };
}

/**
 * The schema, and beside the store's tables those that only Postgres has. Asked first: to make what is there wants a right
 * that its owner may not have, and a lock that others hold.
 */
async function makeSchema(db: Database, home: PostgresHome): Promise<void> {
  if (await hasLease(db, home)) return;
  const { schema, platform } = home;
  const { rows } = await sql`select 1 from pg_namespace where nspname = ${schema}`.execute(db);
  const name = sql.raw(identifier(schema));
  await db.transaction().execute(async (tx) => {
    // Of several that come in one moment each would make it.
    await sql`select pg_advisory_xact_lock(hashtext(${schema}))`.execute(tx);
    if (rows.length === 0) {
      await sql`create schema if not exists ${name}`.execute(tx);
      // Its name may be cut or stand for another in it: the platform's own is beside it.
      await sql`comment on schema ${name} is ${sql.lit(commentOf(platform))}`.execute(tx);
    }
    for (const statement of [...lastCommitTable, ...leaseTable]) await sql.raw(statement).execute(tx);
  });
}

async function hasLease(db: Database, { schema }: PostgresHome): Promise<boolean> {
  const { rows } = await sql`select 1 from pg_tables
    where schemaname = ${schema} and tablename = 'lease'`.execute(db);
  return rows.length > 0;
}

function older({ shown }: PostgresHome): ReeveError {
  return new ReeveError(`the store ${shown} was last written by an earlier version of reeve`, {
    status: exitStatus.failed,
    hint: 'this version’s next reeve apply or reeve run brings it up to date; until then read it with that version',
  });
}
