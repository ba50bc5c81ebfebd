// Rows: apply of 20, 50 and 100 small containers against a bare loop of create and start at its best concurrency, from
// the first engine call to the last start's answer, pairs alternated; and against every Compose, from the command to the
// start of its last container. The whole command stands beside it: `up -d` does not wait until what it started is ready.

import { newPlatform } from '../test/support/platform.ts';
import { removePlatform } from '../test/support/world.ts';
import { type BareEngine, inFlight } from './bare.ts';
import { type ComposeReference, openComposes, type Up } from './compose.ts';
import { small, smallConfig } from './kept.ts';
import { lastStartOf } from './last-start.ts';
import { median, spread, timed } from './measure.ts';
import type { Row } from './table.ts';
import { type Applied, isStart, tracedApply } from './traced.ts';

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
/** What lies between reeve and a Compose is no matter of a few percent. */
const composeRounds = 5;

export async function applyRows(engine: BareEngine): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const size of sizes) rows.push(...(await rowsOf(engine, size)));
  return rows;
}

async function rowsOf(engine: BareEngine, { containers, pairs, bound }: Size): Promise<readonly Row[]> {
  const platform = await newPlatform({ socket: engine.socketPath });
  const composes = await openComposes(engine.socketPath, `${platform.name}c`, containers);
  try {
    await platform.declare(Array.from({ length: containers }, (_, i) => small(`s${i}`)));
    const byWidth = new Map<number, number>();
    for (const width of widths) byWidth.set(width, await bareApply(engine, platform.name, width, containers));
    const [best = 8] = [...byWidth].sort(([, a], [, b]) => a - b).map(([width]) => width);
    const bare: number[] = [];
    const ours: Applied[] = [];
    const running: number[] = [];
    const theirs = new Map<ComposeReference, Up[]>(composes.map((compose) => [compose, []]));
    for (let pair = 0; pair < pairs; pair++) {
      const began = Date.now();
      ours.push(await tracedApply(platform, isStart));
      running.push((await lastStartOf(engine.socketPath, `reeve.platform=${platform.name}`)) - began);
      await removePlatform(platform.socket, platform.name);
      bare.push(await bareApply(engine, platform.name, best, containers));
      for (const [compose, times] of pair < composeRounds ? theirs : []) {
        const up = await compose.up();
        if (up !== undefined) times.push(up);
        await compose.clear();
      }
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
        `${pairs} pairs; the whole command's CPU ${spread(ours.map((o) => o.cpuMs))}`,
        `bare by concurrency: ${[...byWidth].map(([width, ms]) => `${width}: ${ms.toFixed(0)} ms`).join(', ')}`,
      ],
      where: middle?.where ?? [],
    };
    const judged = besideComposes(
      `all ${containers} run, from the command on`,
      running,
      theirs,
      (up) => up.runningMs,
      1,
    );
    const beside = besideComposes(`the whole command, ${containers}`, command, theirs, (up) => up.commandMs);
    return [row, judged, beside];
  } finally {
    for (const compose of composes) await compose.close();
    await platform.close();
  }
}

/** Beside the quickest that came through. */
function besideComposes(
  name: string,
  ours: readonly number[],
  theirs: ReadonlyMap<ComposeReference, readonly Up[]>,
  msOf: (up: Up) => number,
  bound?: number,
): Row {
  const times = [...theirs].map(([compose, ups]) => [compose, ups.map(msOf)] as const);
  const judges = times.filter(([compose]) => !compose.failed).map(([, ms]) => median(ms));
  return {
    name,
    measured: spread(ours),
    reference: times.map(([compose, ms]) => compose.words(ms)).join('; '),
    figure: judges.length > 0 ? median(ours) / Math.min(...judges) : Number.NaN,
    ...(judges.length > 0 && bound !== undefined ? { bound } : {}),
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
        const path = `/containers/create?name=${name}-bare-${i}`;
        const { Id } = await engine.json<{ Id: string }>('POST', path, smallConfig);
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
