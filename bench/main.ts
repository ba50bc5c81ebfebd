// `npm run bench [-- ROW…]`: measures reeve against bare references in one run and prints a table with ratios. Exits 1
// when a bound is broken. ROW: one of `all` below; none: all.

import { ensureEngine } from '../test/support/engine.ts';
import { ensureTestImage } from '../test/support/images.ts';
import { BareEngine } from './bare.ts';
import { keepHundred } from './kept.ts';
import { Load } from './measure.ts';
import { applyRows } from './row-apply.ts';
import { helpRow, planExampleRow } from './row-cli.ts';
import { eventsRow } from './row-events.ts';
import { idleRows } from './row-idle.ts';
import { killRows } from './row-kill.ts';
import { loadRows } from './row-load.ts';
import { nothingRow } from './row-nothing.ts';
import { planRows } from './row-plan.ts';
import { reconcileRow } from './row-reconcile.ts';
import { stormRow } from './row-storm.ts';
import { formatTable, isBroken, type Row } from './table.ts';

const all = ['plan', 'load', 'events', 'cli', 'apply', 'nothing', 'reconcile', 'idle', 'kill', 'storm'];
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no such row: ${unknown.join(', ')}; there are ${all.join(', ')}\n`);
  process.exit(64);
}
const wants = (name: string): boolean => asked.length === 0 || asked.includes(name);

const { socket } = await ensureEngine();
await ensureTestImage(socket);
const engine = new BareEngine(socket);
const rows: Row[] = [];

/** Measures, and says at once what came out: a bench takes minutes. */
async function measure(name: string, work: () => Promise<readonly Row[]> | readonly Row[]): Promise<void> {
  if (!wants(name)) return;
  const load = new Load();
  const made = await work();
  for (const row of made) rows.push({ ...row, notes: [...row.notes, load.describe()] });
  process.stderr.write(`measured ${name}\n`);
}

await measure('plan', planRows);
await measure('load', loadRows);
await measure('events', async () => [await eventsRow()]);
await measure('cli', async () => [await helpRow(), await planExampleRow(socket)]);
await measure('apply', () => applyRows(engine));
await measure('nothing', async () => [await nothingRow(engine, 50), await nothingRow(engine, 123)]);
if (['reconcile', 'idle', 'kill', 'storm'].some(wants)) {
  const kept = await keepHundred(engine);
  try {
    await measure('reconcile', async () => [await reconcileRow(engine, kept)]);
    if (['idle', 'kill', 'storm'].some(wants)) {
      const controller = await kept.run();
      await measure('idle', () => idleRows(controller));
      await measure('kill', () => killRows(engine, kept));
      await measure('storm', async () => [await stormRow(engine, kept)]);
      await controller.stop();
    }
  } finally {
    await kept.close();
  }
}
process.stdout.write(`${formatTable(rows)}\n`);
const broken = rows.filter(isBroken);
if (broken.length > 0) {
  process.stdout.write(`\n${broken.length} of ${rows.length} bounds are broken\n`);
  process.exitCode = 1;
}
// Kept-alive connections to the engine must not hold the process.
process.exit();
