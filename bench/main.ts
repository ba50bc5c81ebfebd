// `npm run bench [-- ROW…]`: measures reeve against bare references in one run and prints a table with ratios. Exits 1
// when a bound is broken. ROW: one of `all` below; none: all, and docs/performance.md is made from them.

import { ensureEngine } from '../test/support/engine.ts';
import { ensureTestImage } from '../test/support/images.ts';
import type { TestPlatform } from '../test/support/platform.ts';
import { BareEngine } from './bare.ts';
import { keepMany, keptContainers } from './kept.ts';
import { Load } from './measure.ts';
import { writeReport } from './report.ts';
import { applyRows } from './row-apply.ts';
import { changeRows } from './row-change.ts';
import { helpRow, planExampleRow } from './row-cli.ts';
import { eventsRow } from './row-events.ts';
import { gitRow } from './row-git.ts';
import { idleRows } from './row-idle.ts';
import { killRows } from './row-kill.ts';
import { loadRows } from './row-load.ts';
import { manyRows } from './row-many.ts';
import { nothingRow } from './row-nothing.ts';
import { planRows } from './row-plan.ts';
import { procedureRows } from './row-procedures.ts';
import { reconcileRow } from './row-reconcile.ts';
import { stormRow } from './row-storm.ts';
import { failedRow, formatTable, isBroken, type Row } from './table.ts';

const all = [
  ...[
    'plan',
    'load',
    'many',
    'events',
    'procedures',
    'git',
    'cli',
    'apply',
    'nothing',
    'change',
    'reconcile',
  ],
  ...['idle', 'kill', 'storm'],
];
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no such row: ${unknown.join(', ')}; there are ${all.join(', ')}\n`);
  process.exit(64);
}
const isFull = asked.length === 0;
const wants = (name: string): boolean => isFull || asked.includes(name);

const { socket } = await ensureEngine();
await ensureTestImage(socket);
const engine = new BareEngine(socket);
const rows: Row[] = [];

/** Measures, and says at once what came out: a bench takes minutes. One row that fails does not take the others along. */
async function measure(name: string, work: () => Promise<readonly Row[]> | readonly Row[]): Promise<void> {
  if (!wants(name)) return;
  const load = new Load();
  try {
    for (const row of await work()) rows.push({ ...row, notes: [...row.notes, load.describe()] });
    process.stderr.write(`measured ${name}\n`);
  } catch (error) {
    rows.push(failedRow(name, error));
    process.stderr.write(`${name} failed: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
}

/** Rows on a platform that is applied before and removed after them. */
async function onPlatform(
  containers: number,
  names: readonly string[],
  work: (platform: TestPlatform) => Promise<void>,
): Promise<void> {
  if (!names.some(wants)) return;
  const platform = await keepMany(engine, containers);
  try {
    await work(platform);
  } finally {
    await platform.close();
  }
}

/** Rows while a controller keeps the platform. */
async function whileKept(platform: TestPlatform): Promise<void> {
  if (!['idle', 'kill', 'storm'].some(wants)) return;
  const controller = await platform.run();
  await measure('idle', () => idleRows(controller));
  await measure('kill', () => killRows(engine, platform));
  await measure('storm', async () => [await stormRow(engine, platform)]);
  await controller.stop();
}

await measure('plan', planRows);
await measure('load', loadRows);
await measure('many', manyRows);
await measure('events', async () => [await eventsRow()]);
await measure('procedures', procedureRows);
await measure('git', async () => [await gitRow()]);
await measure('cli', async () => [await helpRow(), await planExampleRow(socket)]);
await measure('apply', () => applyRows(engine));
await measure('nothing', async () => [await nothingRow(engine, 50), await nothingRow(engine, 123)]);
await measure('change', () => changeRows(engine));
await onPlatform(300, ['reconcile'], (platform) =>
  measure('reconcile', async () => [await reconcileRow(engine, platform, 300)]),
);
await onPlatform(keptContainers, ['reconcile', 'idle', 'kill', 'storm'], async (platform) => {
  await measure('reconcile', async () => [await reconcileRow(engine, platform, keptContainers)]);
  await whileKept(platform);
});

process.stdout.write(`${formatTable(rows)}\n`);
const broken = rows.filter(isBroken);
if (broken.length > 0) {
  process.stdout.write(`\n${broken.length} of ${rows.length} bounds are broken\n`);
  process.exitCode = 1;
}
if (isFull) await writeReport(rows, engine);
// Kept-alive connections to the engine must not hold the process.
process.exit();
