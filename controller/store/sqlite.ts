// Opens the store in one SQLite file: for the one writer, or for reading beside it.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { exitStatus, ReeveError } from '../errors.ts';
import { ageOf, migrate } from './migrations/migrate.ts';
import { privateFolder, readableStore } from './readable-copy.ts';
import type { Database, OpenTables } from './schema.ts';
import { makeReader, makeStore, type StoreReader } from './sql-store.ts';
import { openSqlite } from './sqlite-file.ts';
import type { Store } from './store.ts';

export type { StoreReader } from './sql-store.ts';

/** Opens or makes the store and brings its schema up to date. Only under the platform's lock. */
export async function openStore(path: string): Promise<Store> {
  const { db, close } = await openTables(path);
  try {
    return await makeStore(db);
  } catch (error) {
    await close();
    throw error;
  }
}

/** Takes no lock and migrates nothing; undefined where there is no store yet. */
export async function openStoreReadOnly(path: string): Promise<StoreReader | undefined> {
  const tables = await openTablesReadOnly(path);
  return tables === undefined ? undefined : { ...makeReader(tables.db), close: tables.close };
}

/** The tables themselves, for the one writer. */
export async function openTables(path: string): Promise<OpenTables> {
  const db = openSqlite(path, 'write');
  const close = () => db.destroy();
  try {
    await migrate(db, path);
    return { db, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The tables themselves, for reading alone. */
export async function openTablesReadOnly(path: string): Promise<OpenTables | undefined> {
  if (!isThere(path)) return undefined;
  const readable = readableStore(path);
  const db = openSqlite(readable.path, 'read');
  const close = async (): Promise<void> => {
    await db.destroy();
    readable.discard();
  };
  try {
    const age = await ageOf(db, path);
    if (age === 'current') return { db, close };
    const copy = age === 'older' ? await upgradedCopy(db, path) : undefined;
    await close();
    return copy;
  } catch (error) {
    await close();
    throw error;
  }
}

/** An older store is its writer's to bring up to date (which may still run): a reader reads a copy that was. */
async function upgradedCopy(db: Database, where: string): Promise<OpenTables> {
  const folder = privateFolder();
  try {
    const path = join(folder.path, 'store.db');
    // It forbids writing another file too; this one is open for reading only all the same.
    await sql`PRAGMA query_only = OFF`.execute(db);
    await sql`VACUUM INTO ${path}`.execute(db);
    const copy = openSqlite(path, 'write');
    await migrate(copy, where);
    const close = async (): Promise<void> => {
      await copy.destroy();
      folder.discard();
    };
    return { db: copy, close };
  } catch (error) {
    folder.discard();
    throw error;
  }
}

/** A folder that may not be looked into must not pass for one without a store. */
function isThere(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw new ReeveError(`the store ${path} may not be read (${String(code)})`, {
      status: code === 'EACCES' ? exitStatus.denied : exitStatus.failed,
      hint: 'run it as the user who keeps the platform, or name another state folder with --state',
      cause: error,
    });
  }
}
