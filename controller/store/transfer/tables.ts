// The tables of a store as plain rows, for whoever takes all of it elsewhere: read in pages, put in as they were. Knows no
// meaning of any column.

import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Database, Tables } from '../schema.ts';

export type TableName = keyof Tables;
export type Row = Readonly<Record<string, string | number | null>>;

interface Table {
  /** Its primary key. */
  readonly key: readonly string[];
  readonly columns: readonly string[];
}

/** In the order in which they can be filled: what is referred to comes first. */
export const tables = {
  counters: { key: ['name'], columns: ['name', 'value'] },
  facts: { key: ['fact', 'key'], columns: ['fact', 'key', 'value'] },
  events: {
    key: ['seq'],
    columns: [
      ...['seq', 'change', 'first_at', 'at', 'count', 'type', 'reason', 'regarding', 'message', 'by'],
      ...['revision', 'pass', 'detail', 'repeat_key'],
    ],
  },
  conditions: {
    key: ['ref', 'type'],
    columns: ['ref', 'type', 'status', 'reason', 'message', 'last_transition_time', 'container_id'],
  },
  revisions: { key: ['seq'], columns: ['seq', 'id', 'in_force_at', 'by', 'revision', 'images'] },
  plans: { key: ['id'], columns: ['id', 'at', 'ended_at', 'by', 'revision', 'plan'] },
  steps: {
    key: ['plan_id', 'id'],
    columns: ['plan_id', 'position', 'id', 'ref', 'op', 'started_at', 'ended_at', 'outcome', 'message'],
  },
  procedures: {
    key: ['id'],
    columns: ['id', 'kind', 'version', 'by', 'began_at', 'changed_at', 'ended_at', 'machine'],
  },
  transitions: {
    key: ['procedure_id', 'position'],
    columns: ['procedure_id', 'position', 'at', 'event', 'by', 'state', 'message'],
  },
} as const satisfies Readonly<Record<TableName, Table>>;

export const tableNames = Object.keys(tables) as readonly TableName[];

const pageRows = 500;

/** All rows of a table in the order of its key, a page in memory. */
export async function* readRows(db: Database, name: TableName): AsyncGenerator<Row> {
  const { key, columns }: Table = tables[name];
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const keys = sql.join(key.map((column) => sql.ref(column)));
  let last: Row | undefined;
  do {
    const after =
      last === undefined ? sql`` : sql`where (${keys}) > (${sql.join(key.map((k) => last?.[k]))})`;
    const page = sql<Row>`select ${names} from ${sql.table(name)} ${after} order by ${keys} limit ${pageRows}`;
    const { rows } = await page.execute(db);
    for (const row of rows) yield plain(columns, row);
    last = rows.length < pageRows ? undefined : rows.at(-1);
  } while (last !== undefined);
}

/** Puts rows in as they are; those of one table. */
export async function insertRows(tx: Database, name: TableName, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const { columns }: Table = tables[name];
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column] ?? null))})`);
  const names = sql.join(columns.map((column) => sql.ref(column)));
  await sql`insert into ${sql.table(name)} (${names}) values ${sql.join(values)}`.execute(tx);
}

export async function isEmptyStore(db: Database): Promise<boolean> {
  for (const name of tableNames) {
    const { rows } = await sql`select 1 from ${sql.table(name)} limit 1`.execute(db);
    if (rows.length > 0) return false;
  }
  return true;
}

/** The same columns in the same order; times are whole ms, also where SQLite was given a fraction. */
function plain(columns: readonly string[], row: Row): Row {
  return Object.fromEntries(
    columns.map((column) => {
      const value = row[column] ?? null;
      return [column, typeof value === 'number' ? Math.trunc(value) : value];
    }),
  );
}

export interface Content {
  readonly rows: Readonly<Record<TableName, number>>;
  /** By table: the same rows, in whatever order, have the same. */
  readonly digests: Readonly<Record<TableName, string>>;
}

/** Adds up what a store holds, row by row. */
export class ContentSum {
  readonly #rows = new Map<TableName, number>();
  readonly #sums = new Map<TableName, bigint>();

  add(name: TableName, row: Row): void {
    const { columns }: Table = tables[name];
    // Without what is NULL: a column that a later reeve adds changes nothing for the rows from before it.
    const held = columns.filter((column) => (row[column] ?? null) !== null);
    const text = JSON.stringify(held.map((column) => [column, row[column]]));
    const digest = BigInt(`0x${createHash('sha256').update(text).digest('hex')}`);
    this.#rows.set(name, (this.#rows.get(name) ?? 0) + 1);
    this.#sums.set(name, BigInt.asUintN(256, (this.#sums.get(name) ?? 0n) + digest));
  }

  get content(): Content {
    const each = <T>(value: (name: TableName) => T) =>
      Object.fromEntries(tableNames.map((name) => [name, value(name)])) as Record<TableName, T>;
    return {
      rows: each((name) => this.#rows.get(name) ?? 0),
      digests: each((name) => (this.#sums.get(name) ?? 0n).toString(16).padStart(64, '0')),
    };
  }
}

/** Where two stores hold the same: the tables that differ. */
export function differing(a: Content, b: Content): readonly TableName[] {
  return tableNames.filter((name) => a.digests[name] !== b.digests[name] || a.rows[name] !== b.rows[name]);
}
