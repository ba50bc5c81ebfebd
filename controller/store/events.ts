// Events in the store. A repeat within the hour counts up its row and gets a new `change`, so that followers see it;
// numbers are drawn from a counter and never given twice, also after pruning.

import { hash } from 'node:crypto';
import type { Ref } from '../../desired-state/resource.ts';
import { draw, withoutNulls } from './rows.ts';
import type { Database, EventsTable } from './schema.ts';
import type { EventQuery, NewEvent, StoredEvent } from './store.ts';

const repeatWindowMs = 3_600_000;

/** Rows of one statement: a database takes only so many parameters. */
const atOnce = 500;

/** Within the caller's transaction. Answers them as stored, in the order given. */
export async function recordEvents(tx: Database, events: readonly NewEvent[]): Promise<StoredEvent[]> {
  if (events.length === 0) return [];
  const first = await draw(tx, 'change', events.length);
  const last = await lastOfEach(tx, events);
  const stored = new Map<number, EventsTable>();
  let added: EventsTable[] = [];
  const addAll = async (): Promise<void> => {
    for (const row of await insert(tx, added)) stored.set(row.change, row);
    added = [];
  };
  for (const [index, event] of events.entries()) {
    const change = first + index;
    const row = toRow(event);
    const before = last.get(row.repeat_key);
    const isRepeat = before !== undefined && before.at > event.at - repeatWindowMs;
    last.set(row.repeat_key, { seq: isRepeat ? before.seq : change, at: event.at });
    if (isRepeat) {
      // It may repeat one of these.
      await addAll();
      stored.set(change, await countUp(tx, before.seq, row, change));
    } else added.push({ seq: change, change, first_at: event.at, count: 1, ...row });
  }
  await addAll();
  return events.map((_, index) => toEvent(stored.get(first + index) as EventsTable));
}

/** Oldest change first; with `limit` the newest that many. */
export async function findEvents(db: Database, query: EventQuery): Promise<StoredEvent[]> {
  let rows = db.selectFrom('events').selectAll().orderBy('change', 'desc');
  if (query.regarding !== undefined) rows = rows.where('regarding', '=', query.regarding);
  if (query.type !== undefined) rows = rows.where('type', '=', query.type);
  if (query.since !== undefined) rows = rows.where('at', '>=', query.since);
  if (query.afterChange !== undefined) rows = rows.where('change', '>', query.afterChange);
  if (query.limit !== undefined) rows = rows.limit(query.limit);
  return (await rows.execute()).reverse().map(toEvent);
}

export async function pruneEvents(db: Database, before: number): Promise<void> {
  await db.deleteFrom('events').where('at', '<', before).execute();
}

/** By repeat key, the newest row that each of these may repeat. */
async function lastOfEach(
  db: Database,
  events: readonly NewEvent[],
): Promise<Map<string, { readonly seq: number; readonly at: number }>> {
  const keys = [...new Set(events.map(repeatKey))];
  const since = events.reduce((at, event) => Math.min(at, event.at), Number.POSITIVE_INFINITY);
  const last = new Map<string, { readonly seq: number; readonly at: number }>();
  for (let i = 0; i < keys.length; i += atOnce) {
    const rows = await db
      .selectFrom('events')
      .select(['repeat_key', 'seq', 'at'])
      .where('repeat_key', 'in', keys.slice(i, i + atOnce))
      .where('at', '>', since - repeatWindowMs)
      .orderBy('seq')
      .execute();
    for (const { repeat_key, seq, at } of rows) last.set(repeat_key ?? '', { seq, at });
  }
  return last;
}

async function countUp(
  db: Database,
  seq: number,
  { type: _type, reason: _reason, regarding: _regarding, message: _message, ...latest }: EventRow,
  change: number,
): Promise<EventsTable> {
  return db
    .updateTable('events')
    .set((eb) => ({ ...latest, change, count: eb('count', '+', 1) }))
    .where('seq', '=', seq)
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function insert(db: Database, rows: readonly EventsTable[]): Promise<readonly EventsTable[]> {
  const stored: EventsTable[] = [];
  for (let i = 0; i < rows.length; i += atOnce) {
    const values = rows.slice(i, i + atOnce);
    stored.push(...(await db.insertInto('events').values(values).returningAll().execute()));
  }
  return stored;
}

type EventRow = Omit<EventsTable, 'seq' | 'change' | 'first_at' | 'count' | 'repeat_key'> & {
  readonly repeat_key: string;
};

function toRow(event: NewEvent): EventRow {
  return {
    at: event.at,
    type: event.type,
    reason: event.reason,
    regarding: event.regarding,
    message: event.message,
    by: event.by,
    revision: event.revision ?? null,
    pass: event.pass ?? null,
    detail: event.detail === undefined ? null : JSON.stringify(event.detail),
    repeat_key: repeatKey(event),
  };
}

function repeatKey({ regarding, reason, type, message }: NewEvent): string {
  return hash('sha256', [regarding, reason, type, message].join('\0'), 'base64url');
}

function toEvent(row: EventsTable): StoredEvent {
  const { first_at, regarding, type, detail, repeat_key: _, ...same } = withoutNulls(row);
  return {
    ...same,
    firstAt: first_at,
    regarding: regarding as Ref,
    type: type as StoredEvent['type'],
    ...(detail === undefined ? {} : { detail: JSON.parse(detail) }),
  };
}
