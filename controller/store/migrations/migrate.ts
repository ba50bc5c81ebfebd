// Brings a store to the schema of this reeve. Knows every migration by name; refuses a store from a later reeve
// rather than guess.

import { sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { ReeveError } from '../../errors.ts';
import type { Database } from '../schema.ts';
import { initial } from './0001-initial.ts';
import { revisionImages } from './0002-revision-images.ts';
import { procedures } from './0003-procedures.ts';
import { eventKeys } from './0004-event-keys.ts';

const migrations: Readonly<Record<string, Migration>> = {
  '0001-initial': initial,
  '0002-revision-images': revisionImages,
  '0003-procedures': procedures,
  '0004-event-keys': eventKeys,
};

/** Every state that a store can be in, the first first. */
export const schemas: readonly string[] = Object.keys(migrations);

/**
 * Runs what this store has not seen yet, in one transaction. `where` names the store in errors; `schema` is its own in a
 * Postgres database that it shares with others.
 */
export async function migrate(db: Database, where: string, schema?: string): Promise<void> {
  const applied = await appliedMigrations(db, schema);
  refuseNewer(applied, where);
  if (applied.length === Object.keys(migrations).length) return;
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    ...(schema === undefined ? {} : { migrationTableSchema: schema }),
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** For readers, who may not migrate: `empty` where nothing was ever kept, `older` where an earlier reeve wrote last. */
export async function ageOf(
  db: Database,
  where: string,
  schema?: string,
): Promise<'empty' | 'older' | 'current'> {
  const applied = await appliedMigrations(db, schema);
  if (applied.length === 0) return 'empty';
  refuseNewer(applied, where);
  return applied.length < Object.keys(migrations).length ? 'older' : 'current';
}

function refuseNewer(applied: readonly string[], where: string): void {
  const unknown = applied.filter((name) => !(name in migrations));
  if (unknown.length === 0) return;
  throw new ReeveError(
    `the store ${where} was written by a later version of reeve (its schema has ${unknown.join(', ')}, which this version does not know)`,
    { hint: 'use that version of reeve, or another state folder with --state; nothing was changed' },
  );
}

async function appliedMigrations(db: Database, schema?: string): Promise<readonly string[]> {
  if (!(await (schema === undefined ? isMigrated(db) : isSchemaMigrated(db, schema)))) return [];
  const rows = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  return rows.map((row) => row.name);
}

async function isMigrated(db: Database): Promise<boolean> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  return tables.some((t) => t.name === 'kysely_migration');
}

/** Not by looking through all tables of the database: it may have ten thousand that are not ours. */
async function isSchemaMigrated(db: Database, schema: string): Promise<boolean> {
  const { rows } = await sql`select 1 from pg_tables
    where schemaname = ${schema} and tablename = 'kysely_migration'`.execute(db);
  return rows.length > 0;
}
