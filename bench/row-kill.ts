// Row: from `kill` to running again, reeve keeping 100 containers against a bare listener that starts on `die`.
// The two take turns on the same engine; both ends are the engine's own stamps.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestPlatform } from '../test/support/platform.ts';
import { until } from '../test/support/until.ts';
import type { BareEngine } from './bare.ts';
import { smallConfig } from './kept.ts';
import { median, spread } from './measure.ts';
import type { Row } from './table.ts';

const kills = 24;
const bareContainers = 4;
const bound = 1.25;

/** While a controller keeps the platform. */
export async function killRow(engine: BareEngine, platform: TestPlatform): Promise<Row> {
  const label = `bench.bare=${platform.name}`;
  const watch = await watchStarts(engine);
  const bareIds: string[] = [];
  const listener = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'bare-listener-process.ts'),
      engine.socketPath,
      label,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    await once(listener.stdout, 'data');
    for (let i = 0; i < bareContainers; i++) bareIds.push(await startBare(engine, platform.name, i));
    const mine = await platform.containers();
    const ours: number[] = [];
    const bare: number[] = [];
    // The first round of each warms up and is not counted.
    for (let i = 0; i <= kills; i++) {
      const reeves = await watch.kill(mine[i * 3]?.id ?? '');
      const bares = await watch.kill(bareIds[i % bareContainers] ?? '');
      if (i === 0) continue;
      ours.push(reeves.ms);
      bare.push(bares.ms);
    }
    return {
      name: 'kill → running, 100 kept',
      measured: spread(ours),
      reference: `${spread(bare)}, bare listener`,
      figure: median(ours) / median(bare),
      bound,
      unit: '×',
      notes: [`${kills} kills each, alternated`],
      where: [`${(median(ours) - median(bare)).toFixed(0)} ms more than the bare listener`],
    };
  } finally {
    listener.kill('SIGKILL');
    for (const id of bareIds) await engine.call('DELETE', `/containers/${id}?force=1`);
    watch.close();
  }
}

async function startBare(engine: BareEngine, name: string, i: number): Promise<string> {
  const { Id } = await engine.json<{ Id: string }>('POST', `/containers/create?name=${name}-bare-${i}`, {
    ...smallConfig,
    Labels: { 'bench.bare': name },
  });
  await engine.call('POST', `/containers/${Id}/start`);
  return Id;
}

interface StartWatch {
  /** Kills a container and waits until the engine says that it started again. */
  kill(id: string): Promise<{ readonly ms: number }>;
  close(): void;
}

async function watchStarts(engine: BareEngine): Promise<StartWatch> {
  const abort = new AbortController();
  const stamps = new Map<string, number>();
  let failure: unknown;
  const follow = async (): Promise<void> => {
    for await (const { Action, Actor, timeNano } of engine.events(
      { type: ['container'], event: ['kill', 'start'] },
      abort.signal,
    )) {
      stamps.set(`${Action} ${Actor.ID}`, timeNano / 1e6);
    }
  };
  follow().catch((error: unknown) => {
    failure = error;
  });
  return {
    kill: async (id) => {
      stamps.delete(`kill ${id}`);
      stamps.delete(`start ${id}`);
      await engine.call('POST', `/containers/${id}/kill`);
      const started = await until(
        () => {
          if (failure !== undefined) throw failure;
          return stamps.get(`start ${id}`);
        },
        20_000,
        `${id.slice(0, 12)} runs again`,
      );
      return { ms: started - (stamps.get(`kill ${id}`) ?? Number.NaN) };
    },
    close: () => abort.abort(),
  };
}
