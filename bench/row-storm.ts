// Row: 50 of 100 kept containers killed at once, until all run again, against bare starts of as many stopped ones.

import type { TestPlatform } from '../test/support/platform.ts';
import { until } from '../test/support/until.ts';
import { type BareEngine, inFlight } from './bare.ts';
import { smallConfig } from './kept.ts';
import { median, spread, timed } from './measure.ts';
import type { Row } from './table.ts';

const containers = 50;
const rounds = 5;
const width = 8;
const bound = 1.1;

/** While a controller keeps the platform. */
export async function stormRow(engine: BareEngine, platform: TestPlatform): Promise<Row> {
  const bareIds: string[] = [];
  const names = Array.from({ length: containers }, (_, i) => `${platform.name}-storm-${i}`);
  await inFlight(names, width, async (name) => {
    const { Id } = await engine.json<{ Id: string }>('POST', `/containers/create?name=${name}`, smallConfig);
    await engine.call('POST', `/containers/${Id}/start`);
    bareIds.push(Id);
  });
  try {
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(await reeveStorm(engine, platform));
      bare.push(await bareStorm(engine, bareIds));
    }
    return {
      name: '50 killed at once → all running',
      measured: spread(ours),
      reference: `${spread(bare)}, killed and started bare, ${width} at once`,
      figure: median(ours) / median(bare),
      bound,
      unit: '×',
      notes: [],
      where: [],
    };
  } finally {
    await inFlight(bareIds, width, async (id) => {
      await engine.call('DELETE', `/containers/${id}?force=1`, undefined, [404]);
    });
  }
}

/** From the first kill until all run. */
async function reeveStorm(engine: BareEngine, platform: TestPlatform): Promise<number> {
  const ids = (await platform.containers()).slice(0, containers).map((c) => c.id);
  const before = new Map<string, string>();
  for (const id of ids) before.set(id, await startedAt(engine, id));
  return timed(async () => {
    await kill(engine, ids);
    const waiting = new Set(ids);
    await until(
      async () => {
        for (const id of waiting) {
          const at = await startedAt(engine, id);
          if (at === before.get(id) || at === '') return false;
          waiting.delete(id);
        }
        return true;
      },
      120_000,
      'all that was killed runs again',
    );
  });
}

async function bareStorm(engine: BareEngine, ids: readonly string[]): Promise<number> {
  return timed(async () => {
    await kill(engine, ids);
    await inFlight(ids, width, async (id) => {
      await engine.call('POST', `/containers/${id}/start`);
    });
  });
}

async function kill(engine: BareEngine, ids: readonly string[]): Promise<void> {
  await inFlight(ids, width, async (id) => {
    await engine.call('POST', `/containers/${id}/kill`);
  });
}

/** Empty while it does not run. */
async function startedAt(engine: BareEngine, id: string): Promise<string> {
  const { State } = await engine.json<{ State: { Running: boolean; StartedAt: string } }>(
    'GET',
    `/containers/${id}/json`,
  );
  return State.Running ? State.StartedAt : '';
}
