// What makes an event a repeat of another, as one short key: found by its index, however many others there are of the same
// resource. Events stored before have none, and are repeated by none. Never changed once released.

import type { Migration } from 'kysely/migration';

const up: Migration['up'] = async (db) => {
  await db.schema.alterTable('events').addColumn('repeat_key', 'text').execute();
  await db.schema.createIndex('events_repeat').on('events').columns(['repeat_key', 'at']).execute();
};

export const eventKeys: Migration = { up };
