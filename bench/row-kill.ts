// Rows: from `kill` to running again, reeve keeping 100 containers against a bare listener that starts on `die`, the
// engine's own restart policy, and Swarm. They take turns; both ends are the engine's own stamps.

import type { TestPlatform } from '../test/support/platform.ts';
import type { BareEngine } from './bare.ts';
import { keepBare } from './bare-kept.ts';
import { watchKills } from './kill-watch.ts';
import { median, quantile, spread } from './measure.ts';
import { type Swarm, startSwarm } from './swarm.ts';
import type { Row } from './table.ts';

const kills = 100;
const listened = 4;
/** One each time: the engine waits longer after each restart of the same, until it ran for ten seconds. */
const underPolicy = 6;
const swarmRounds = 5;
const medianBound = 1.1;
const tailBound = 1.25;

/** While a controller keeps the platform. */
export async function killRows(engine: BareEngine, platform: TestPlatform): Promise<readonly Row[]> {
  const watch = await watchKills(engine);
  const beside = await keepBare(engine, platform.name, { listened, underPolicy });
  try {
    const mine = await platform.containers();
    const ours: number[] = [];
    const bare: number[] = [];
    const policy: number[] = [];
    // The first round of each warms up and is not counted.
    for (let i = 0; i <= kills; i++) {
      const reeves = await watch.kill(mine[i % mine.length]?.id ?? '');
      const bares = await watch.kill(beside.listened[i % listened] ?? '');
      // The engine restarts what ends by itself, not what is killed through it.
      const restarted = beside.underPolicy[i];
      const engines = restarted === undefined ? undefined : await watch.crash(restarted);
      if (i === 0) continue;
      ours.push(reeves);
      bare.push(bares);
      if (engines !== undefined) policy.push(engines);
    }
    return [...rowsOf(ours, bare, policy), ...(await swarmRows(ours))];
  } finally {
    await beside.close();
    watch.close();
  }
}

function rowsOf(ours: readonly number[], bare: readonly number[], policy: readonly number[]): readonly Row[] {
  const where = [`${(median(ours) - median(bare)).toFixed(0)} ms more than the bare listener`];
  const notes = [`${kills} kills each, alternated`];
  return [
    {
      name: 'kill → running, 100 kept, p50',
      measured: spread(ours),
      reference: `${spread(bare)}, bare listener`,
      figure: median(ours) / median(bare),
      bound: medianBound,
      unit: '×',
      notes,
      where,
    },
    {
      name: 'kill → running, 100 kept, p99',
      measured: `${quantile(ours, 0.99).toFixed(0)} ms`,
      reference: `${quantile(bare, 0.99).toFixed(0)} ms, bare listener`,
      figure: quantile(ours, 0.99) / quantile(bare, 0.99),
      bound: tailBound,
      unit: '×',
      notes: [],
      where,
    },
    {
      name: "kill → running, beside the engine's own policy",
      measured: spread(ours),
      reference: `${spread(policy)}, restart: always`,
      figure: median(ours) / median(policy),
      bound: 1,
      unit: '×',
      notes: [],
      where,
    },
  ];
}

/** Beside them, unjudged: Swarm starts another container where reeve starts the same one. */
async function swarmRows(ours: readonly number[]): Promise<readonly Row[]> {
  const row = (delay: string, reference: string, figure: number): Row => ({
    name: `kill → running, beside Swarm, ${delay}`,
    measured: spread(ours),
    reference,
    figure,
    unit: '×',
    notes: [],
    where: [],
  });
  let swarm: Swarm | undefined;
  try {
    swarm = await startSwarm();
    const rows: Row[] = [];
    for (const [delay, delayMs] of [['its own delay', undefined] as const, ['delay 0', 0] as const]) {
      const service = await swarm.service(`s${delayMs ?? 'own'}`, delayMs);
      const times: number[] = [];
      for (let i = 0; i < swarmRounds; i++) times.push(await service.kill());
      rows.push(row(delay, `${spread(times)}, Swarm`, median(ours) / median(times)));
    }
    return rows;
  } catch (error) {
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return [row('any delay', `refused (${why}), Swarm`, Number.NaN)];
  } finally {
    await swarm?.close();
  }
}
