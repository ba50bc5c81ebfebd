// The SQLite store: the contract, and what is its own: files, damage, full disks, readers beside the writer.

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ReeveError } from '../../../controller/errors.ts';
import { openStore, openStoreReadOnly } from '../../../controller/store/sqlite.ts';
import type { Store } from '../../../controller/store/store.ts';
import { storeContract } from './contract.ts';
import { begin, makeEvent, makePlan, makeRevision, makeStatus } from './make.ts';

storeContract('SQLite', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'reeve-store-'));
  return {
    open: () => openStore(join(dir, 'store.db')),
    remove: async () => rmSync(dir, { recursive: true }),
  };
});

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reeve-store-'));
  path = join(dir, 'store.db');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** The error of a promise that must fail with words for people. */
async function failure(work: Promise<unknown>): Promise<ReeveError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ReeveError);
  if (!(error instanceof ReeveError)) throw error;
  expect(error.hint).toBeTruthy();
  return error;
}

async function storeWith(events: number): Promise<Store> {
  const store = await openStore(path);
  await store.record(Array.from({ length: events }, (_, i) => makeEvent({ message: `message ${i}` })));
  return store;
}

describe('the file', () => {
  test('is its owner’s alone', async () => {
    await (await storeWith(1)).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('a pass with nothing new writes nothing at all', async () => {
    const store = await storeWith(1);
    const statuses = [makeStatus('Agent/a', [{ type: 'Ready' }])];
    await store.saveStatuses(statuses, 1);
    await store.setFacts([{ fact: 'onceReady', key: 'Agent/a', value: 1 }]);
    await store.putInForce(makeRevision('r1'), 'ann', 1);
    const before = readFileSync(`${path}-wal`);
    await store.saveStatuses(statuses, 2);
    await store.setFacts([
      { fact: 'onceReady', key: 'Agent/a', value: 1 },
      { fact: 'onceReady', key: 'Agent/b', value: undefined },
      { fact: 'suspended', value: undefined },
    ]);
    await store.putInForce(makeRevision('r1'), 'ann', 2);
    await store.record([]);
    expect(readFileSync(`${path}-wal`).equals(before)).toBe(true);
    await store.close();
  });
});

test('pruned plans leave no steps behind', async () => {
  const store = await openStore(path);
  await begin(store, makePlan(['Agent/a', 'Agent/b']), 'ann', 1);
  await begin(store, makePlan(['Agent/c']), 'ann', 2);
  await store.prune({ eventsMs: 1, plans: 1, revisions: 1 }, 10);
  await store.close();
  const file = new BetterSqlite(path, { readonly: true });
  expect(file.prepare('select ref from steps').pluck().all()).toEqual(['Agent/c']);
  file.close();
});

describe('a reader beside the writer', () => {
  test('sees what was written before and since it opened', async () => {
    const store = await storeWith(1);
    const reader = await openStoreReadOnly(path);
    expect(await reader?.events({})).toHaveLength(1);
    await store.record([makeEvent({ message: 'later' })]);
    await store.setFacts([{ fact: 'onceReady', key: 'Agent/a', value: 1 }]);
    await store.saveStatuses([makeStatus('Agent/a', [{ type: 'Ready' }])], 1);
    await store.putInForce(makeRevision('r1'), 'ann', 1);
    await begin(store, makePlan(['Agent/a']), 'ann', 1);
    expect(await reader?.events({})).toHaveLength(2);
    expect((await reader?.facts())?.onceReady).toEqual({ 'Agent/a': 1 });
    expect(await reader?.conditions()).toHaveLength(1);
    expect((await reader?.inForce())?.id).toBe('r1');
    expect(await reader?.plans(5)).toHaveLength(1);
    await reader?.close();
    await store.close();
  });

  test('makes no store where there is none', async () => {
    expect(await openStoreReadOnly(path)).toBeUndefined();
    expect(existsSync(path)).toBe(false);
  });

  test('finds nothing in a store whose first opening was cut off', async () => {
    writeFileSync(path, '');
    expect(await openStoreReadOnly(path)).toBeUndefined();
    const store = await openStore(path);
    expect(store.fresh).toBe(true);
    await store.close();
  });

  test('reads the store of a controller that was stopped', async () => {
    await (await storeWith(3)).close();
    const reader = await openStoreReadOnly(path);
    expect(await reader?.events({})).toHaveLength(3);
    await reader?.close();
  });
});

describe('a store that cannot be used is told in words, and left as it is', () => {
  test('not a database', async () => {
    writeFileSync(
      path,
      'this is no database, but it is long enough to be read as the header of one'.repeat(20),
    );
    const before = readFileSync(path);
    for (const open of [openStore, openStoreReadOnly]) {
      const error = await failure(open(path));
      expect(error.message).toContain(`the store ${path} is damaged`);
      expect(error.hint).toContain('nothing was deleted');
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test('cut short', async () => {
    await (await storeWith(500)).close();
    truncateSync(path, 8_192);
    expect((await failure(openStore(path))).message).toContain('is damaged');
    expect(existsSync(path)).toBe(true);
  });

  test('overwritten in the middle', async () => {
    await (await storeWith(2_000)).close();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 8_192, bytes.length - 4_096);
    writeFileSync(path, bytes);
    expect((await failure(openStore(path))).message).toContain('is damaged');
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('written by a later reeve', async () => {
    await (await storeWith(1)).close();
    const file = new BetterSqlite(path);
    file.exec(`insert into kysely_migration values ('0999-from-the-future', '2030-01-01')`);
    file.close();
    for (const open of [openStore, openStoreReadOnly]) {
      expect((await failure(open(path))).message).toContain(
        'later version of reeve (its schema has 0999-from-the-future',
      );
    }
  });

  test('its folder is not there', async () => {
    const error = await failure(openStore(join(dir, 'missing', 'store.db')));
    expect(error.message).toContain('ENOENT');
  });
});

// Mounting needs root, as the project's engines do.
describe.runIf(process.getuid?.() === 0)('a folder that cannot take it', () => {
  let mounted: string | undefined;
  const mount = (...options: string[]) => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', dir]);
    mounted = dir;
  };
  afterEach(() => {
    if (mounted !== undefined) execFileSync('umount', ['-l', mounted]);
    mounted = undefined;
  });

  test('of an earlier reeve: a reader reads it and leaves it as it is; the writer brings it up to date', async () => {
    await (await storeWith(2)).close();
    const older = new BetterSqlite(path);
    older.exec(
      [
        'DROP INDEX events_repeat',
        'ALTER TABLE events DROP COLUMN repeat_key',
        'DROP TABLE transitions',
        'DROP TABLE procedures',
        'ALTER TABLE revisions DROP COLUMN images',
        "DELETE FROM kysely_migration WHERE name > '0002'",
      ].join('; '),
    );
    older.close();
    const reader = await openStoreReadOnly(path);
    expect(await reader?.events({})).toHaveLength(2);
    await reader?.close();
    const names = () => {
      const file = new BetterSqlite(path, { readonly: true });
      const rows = file.prepare('SELECT name FROM kysely_migration').all();
      file.close();
      return rows.length;
    };
    expect(names()).toBe(1);
    await (await openStore(path)).close();
    expect(names()).toBeGreaterThan(1);
  });

  test('read-only: the writer says so, the reader reads what is there', async () => {
    mount('size=4m');
    await (await storeWith(2)).close();
    execFileSync('mount', ['-o', 'remount,ro', dir]);
    expect((await failure(openStore(path))).message).toContain('cannot be opened for writing');
    const reader = await openStoreReadOnly(path);
    expect(await reader?.events({})).toHaveLength(2);
    await reader?.close();
    execFileSync('mount', ['-o', 'remount,rw', dir]);
    const store = await openStore(path);
    expect(await store.events({})).toHaveLength(2);
    await store.close();
  });

  test('full: says so, loses nothing that was acknowledged, and goes on when there is room', async () => {
    mount('size=1m');
    const store = await openStore(path);
    let acknowledged = 0;
    const fill = async () => {
      for (;;) {
        await store.record([makeEvent({ message: `${acknowledged} ${'x'.repeat(2_000)}` })]);
        acknowledged++;
      }
    };
    const error = await failure(fill());
    expect(error.message).toContain('the disk is full');
    expect(error.retryable).toBe(true);
    expect(acknowledged).toBeGreaterThan(10);
    expect(await store.events({})).toHaveLength(acknowledged);

    const factsBefore = await store.facts();
    await failure(store.setFacts([{ fact: 'onceReady', key: 'Agent/a', value: 1 }, ...bigFacts()]));
    expect(await store.facts()).toEqual(factsBefore);

    execFileSync('mount', ['-o', 'remount,size=8m', dir]);
    await store.record([makeEvent({ message: 'after' })]);
    await store.close();
    const again = await openStore(path);
    expect(await again.events({})).toHaveLength(acknowledged + 1);
    await again.close();
  });
});

function bigFacts() {
  return Array.from({ length: 500 }, (_, i) => ({
    fact: 'pins' as const,
    key: `image-${i}`,
    value: 'sha256:'.padEnd(2_000, `${i}`),
  }));
}
