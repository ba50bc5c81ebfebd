// Reads a store from end to end and says what is wrong with it: what its own database finds, and what only reeve can know.
// Changes nothing.

import { sql } from 'kysely';
import type { StoreHome } from '../home.ts';
import type { Database } from '../schema.ts';
import { withSnapshot } from './fill.ts';
import { type Content, ContentSum, type Row, type TableName } from './tables.ts';

export interface StoreCheck {
  readonly content: Content;
  /** Of the events, epoch ms. */
  readonly oldest?: number;
  readonly newest?: number;
  /** In words; none: nothing is wrong. */
  readonly problems: readonly string[];
}

export async function checkStore(db: Database, home: StoreHome): Promise<StoreCheck> {
  const problems = await (home.kind === 'sqlite' ? sqliteProblems(db) : postgresProblems(db, home.schema));
  const sum = new ContentSum();
  const seen = { oldest: Number.POSITIVE_INFINITY, newest: Number.NEGATIVE_INFINITY };
  const rules = new RowRules();
  await withSnapshot(db, async (rows) => {
    for await (const [table, row] of rows()) {
      sum.add(table, row);
      problems.push(...rules.problemsOf(table, row));
      if (table !== 'events') continue;
      seen.oldest = Math.min(seen.oldest, Number(row['first_at']));
      seen.newest = Math.max(seen.newest, Number(row['at']));
    }
  });
  return {
    content: sum.content,
    ...(sum.content.rows.events === 0 ? {} : seen),
    problems: problems.slice(0, mostTold),
  };
}

const mostTold = 20;

/** Columns that hold JSON. */
const json: Partial<Record<TableName, readonly string[]>> = {
  facts: ['value'],
  events: ['detail'],
  revisions: ['revision', 'images'],
  plans: ['plan'],
  procedures: ['machine'],
};

class RowRules {
  /** Last number given out, by name: no row may have a greater one. */
  readonly #counters = new Map<string, number>();

  *problemsOf(table: TableName, row: Row): Generator<string> {
    if (table === 'counters') this.#counters.set(String(row['name']), Number(row['value']));
    for (const column of json[table] ?? []) {
      const text = row[column];
      if (typeof text === 'string' && !isJson(text)) yield `${table}: ${column} of ${idOf(row)} is no JSON`;
    }
    if (table === 'events') yield* this.#beyond('change', Number(row['change']), `event ${idOf(row)}`);
    if (table === 'revisions') yield* this.#beyond('revision', Number(row['seq']), `revision ${idOf(row)}`);
  }

  *#beyond(counter: string, number: number, what: string): Generator<string> {
    if (number > (this.#counters.get(counter) ?? 0))
      yield `${what} has a number that was not given out yet: followers would miss later ones`;
  }
}

function idOf(row: Row): string {
  return String(row['id'] ?? row['seq'] ?? row['key']);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function sqliteProblems(db: Database): Promise<string[]> {
  const integrity = await sql<{ integrity_check: string }>`PRAGMA integrity_check`.execute(db);
  const orphans = await sql<{ table: string; parent: string }>`PRAGMA foreign_key_check`.execute(db);
  return [
    ...integrity.rows.map((row) => row.integrity_check).filter((line) => line !== 'ok'),
    ...orphans.rows.map(({ table, parent }) => `a row of ${table} belongs to nothing in ${parent}`),
  ];
}

/** Pages are checked by being read; an index can be left half made by a crash of its making. */
async function postgresProblems(db: Database, schema: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
      join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ${schema} and not (i.indisvalid and i.indisready)`.execute(db);
  return rows.map(({ name }) => `the index ${name} is not whole: REINDEX INDEX "${schema}"."${name}"`);
}
