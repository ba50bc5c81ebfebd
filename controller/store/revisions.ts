// Every revision that was in force, in the order it came in force. The newest row is the one in force now.

import { defaultPolicy, type Revision } from '../../desired-state/revision.ts';
import { draw } from './rows.ts';
import type { Database, RevisionsTable } from './schema.ts';
import type { RevisionImages, RevisionRecord } from './store.ts';

/**
 * Within the caller's transaction. The same revision again is no new one: its row only takes over where it was loaded
 * from this time.
 */
export async function putInForce(tx: Database, revision: Revision, by: string, at: number): Promise<void> {
  const body = JSON.stringify(revision);
  const newest = await newestFirst(tx, 1).executeTakeFirst();
  if (newest?.id === revision.id) {
    if (newest.revision === body) return;
    await tx.updateTable('revisions').set({ revision: body }).where('seq', '=', newest.seq).execute();
    return;
  }
  const seq = await draw(tx, 'revision', 1);
  await tx
    .insertInto('revisions')
    .values({ seq, id: revision.id, in_force_at: at, by, revision: body })
    .execute();
}

/** What the references of the revision in force mean. */
export async function saveImages(db: Database, revisionId: string, images: RevisionImages): Promise<void> {
  const newest = await newestFirst(db, 1).executeTakeFirst();
  const text = JSON.stringify(images);
  if (newest?.id !== revisionId || newest.images === text) return;
  await db.updateTable('revisions').set({ images: text }).where('seq', '=', newest.seq).execute();
}

export async function findRevisions(db: Database, limit: number): Promise<RevisionRecord[]> {
  return (await newestFirst(db, limit).execute()).map(toRecord);
}

/** Keeps the newest `keep`, and always the one in force and the newest row of each of `needed`. */
export async function pruneRevisions(db: Database, keep: number, needed: ReadonlySet<string>): Promise<void> {
  const kept = newestFirst(db, Math.max(1, keep)).clearSelect().select('seq');
  const rows = await db
    .selectFrom('revisions')
    .where('id', 'in', ['', ...needed])
    .groupBy('id')
    .select((eb) => eb.fn.max('seq').as('seq'))
    .execute();
  await db
    .deleteFrom('revisions')
    .where('seq', 'not in', kept)
    .where('seq', 'not in', [0, ...rows.map(({ seq }) => Number(seq))])
    .execute();
}

function newestFirst(db: Database, limit: number) {
  return db.selectFrom('revisions').selectAll().orderBy('seq', 'desc').limit(limit);
}

function toRecord(row: RevisionsTable): RevisionRecord {
  const stored: Revision = JSON.parse(row.revision);
  // Settings that came later have their defaults in what an earlier reeve stored.
  const revision = { ...stored, policy: { ...defaultPolicy, ...stored.policy } };
  const images: RevisionImages = row.images === null ? {} : JSON.parse(row.images);
  return { id: row.id, inForceAt: row.in_force_at, by: row.by, sources: revision.sources, revision, images };
}
