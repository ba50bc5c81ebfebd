// Group commit on a real SQLite file.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { GroupCommit } from '../../../controller/store/group-commit.ts';
import { migrate } from '../../../controller/store/migrations/migrate.ts';
import type { Database } from '../../../controller/store/schema.ts';
import { openSqlite } from '../../../controller/store/sqlite-file.ts';

async function open(): Promise<Database> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-group-'));
  const path = join(folder, 'store.db');
  const db = openSqlite(path, 'write');
  await migrate(db, path);
  onTestFinished(async () => {
    await db.destroy();
    await rm(folder, { recursive: true });
  });
  return db;
}

interface Known {
  keys: readonly string[];
}

const add = (key: string) => async (tx: Database, known: Known) => {
  await tx.insertInto('facts').values({ fact: 'holds', key, value: '1' }).execute();
  known.keys = [...known.keys, key];
  return key;
};

const stored = async (db: Database) =>
  (await db.selectFrom('facts').select('key').orderBy('key').execute()).map((row) => row.key);

describe('writes asked for together', () => {
  test('are answered in their order, each by its own answer', async () => {
    const db = await open();
    const commits = new GroupCommit<Known>(db, { keys: [] });
    const order: string[] = [];
    const asked = ['a', 'b', 'c'].map((key) => commits.write(add(key)).then((k) => order.push(k)));
    await Promise.all(asked);
    expect(order).toEqual(['a', 'b', 'c']);
    expect(commits.known.keys).toEqual(['a', 'b', 'c']);
    expect(await stored(db)).toEqual(['a', 'b', 'c']);
  });

  test('see what those before them wrote, and others only when it is durable', async () => {
    const db = await open();
    const commits = new GroupCommit<Known>(db, { keys: [] });
    const first = commits.write(add('a'));
    const second = commits.write(async (_, known) => known.keys);
    expect(commits.known.keys).toEqual([]);
    expect(await second).toEqual(['a']);
    await first;
    expect(commits.known.keys).toEqual(['a']);
  });

  test('one that fails takes no other with it', async () => {
    const db = await open();
    const commits = new GroupCommit<Known>(db, { keys: [] });
    const outcomes = await Promise.allSettled([
      commits.write(add('a')),
      commits.write(add('a')),
      commits.write(add('b')),
    ]);
    expect(outcomes.map((o) => o.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(commits.known.keys).toEqual(['a', 'b']);
    expect(await stored(db)).toEqual(['a', 'b']);
  });
});
