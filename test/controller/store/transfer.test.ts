// A store taken elsewhere, on real files and a real Postgres: whichever way it goes, what is read there is what was read here.
// A file that is not whole, or a home that holds something else, is refused and left as it is.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { postgresHome, type StoreHome, sqliteHome } from '../../../controller/store/home.ts';
import { openStoreAt, openTablesAtReadOnly } from '../../../controller/store/open.ts';
import type { Store } from '../../../controller/store/store.ts';
import { checkStore } from '../../../controller/store/transfer/check.ts';
import { exportStore, importStore, moveStore, readExport } from '../../../controller/store-transfer.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';
import { begin, makeEvent, makePlan, makeRevision, makeStatus } from './make.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
}, 120_000);
afterAll(() => postgres?.close());

let dir: string;
let homes = 0;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reeve-transfer-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const inFile = (): StoreHome => sqliteHome(join(dir, `store-${++homes}.db`));
const inPostgres = (): StoreHome => postgresHome(postgres.url('postgres'), `transfer-${++homes}`);
const kinds = [
  ['a file', 'Postgres', inFile, inPostgres],
  ['Postgres', 'a file', inPostgres, inFile],
  ['a file', 'a file', inFile, inFile],
  ['Postgres', 'Postgres', inPostgres, inPostgres],
] as const;

/** Some of everything, with what is hard to carry. */
async function fillWithAll(home: StoreHome): Promise<void> {
  const store = await openStoreAt(home);
  const odd = 'NUL \0 SUB \u001a0 half \ud83d line\u2028sep "quoted" \\ \n ä 😀';
  await store.record(Array.from({ length: 700 }, (_, i) => makeEvent({ message: `${i} ${odd}`, at: i })));
  await store.record([makeEvent({ detail: { odd, fields: [] }, revision: 'r1', pass: 'p' }), makeEvent()]);
  await store.setFacts([
    { fact: 'pins', key: odd, value: odd },
    { fact: 'suspended', value: { at: 1, by: 'ann', reason: 'Down' } },
  ]);
  await store.saveStatuses(
    [makeStatus('Agent/a', [{}], 'c1'), makeStatus('Agent/b', [{ status: false }])],
    5,
  );
  await store.putInForce(makeRevision('r1'), 'ann', 1);
  await store.saveImages('r1', { 'a:1': { id: 'sha256:1' } });
  await store.putInForce(makeRevision('r2'), odd, 2);
  for (const at of [1, 2]) {
    const id = await begin(store, makePlan(['Agent/a', 'Agent/b']), 'ann', at);
    await store.stepEnded(id, 'Agent/a:stopContainer', 3, 'failed', odd);
  }
  const machine = { state: 'waiting', context: { odd }, timers: {} } as never;
  const procedure = { id: 'x-1', kind: 'x', version: 1, by: 'ann', beganAt: 1, changedAt: 2, machine };
  for (const at of [1, 2])
    await store.saveProcedures([
      { procedure, transition: { at, event: 'began', state: 's', message: odd }, facts: [], events: [] },
    ]);
  await store.close();
}

async function seen(home: StoreHome): Promise<unknown> {
  const store: Store = await openStoreAt(home);
  try {
    return {
      facts: await store.facts(),
      events: await store.events({}),
      conditions: await store.conditions(),
      revisions: await store.revisions(100),
      plans: await store.plans(100),
      procedures: await store.procedures({ limit: 100 }),
      transitions: await store.transitions('x-1'),
    };
  } finally {
    await store.close();
  }
}

async function exported(home: StoreHome, name: string): Promise<string> {
  const path = join(dir, name);
  await exportStore(home, 'demo', path, 0);
  return path;
}

async function check(home: StoreHome) {
  const tables = await openTablesAtReadOnly(home);
  if (tables === undefined) throw new Error('there is no store');
  try {
    return await checkStore(tables.db, home);
  } finally {
    await tables.close();
  }
}

