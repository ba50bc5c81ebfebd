// Opens a store wherever it lives. What only Postgres needs is loaded only for it.

import { existsSync, renameSync, rmSync } from 'node:fs';
import type { LeaseRow, LeaseTable } from '../lease/port.ts';
import type { PostgresHome, StoreHome } from './home.ts';
import type { Lead } from './postgres/postgres.ts';
import type { OpenTables } from './schema.ts';
import type { StoreReader } from './sql-store.ts';
import { openStore, openStoreReadOnly, openTables, openTablesReadOnly } from './sqlite.ts';
import type { Store } from './store.ts';

export type { StoreReader } from './sql-store.ts';

/** For the one writer; makes it where there is none. */
export async function openStoreAt(home: StoreHome, lead?: Lead): Promise<Store> {
  if (home.kind === 'sqlite') return openStore(home.path);
  return (await postgres()).openPostgresStore(home, lead);
}

/** For reading beside the writer; undefined where there is no store yet. */
export async function openStoreAtReadOnly(home: StoreHome): Promise<StoreReader | undefined> {
  if (home.kind === 'sqlite') return openStoreReadOnly(home.path);
  return (await postgres()).openPostgresReadOnly(home);
}

/** Its tables, for whoever takes all of it elsewhere: as the one writer. */
export async function openTablesAt(home: StoreHome, lead?: Lead): Promise<OpenTables> {
  if (home.kind === 'sqlite') return openTables(home.path);
  return (await postgres()).openPostgresTables(home, lead);
}

/** … for reading alone; undefined where there is no store yet. */
export async function openTablesAtReadOnly(home: StoreHome): Promise<OpenTables | undefined> {
  if (home.kind === 'sqlite') return openTablesReadOnly(home.path);
  return (await postgres()).openPostgresTablesReadOnly(home);
}

/** The lease of a platform in Postgres; its place is made where it is missing. */
export async function openLeaseAt(home: PostgresHome): Promise<LeaseTable> {
  return (await postgres()).openLeaseTable(home);
}

/** Who leads a platform; undefined where nobody can: a file has its lock. */
export async function readLeaseAt(home: StoreHome, withinMs = 5_000): Promise<LeaseRow | undefined> {
  if (home.kind === 'sqlite') return undefined;
  return (await postgres()).readLease(home, withinMs);
}

/** Keeps a closed store under a name that nothing opens, which is answered. */
export async function setAside(home: StoreHome, suffix: string): Promise<string> {
  if (home.kind === 'postgres') return (await postgres()).setAsidePostgres(home, suffix);
  const path = `${home.path}.${suffix}`;
  renameSync(home.path, path);
  // Where somebody still reads it, its log holds a part of it.
  if (existsSync(`${home.path}-wal`)) renameSync(`${home.path}-wal`, `${path}-wal`);
  rmSync(`${home.path}-shm`, { force: true });
  return path;
}

const postgres = () => import('./postgres/postgres.ts');
