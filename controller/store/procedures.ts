// Procedures in the store: the machine as it stands, and the log of how it came to stand there. What a transition asks
// for is stored with it, in the caller's transaction: all of it or nothing.

import type { StoredMachine } from '../../reconcilers/procedures/advance.ts';
import { withoutNulls } from './rows.ts';
import type { Database, ProceduresTable } from './schema.ts';
import type { ProcedureRecord, Transition } from './store.ts';

/** Within the caller's transaction. Makes the procedure where it is new. */
export async function writeProcedure(
  tx: Database,
  procedure: ProcedureRecord,
  transition: Transition,
): Promise<void> {
  const { id, kind, version, by, beganAt, changedAt, endedAt, machine } = procedure;
  const changing = { changed_at: changedAt, ended_at: endedAt ?? null, machine: JSON.stringify(machine) };
  await tx
    .insertInto('procedures')
    .values({ id, kind, version, by, began_at: beganAt, ...changing })
    .onConflict((c) => c.column('id').doUpdateSet(changing))
    .execute();
  const { last } = await tx
    .selectFrom('transitions')
    .where('procedure_id', '=', id)
    .select((eb) => eb.fn.max('position').as('last'))
    .executeTakeFirstOrThrow();
  const { at, event, state, message } = transition;
  const position = Number(last ?? 0) + 1;
  await tx
    .insertInto('transitions')
    .values({ procedure_id: id, position, at, event, by: transition.by ?? null, state, message })
    .execute();
}

/** Newest first; with `running` only those that have not ended. */
export async function findProcedures(
  db: Database,
  query: { readonly running?: boolean; readonly id?: string; readonly limit: number },
): Promise<ProcedureRecord[]> {
  let rows = db.selectFrom('procedures').selectAll().orderBy('began_at', 'desc').orderBy('id', 'desc');
  if (query.running === true) rows = rows.where('ended_at', 'is', null);
  if (query.id !== undefined) rows = rows.where('id', '=', query.id);
  return (await rows.limit(query.limit).execute()).map(toRecord);
}

/** Oldest first. */
export async function findTransitions(db: Database, id: string): Promise<Transition[]> {
  const rows = await db
    .selectFrom('transitions')
    .selectAll()
    .where('procedure_id', '=', id)
    .orderBy('position')
    .execute();
  return rows.map((row) => {
    const { procedure_id: _id, position: _position, ...transition } = withoutNulls(row);
    return transition;
  });
}

/** Keeps those under way and the newest `keep` of the ended. */
export async function pruneProcedures(db: Database, keep: number): Promise<void> {
  const kept = db
    .selectFrom('procedures')
    .where('ended_at', 'is not', null)
    .orderBy('began_at', 'desc')
    .limit(keep)
    .select('id');
  await db.deleteFrom('procedures').where('ended_at', 'is not', null).where('id', 'not in', kept).execute();
}

function toRecord(row: ProceduresTable): ProcedureRecord {
  const { began_at, changed_at, ended_at, machine, ...same } = withoutNulls(row);
  return {
    ...same,
    beganAt: began_at,
    changedAt: changed_at,
    ...(ended_at === undefined ? {} : { endedAt: ended_at }),
    machine: JSON.parse(machine) as StoredMachine,
  };
}
