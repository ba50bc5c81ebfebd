// Small conversions between rows and plain data, shared by the tables: SQL's NULL is an absent field of ours.

import { type RawBuilder, sql } from 'kysely';
import type { Database } from './schema.ts';

type NullKeys<T> = { [K in keyof T]: null extends T[K] ? K : never }[keyof T];
type Present<T> = { [K in Exclude<keyof T, NullKeys<T>>]: T[K] } & {
  [K in NullKeys<T>]?: Exclude<T[K], null | undefined>;
};

/** The row without its NULLs. */
export function withoutNulls<T extends object>(row: T): Present<T> {
  return Object.fromEntries(
    Object.entries(row).filter(([, value]) => value !== null && value !== undefined),
  ) as Present<T>;
}

/** Draws `amount` numbers from a counter, within the caller's transaction; returns the first. */
export async function draw(db: Database, name: 'change' | 'revision', amount: number): Promise<number> {
  const { value } = await db
    .insertInto('counters')
    .values({ name, value: amount })
    .onConflict((c) =>
      c.column('name').doUpdateSet({ value: sql<number>`${sql.ref('counters.value')} + ${amount}` }),
    )
    .returning('value')
    .executeTakeFirstOrThrow();
  return Number(value) - amount + 1;
}

/** The value that was to be inserted, where a row is there already. Made once: kysely's expression builder costs 0.2 ms a call. */
export function inserted<T>(column: string): RawBuilder<T> {
  return sql.ref<T>(`excluded.${column}`);
}

/** Slices that stay below every database's limit of parameters in one statement. */
export function* chunks<T>(items: readonly T[], size = 500): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
