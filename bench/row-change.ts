// Rows: one service changed among 100, against the acts that the change takes, done bare: the new
// container made, the old one stopped, both renamed, the new one started. Once where a controller keeps the platform and takes in the saved
// file: from the list call that it begins with to the start's answer. Once as an apply from the shell, which must first
// get to know all 100: from its first engine call, without a bound. The old one goes when the new one has stayed up
// (minReadySeconds), and nobody waits for it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestPlatform } from '../test/support/platform.ts';
import type { BareEngine } from './bare.ts';
import { BareReplacement } from './bare-replacement.ts';
import { keepMany, keptContainers, small } from './kept.ts';
import { median, spread, timed } from './measure.ts';
import type { Row } from './table.ts';
import { callsIn, isAct, isStart, kindOf, type TracedCall, tracedApply, tracing } from './traced.ts';

const pairs = 15;
const bound = 1.15;
const changing = `s${keptContainers - 1}`;

export async function changeRows(engine: BareEngine): Promise<readonly Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-bench-change-'));
  try {
    return [await keptRow(engine, join(folder, 'trace.json')), await shellRow(engine)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function keptRow(engine: BareEngine, file: string): Promise<Row> {
  const platform = await keepMany(engine, keptContainers, tracing(file));
  const bare = new BareReplacement(engine, platform.name);
  try {
    const controller = await platform.run();
    const whole: number[] = [];
    const bares = await inPairs(bare, async (round) => {
      const before = await platform.container(`Service/${changing}`);
      whole.push(
        await timed(async () => {
          await declare(platform, round);
          await platform.untilContainer(
            `Service/${changing}`,
            'is a new one that runs',
            (c) => c.Id !== before.Id && c.State.Running,
            30_000,
          );
        }),
      );
    });
    await controller.stop();
    // The first makes the changing one out of a small one.
    const ours = replacementsIn(await callsIn(file)).slice(1);
    const first = ours.map((calls) => spanOf(calls));
    return {
      name: `one change among ${keptContainers}, kept`,
      measured: spread(first),
      reference: `${spread(bares)}, its acts bare`,
      figure: ours.length === pairs ? median(first) / median(bares) : Number.NaN,
      bound,
      unit: '×',
      notes: [
        `from the saved file to the new container seen running ${spread(whole.slice(1))}`,
        `reeve's acts: ${(ours[0] ?? []).filter(isAct).map(kindOf).join(', ')}`,
      ],
      where: (ours[0] ?? []).map((c) => `${kindOf(c)}: ${((c.end ?? c.start) - c.start).toFixed(1)} ms`),
    };
  } finally {
    await bare.close();
    await platform.close();
  }
}

async function shellRow(engine: BareEngine): Promise<Row> {
  const platform = await keepMany(engine, keptContainers);
  const bare = new BareReplacement(engine, platform.name);
  try {
    const ours: number[] = [];
    const whole: number[] = [];
    const bares = await inPairs(bare, async (round) => {
      await declare(platform, round);
      const applied = await tracedApply(platform, isStart);
      ours.push(applied.engineMs);
      whole.push(applied.commandMs);
    });
    return {
      name: `one change among ${keptContainers}, from the shell`,
      measured: spread(ours.slice(1)),
      reference: `${spread(bares)}, its acts bare`,
      figure: median(ours.slice(1)) / median(bares),
      unit: '×',
      notes: [`the whole command ${spread(whole.slice(1))}`],
      where: [],
    };
  } finally {
    await bare.close();
    await platform.close();
  }
}

/** Rounds of ours and the bare one in turns; times of the bare ones. The first of each is not counted. */
async function inPairs(
  bare: BareReplacement,
  ours: (round: number) => Promise<void>,
): Promise<readonly number[]> {
  const times: number[] = [];
  await bare.begin();
  for (let round = 0; round <= pairs; round++) {
    await ours(round);
    const ms = await timed(() => bare.replace(round));
    await bare.removeOld();
    if (round > 0) times.push(ms);
  }
  return times;
}

/** Ends at once when stopped, so that no grace hides what reeve itself takes. */
function declare(platform: TestPlatform, round: number): Promise<void> {
  return platform.declare([
    ...Array.from({ length: keptContainers - 1 }, (_, i) => small(`s${i}`)),
    `${small(changing)}  stop_signal: SIGKILL\n  environment: {ROUND: "${round}"}\n`,
  ]);
}

/** The calls of each replacement: from the list before the new one is made to its start. */
function replacementsIn(calls: readonly TracedCall[]): readonly (readonly TracedCall[])[] {
  return calls.flatMap(({ path }, at) => {
    if (!path.endsWith('/containers/create')) return [];
    const begins = calls.slice(0, at).findLastIndex((c) => c.path.endsWith('/containers/json'));
    const ends = calls.findIndex((c, i) => i > at && isStart(c));
    return begins === -1 || ends === -1 ? [] : [calls.slice(begins, ends + 1)];
  });
}

function spanOf(calls: readonly TracedCall[]): number {
  return (calls.at(-1)?.end ?? Number.NaN) - (calls[0]?.start ?? Number.NaN);
}
