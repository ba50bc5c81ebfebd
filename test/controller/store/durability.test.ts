// What was acknowledged is there after kill -9 of the writer, at whatever moment it came, wherever it is stored.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { postgresHome, sqliteHome } from '../../../controller/store/home.ts';
import { openStoreAt, openTablesAtReadOnly } from '../../../controller/store/open.ts';
import { checkStore } from '../../../controller/store/transfer/check.ts';
import { startPostgres, type TestPostgres } from '../../support/postgres.ts';

const writer = join(import.meta.dirname, '../../support/store-writer-process.ts');

let dir: string;
let postgres: TestPostgres;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'reeve-durable-'));
  postgres = await startPostgres();
}, 120_000);
afterAll(async () => {
  rmSync(dir, { recursive: true });
  await postgres?.close();
});

const homes = {
  SQLite: () => sqliteHome(join(dir, 'store.db')),
  Postgres: () => postgresHome(postgres.url('postgres'), 'durable'),
};

/** Kills the writer once it has said so many lines; answers all it had said by its end. */
async function writeAndKill(place: string, round: number, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, place, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === lines) child.kill('SIGKILL');
  }
  return said;
}

test.each(['SQLite', 'Postgres'] as const)(
  '%s: every acknowledged event, fact, plan and step outlives kill -9, round after round',
  async (which) => {
    const home = homes[which]();
    const acknowledged: string[] = [];
    for (const [round, lines] of [1, 3, 17, 40, 90].entries()) {
      acknowledged.push(...(await writeAndKill(home.kind === 'sqlite' ? home.path : home.url, round, lines)));
      const store = await openStoreAt(home);
      const events = new Set((await store.events({})).map((event) => event.message));
      const { pins } = await store.facts();
      const ended = (await store.plans(10_000)).filter((plan) => plan.steps[0]?.outcome === 'done');
      const done = new Set(ended.map((plan) => plan.by));
      await store.close();
      const lost = acknowledged.filter(
        (name) => !events.has(name) || !events.has(`${name} too`) || !(name in pins) || !done.has(name),
      );
      expect(lost).toEqual([]);
      // One batch is there whole or not at all.
      const halves = [...events].filter(
        (message) => !message.endsWith('too') && !events.has(`${message} too`),
      );
      expect(halves).toEqual([]);
    }
    const tables = await openTablesAtReadOnly(home);
    if (tables === undefined) throw new Error('there is no store');
    expect((await checkStore(tables.db, home)).problems).toEqual([]);
    await tables.close();
    expect(acknowledged.length).toBeGreaterThan(150);
  },
  60_000,
);
