// Procedures under way and ended, each with the log of its transitions. Never changed once released.

import type { Migration } from 'kysely/migration';

const up: Migration['up'] = async (db) => {
  await db.schema
    .createTable('procedures')
    .addColumn('id', 'text', (c) => c.primaryKey().notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull())
    .addColumn('by', 'text', (c) => c.notNull())
    .addColumn('began_at', 'bigint', (c) => c.notNull())
    .addColumn('changed_at', 'bigint', (c) => c.notNull())
    .addColumn('ended_at', 'bigint')
    .addColumn('machine', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('transitions')
    .addColumn('procedure_id', 'text', (c) => c.notNull().references('procedures.id').onDelete('cascade'))
    .addColumn('position', 'bigint', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('event', 'text', (c) => c.notNull())
    .addColumn('by', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('message', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('transitions_pk', ['procedure_id', 'position'])
    .execute();
};

export const procedures: Migration = { up };
