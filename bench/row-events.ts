// Row: events stored durably, 1,000 a second for a minute, by a process of its own that is killed at the end: how long
// each waited for its commit, and whether any was lost that had been acknowledged.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStoreReadOnly } from '../controller/store/sqlite.ts';
import { quantile, spread } from './measure.ts';
import type { Row } from './table.ts';

const seconds = 60;
const boundMs = 20;

export async function eventsRow(): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-bench-events-'));
  const path = join(folder, 'store.db');
  try {
    const { waits, acknowledged } = await writeUntilKilled(path);
    const stored = await storedMessages(path);
    const lost = [...acknowledged].filter((message) => !stored.has(message)).length;
    const p99 = quantile(waits, 0.99);
    return {
      name: 'events stored durably, 1,000/s for 60 s',
      measured: `${spread(waits)}, p99 ${p99.toFixed(1)} ms`,
      reference: `${acknowledged.size} acknowledged, ${lost} lost over kill -9`,
      // One lost breaks the bound whatever the time is; so does a writer that could not keep up.
      figure: lost === 0 && acknowledged.size >= seconds * 900 ? p99 : Number.NaN,
      bound: boundMs,
      unit: 'ms',
      notes: [],
      where: [],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The writer says a line for each event that is durable: its message and how long it waited. */
async function writeUntilKilled(
  path: string,
): Promise<{ readonly waits: readonly number[]; readonly acknowledged: ReadonlySet<string> }> {
  const writer = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'event-writer-process.ts'), path],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const timer = setTimeout(() => writer.kill('SIGKILL'), seconds * 1_000);
  let text = '';
  for await (const chunk of writer.stdout.setEncoding('utf8')) text += chunk;
  clearTimeout(timer);
  const waits: number[] = [];
  const acknowledged = new Set<string>();
  for (const line of text.split('\n').slice(0, -1)) {
    const [message = '', ms = ''] = line.split(' ');
    acknowledged.add(message);
    waits.push(Number(ms));
  }
  return { waits, acknowledged };
}

async function storedMessages(path: string): Promise<ReadonlySet<string>> {
  const store = await openStoreReadOnly(path);
  if (store === undefined) throw new Error(`no store at ${path}`);
  try {
    return new Set((await store.events({})).map((event) => event.message));
  } finally {
    await store.close();
  }
}
