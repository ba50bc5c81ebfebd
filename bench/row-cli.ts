// Rows: how long the CLI takes for what people type most: its help, and the plan of the example platform.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunOptions, reeve } from '../test/support/reeve.ts';
import { median, spread, timed } from './measure.ts';
import type { Row } from './table.ts';

const repository = join(import.meta.dirname, '..');
const rounds = 11;

export function helpRow(): Promise<Row> {
  return cliRow('reeve --help', ['--help'], {}, 150);
}

/** On a copy of the example with a secret of its own: scripts/demo makes the real one. */
export async function planExampleRow(socket: string): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-bench-'));
  try {
    const example = join(folder, 'platform');
    await cp(join(repository, 'examples/platform'), example, { recursive: true });
    await mkdir(join(example, 'secrets'), { recursive: true });
    await writeFile(join(example, 'secrets/pg-password'), 'bench');
    const place = { state: join(folder, 'state'), socket };
    return await cliRow('reeve plan of examples/platform', ['plan', '-f', example], place, 600);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reeve and Node alone, alternately: what is beside Node's own start is reeve's. */
async function cliRow(
  name: string,
  args: readonly string[],
  options: RunOptions,
  bound: number,
): Promise<Row> {
  const ours: number[] = [];
  const node: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const { code, ms, stderr } = await reeve(args, options);
    if (code !== 0) throw new Error(`${name} ended with ${code}: ${stderr}`);
    const bare = await timed(() => once(spawn(process.execPath, ['-e', '0']), 'exit'));
    // The first round fills Node's compile cache, as the first use on a machine does.
    if (round === 0) continue;
    ours.push(ms);
    node.push(bare);
  }
  return {
    name,
    measured: spread(ours),
    reference: `${spread(node)}, node alone`,
    figure: median(ours),
    bound,
    unit: 'ms',
    notes: [],
    where: [`${(median(ours) - median(node)).toFixed(0)} ms beside Node's own start`],
  };
}
