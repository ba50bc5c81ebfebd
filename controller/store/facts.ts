// Facts in the store: one row a fact and key. Written as a batch within the caller's transaction, never read
// row by row.

import { type Facts, noFacts } from '../../reconcilers/facts.ts';
import { chunks, inserted } from './rows.ts';
import type { Database, FactsTable } from './schema.ts';
import type { FactChange } from './store.ts';

const newValue = { value: inserted<string>('value') };

/** All facts, whole. */
export async function readFacts(db: Database): Promise<Facts> {
  const rows = await db.selectFrom('facts').selectAll().execute();
  return merge(
    noFacts,
    rows.map((row) => ({ fact: row.fact as keyof Facts, key: row.key, value: JSON.parse(row.value) })),
  );
}

/** Writes what really differs from `known` and returns the facts as they are then; the same object if nothing differs. */
export async function writeFacts(tx: Database, known: Facts, changes: readonly FactChange[]): Promise<Facts> {
  const last = new Map<string, Entry>();
  for (const entry of changes.map(toEntry)) last.set(`${entry.fact}\0${entry.key}`, entry);
  const differing = [...last.values()].filter((entry) => differs(known, entry));
  if (differing.length === 0) return known;
  const put = differing.filter((entry) => entry.value !== undefined).map(toRow);
  for (const rows of chunks(put)) {
    await tx
      .insertInto('facts')
      .values([...rows])
      .onConflict((c) => c.columns(['fact', 'key']).doUpdateSet(newValue))
      .execute();
  }
  for (const { fact, key } of differing.filter((entry) => entry.value === undefined)) {
    await tx.deleteFrom('facts').where('fact', '=', fact).where('key', '=', key).execute();
  }
  return merge(known, differing);
}

/** The facts as they are with `changes`, nothing written. */
export function factsWith(known: Facts, changes: readonly FactChange[]): Facts {
  return changes.length === 0 ? known : merge(known, changes.map(toEntry));
}

interface Entry {
  readonly fact: keyof Facts;
  /** Empty for `suspended`. */
  readonly key: string;
  readonly value: unknown;
}

function toEntry(change: FactChange): Entry {
  return { fact: change.fact, key: change.fact === 'suspended' ? '' : change.key, value: change.value };
}

function toRow(entry: Entry): FactsTable {
  return { fact: entry.fact, key: entry.key, value: JSON.stringify(entry.value) };
}

function differs(known: Facts, entry: Entry): boolean {
  const before: unknown = entry.fact === 'suspended' ? known.suspended : own(known[entry.fact], entry.key);
  return JSON.stringify(before) !== JSON.stringify(entry.value);
}

function own(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Copies each touched record once, however many entries touch it. */
function merge(facts: Facts, entries: readonly Entry[]): Facts {
  const { suspended, ...records } = facts;
  const next: Record<string, Record<string, unknown>> = { ...records };
  let pause: unknown = suspended;
  const copied = new Set<string>();
  for (const { fact, key, value } of entries) {
    if (fact === 'suspended') {
      pause = value;
      continue;
    }
    if (!copied.has(fact)) {
      next[fact] = { ...next[fact] };
      copied.add(fact);
    }
    const record = next[fact];
    if (record === undefined) continue;
    if (value === undefined) delete record[key];
    else record[key] = value;
  }
  return (pause === undefined ? next : { ...next, suspended: pause }) as unknown as Facts;
}
