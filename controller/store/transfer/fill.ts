// Puts all rows of one store into another: in one transaction, read back and compared before it is kept. A home that holds
// something is left as it is.

import { ReeveError } from '../../errors.ts';
import type { Database } from '../schema.ts';
import {
  type Content,
  ContentSum,
  differing,
  insertRows,
  isEmptyStore,
  type Row,
  readRows,
  type TableName,
  tableNames,
} from './tables.ts';

export type Rows = AsyncIterable<readonly [TableName, Row]>;

const batchRows = 200;

/** All rows of a store as it stands at one moment, whoever writes meanwhile. */
export async function withSnapshot<T>(db: Database, work: (rows: () => Rows) => Promise<T>): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute((tx) => work(() => allRows(tx)));
}

/** What a store holds. */
export async function contentOf(rows: Rows): Promise<Content> {
  const sum = new ContentSum();
  for await (const [name, row] of rows) sum.add(name, row);
  return sum.content;
}

/**
 * Fills an empty store with `rows`, whose content must come to `expected`. False: it held exactly that before. `where` names it
 * in errors.
 */
export async function fill(db: Database, rows: Rows, expected: Content, where: string): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    if (!(await isEmptyStore(tx))) {
      const differ = differing(await contentOf(allRows(tx)), expected);
      if (differ.length === 0) return false;
      throw new ReeveError(`the store ${where} holds something else already (${differ.join(', ')} differ)`, {
        hint: 'nothing was changed; reeve store check says what is in it, reeve store export keeps it before it is removed by hand',
      });
    }
    await put(tx, rows);
    const differ = differing(await contentOf(allRows(tx)), expected);
    if (differ.length === 0) return true;
    throw new ReeveError(
      `the store ${where} does not give back what was put into it (${differ.join(', ')} differ)`,
      { hint: 'nothing was kept of it, and the other store is as it was; please report it' },
    );
  });
}

async function put(tx: Database, rows: Rows): Promise<void> {
  let batch: Row[] = [];
  let table: TableName | undefined;
  const flush = async (): Promise<void> => {
    if (table !== undefined) await insertRows(tx, table, batch);
    batch = [];
  };
  for await (const [name, row] of rows) {
    if (name !== table || batch.length === batchRows) await flush();
    table = name;
    batch.push(row);
  }
  await flush();
}

async function* allRows(db: Database): AsyncGenerator<readonly [TableName, Row]> {
  for (const name of tableNames) for await (const row of readRows(db, name)) yield [name, row];
}
