// Events in the store. A repeat within the hour counts up its row and gets a new `change`, so that followers see it;
// numbers are drawn from a counter and never given twice, also after pruning.

import { hash } from 'node:crypto';
import type { Ref } from '../../desired-state/resource.ts';
import { draw, withoutNulls } from './rows.ts';
import type { Database, EventsTable } from './schema.ts';
import type { EventQuery, NewEvent, StoredEvent } from './store.ts';

const repeatWindowMs = 3_600_000;

/** Within the caller's transaction. Answers them as stored, in the order given. */
export async function recordEvents(tx: Database, events: readonly NewEvent[]): Promise<StoredEvent[]> {
  if (events.length === 0) return [];
  const first = await draw(tx, 'change', events.length);
  const stored: StoredEvent[] = [];
  for (const [index, event] of events.entries()) {
    stored.push(toEvent((await countUp(tx, event, first + index)) ?? (await add(tx, event, first + index))));
  }
  return stored;
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

async function countUp(db: Database, event: NewEvent, change: number): Promise<EventsTable | undefined> {
  const repeated = await db
    .selectFrom('events')
    .select('seq')
    .where('repeat_key', '=', repeatKey(event))
    .where('at', '>', event.at - repeatWindowMs)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (repeated === undefined) return undefined;
  const { type: _type, reason: _reason, regarding: _regarding, message: _message, ...latest } = toRow(event);
  return db
    .updateTable('events')
    .set((eb) => ({ ...latest, change, count: eb('count', '+', 1) }))
    .where('seq', '=', repeated.seq)
    .returningAll()
    .executeTakeFirstOrThrow();
}

async function add(db: Database, event: NewEvent, change: number): Promise<EventsTable> {
  return db
    .insertInto('events')
    .values({ seq: change, change, first_at: event.at, count: 1, ...toRow(event) })
    .returningAll()
    .executeTakeFirstOrThrow();
}

function toRow(event: NewEvent): Omit<EventsTable, 'seq' | 'change' | 'first_at' | 'count'> {
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
