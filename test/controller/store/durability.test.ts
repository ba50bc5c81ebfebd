// What was acknowledged is there after kill -9, at whatever moment it came.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import BetterSqlite from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../../controller/store/sqlite.ts';

const writer = join(import.meta.dirname, '../../support/store-writer-process.ts');

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'reeve-durable-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Kills the writer once it has said so many lines; answers all it had said by its end. */
async function writeAndKill(path: string, round: number, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [writer, path, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (said.length === lines) child.kill('SIGKILL');
  }
  return said;
}

test('every acknowledged event, fact, plan and step outlives kill -9, round after round', async () => {
  const path = join(dir, 'store.db');
  const acknowledged: string[] = [];
  for (const [round, lines] of [1, 3, 17, 40, 90].entries()) {
    acknowledged.push(...(await writeAndKill(path, round, lines)));
    const store = await openStore(path);
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
    const halves = [...events].filter((message) => !message.endsWith('too') && !events.has(`${message} too`));
    expect(halves).toEqual([]);
  }
  const file = new BetterSqlite(path, { readonly: true });
  expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
  file.close();
  expect(acknowledged.length).toBeGreaterThan(150);
}, 60_000);
