// What the image references of a revision meant: by which bytes it can be had again. Never changed once released.

import type { Migration } from 'kysely/migration';

const up: Migration['up'] = async (db) => {
  await db.schema.alterTable('revisions').addColumn('images', 'text').execute();
};

export const revisionImages: Migration = { up };
