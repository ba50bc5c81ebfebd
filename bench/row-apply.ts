// Rows: apply of 20, 50 and 100 small containers against a bare loop of create and start at its best concurrency, from
// the first engine call to the last start's answer, pairs alternated; and the whole command against docker-compose's.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newPlatform, type TestPlatform } from '../test/support/platform.ts';
import { spawnReeve } from '../test/support/reeve.ts';
import { removePlatform } from '../test/support/world.ts';
import { type BareEngine, inFlight } from './bare.ts';
import { composeUp } from './compose.ts';
import { small, smallConfig } from './kept.ts';
import { median, spread, timed } from './measure.ts';
import type { Row } from './table.ts';

interface Size {
  readonly containers: number;
  readonly pairs: number;
  readonly bound: number;
}

/** Few containers are over soon: more pairs, and a start of the process weighs more. */
const sizes: readonly Size[] = [
  { containers: 20, pairs: 15, bound: 1.1 },
  { containers: 50, pairs: 5, bound: 1.05 },
  { containers: 100, pairs: 5, bound: 1.05 },
];
const widths = [1, 2, 4, 8, 16];

export async function applyRows(engine: BareEngine): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const size of sizes) rows.push(...(await rowsOf(engine, size)));
  return rows;
}

async function rowsOf(engine: BareEngine, { containers, pairs, bound }: Size): Promise<readonly Row[]> {
  const platform = await newPlatform({ socket: engine.socketPath });
  try {
    await platform.declare(Array.from({ length: containers }, (_, i) => small(`s${i}`)));
    const byWidth = new Map<number, number>();
    for (const width of widths) byWidth.set(width, await bareApply(engine, platform.name, width, containers));
    const [best = 8] = [...byWidth].sort(([, a], [, b]) => a - b).map(([width]) => width);
    const bare: number[] = [];
    const ours: Applied[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      ours.push(await reeveApply(platform));
      bare.push(await bareApply(engine, platform.name, best, containers));
    }
    const engineMs = ours.map((o) => o.engineMs);
    const middle = ours.find((o) => o.engineMs === median(engineMs)) ?? ours[0];
    const command = ours.map((o) => o.commandMs);
    const row: Row = {
      name: `apply ${containers} small containers`,
      measured: spread(engineMs),
      reference: `${spread(bare)}, bare at ${best} in flight`,
      figure: median(engineMs) / median(bare),
      bound,
      unit: '×',
      notes: [
        `the whole command ${spread(command)}, its CPU ${spread(ours.map((o) => o.cpuMs))}`,
        `bare by concurrency: ${[...byWidth].map(([width, ms]) => `${width}: ${ms.toFixed(0)} ms`).join(', ')}`,
      ],
      where: middle?.where ?? [],
    };
    return [row, await besideCompose(platform, containers, command)];
  } finally {
    await platform.close();
  }
}

async function besideCompose(
  platform: TestPlatform,
  containers: number,
  command: readonly number[],
): Promise<Row> {
  const theirs = await composeUp(platform.socket, `${platform.name}c`, containers);
  return {
    name: `the whole command, ${containers}`,
    measured: spread(command),
    reference: `${theirs.words}, docker-compose up -d`,
    figure: median(command) / theirs.ms,
    bound: 1,
    unit: '×',
    notes: [],
    where: [],
  };
}

async function bareApply(
  engine: BareEngine,
  name: string,
  width: number,
  containers: number,
): Promise<number> {
  const numbers = Array.from({ length: containers }, (_, i) => i);
  const ids: string[] = [];
  try {
    return await timed(() =>
      inFlight(numbers, width, async (i) => {
        const { Id } = await engine.json<{ Id: string }>(
          'POST',
          `/containers/create?name=${name}-bare-${i}`,
          smallConfig,
        );
        ids.push(Id);
        await engine.call('POST', `/containers/${Id}/start`);
      }),
    );
  } finally {
    await inFlight(ids, 8, async (id) => {
      await engine.call('DELETE', `/containers/${id}?force=1`);
    });
  }
}

interface Applied {
  readonly engineMs: number;
  readonly commandMs: number;
  readonly cpuMs: number;
  readonly where: readonly string[];
}

interface Trace {
  readonly calls: readonly { method: string; path: string; start: number; end?: number }[];
  readonly cpuMs: number;
  readonly start: number;
  readonly end: number;
}

async function reeveApply(platform: TestPlatform): Promise<Applied> {
  const file = join(platform.folder, 'trace.json');
  const { code, stderr, ms } = await spawnReeve(['apply', '--yes', '-f', platform.manifests], {
    state: platform.state,
    socket: platform.socket,
    env: { BENCH_TRACE: file, NODE_OPTIONS: `--import=${join(import.meta.dirname, 'trace-calls.mjs')}` },
  }).ended;
  if (code !== 0) throw new Error(`apply ended with ${code}: ${stderr}`);
  const trace = JSON.parse(await readFile(file, 'utf8')) as Trace;
  await removePlatform(platform.socket, platform.name);
  const first = Math.min(...trace.calls.map((c) => c.start));
  const last = Math.max(
    ...trace.calls.filter((c) => c.path.endsWith('/start')).map((c) => c.end ?? Number.NaN),
  );
  return { engineMs: last - first, commandMs: ms, cpuMs: trace.cpuMs, where: whereOf(trace, first, last) };
}

/** Calls by kind with their count and time, and how long fewer starts than possible were in flight. */
function whereOf(trace: Trace, first: number, last: number): readonly string[] {
  const kinds = new Map<string, { count: number; ms: number }>();
  for (const { method, path, start, end } of trace.calls) {
    const kind = `${method} ${path.replace(/^\/v[\d.]+/, '').replace(/[0-9a-f]{64}/, 'ID')}`;
    const sum = kinds.get(kind) ?? { count: 0, ms: 0 };
    kinds.set(kind, { count: sum.count + 1, ms: sum.ms + ((end ?? start) - start) });
  }
  const starts = trace.calls.filter((c) => c.path.endsWith('/start'));
  const firstStart = Math.min(...starts.map((c) => c.start));
  return [
    `before the first engine call ${(first - trace.start).toFixed(0)} ms; to the first start ${(firstStart - first).toFixed(0)} ms; starts ${(last - firstStart).toFixed(0)} ms; after the last start ${(trace.end - last).toFixed(0)} ms`,
    ...[...kinds]
      .sort(([, a], [, b]) => b.ms - a.ms)
      .slice(0, 12)
      .map(
        ([kind, { count, ms }]) =>
          `${String(count).padStart(5)} × ${kind}: ${(ms / count).toFixed(1)} ms each`,
      ),
  ];
}