describe.each(kinds)('from %s to %s', (_from, _to, makeFrom, makeTo) => {
  test('by export and import: what is read is the same, and so is the next export', async () => {
    const [from, to] = [makeFrom(), makeTo()];
    await fillWithAll(from);
    const path = await exported(from, 'a.jsonl');
    const file = await readExport(path);
    expect(file.content.rows).toMatchObject({
      events: 701,
      plans: 2,
      steps: 4,
      transitions: 2,
      revisions: 2,
    });
    expect(await importStore(to, dir, file)).toBe(true);
    expect(await readExport(await exported(to, 'b.jsonl'))).toMatchObject({ content: file.content });
    expect(await seen(to)).toEqual(await seen(from));
    expect((await check(to)).problems).toEqual([]);
    // Once more changes nothing, and says that it is there.
    expect(await importStore(to, dir, file)).toBe(false);
    // Numbers go on where they stood.
    const store = await openStoreAt(to);
    const [event] = await store.record([makeEvent({ message: 'next' })]);
    expect(event?.change).toBe(703);
    await store.close();
    await expect(importStore(to, dir, file)).rejects.toThrow(
      /holds something else already \(counters, events differ\)/,
    );
    expect((await check(to)).content.rows.events).toBe(702);
  });

  test('moved: it is the same there, and the old one is kept under a name that nothing opens', async () => {
    const [from, to] = [makeFrom(), makeTo()];
    await fillWithAll(from);
    const before = await seen(from);
    const { aside, content } = await moveStore(from, to, dir, 'demo', 0);
    expect(content.rows.events).toBe(701);
    expect(await seen(to)).toEqual(before);
    expect(await openTablesAtReadOnly(from)).toBeUndefined();
    if (from.kind === 'sqlite') expect(await seen(sqliteHome(aside))).toEqual(before);
    else expect(await seen({ ...from, schema: aside })).toEqual(before);
    await expect(moveStore(from, to, dir, 'demo', 0)).rejects.toThrow(
      'nothing is stored about platform demo',
    );
  });
});

test('a store that an earlier reeve exported, without later columns, comes in with them empty', async () => {
  const [from, to] = [inFile(), inPostgres()];
  await fillWithAll(from);
  if (from.kind !== 'sqlite') throw new Error('a file');
  const file = new BetterSqlite(from.path);
  file.exec('UPDATE revisions SET images = NULL; UPDATE events SET repeat_key = NULL');
  file.close();
  const path = await exported(from, 'a.jsonl');
  await importStore(to, dir, await readExport(path));
  expect(await seen(to)).toEqual(await seen(from));
});

describe('a file that is not whole is refused before anything is used', () => {
  test.each<[string, (text: string) => string, RegExp]>([
    ['empty', () => '', /is empty/],
    ['cut in a line', (text) => text.slice(0, text.length / 2), /line \d+ is neither a row nor the end/],
    ['without its end', (text) => text.slice(0, text.lastIndexOf('{"end"')), /its end is missing/],
    ['with a letter changed', (text) => text.replace('"ann"', '"bob"'), /its checksum is another/],
    ['with a row taken out', (text) => text.replace(/\{"table":"plans".*\n/, ''), /its checksum is another/],
    ['with something after it', (text) => `${text}{}\n`, /comes after its end/],
    [
      'of another format',
      (text) => text.replace('"format":1', '"format":2'),
      /later version of reeve \(format 2/,
    ],
    [
      'of later tables',
      (text) => text.replace('0004-event-keys', '0999-x'),
      /later version of reeve \(format 1, 0999-x/,
    ],
    ['something else', () => '{"name": "reeve"}\n', /is no export of a store/],
  ])('%s', async (_what, damage, words) => {
    const home = inFile();
    await fillWithAll(home);
    const path = await exported(home, 'a.jsonl');
    writeFileSync(path, damage(readFileSync(path, 'utf8')));
    await expect(readExport(path)).rejects.toThrow(words);
  });

  test('missing', async () => {
    await expect(readExport(join(dir, 'nowhere'))).rejects.toThrow(/cannot be read \(ENOENT/);
  });
});

test('an export replaces no file and leaves no half of one', async () => {
  const home = inFile();
  await fillWithAll(home);
  const path = await exported(home, 'a.jsonl');
  await expect(exportStore(home, 'demo', path, 0)).rejects.toThrow('is there already');
  await expect(exportStore(inFile(), 'demo', join(dir, 'none.jsonl'), 0)).rejects.toThrow(
    'nothing is stored',
  );
  expect(readdirSync(dir).filter((name) => /part|none/.test(name))).toEqual([]);
});

test('a check finds what is wrong in the rows', async () => {
  const home = inPostgres();
  await fillWithAll(home);
  if (home.kind !== 'postgres') throw new Error('Postgres');
  await postgres.sql(
    'postgres',
    `UPDATE "${home.schema}".facts SET value = '{' WHERE fact = 'suspended';
     UPDATE "${home.schema}".counters SET value = 1 WHERE name = 'revision'`,
  );
  const { problems } = await check(home);
  expect(problems).toEqual([
    'facts: value of  is no JSON',
    'revision r2 has a number that was not given out yet: followers would miss later ones',
  ]);
});
