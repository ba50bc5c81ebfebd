// Rows: from `kill` to running again, reeve keeping 100 containers against a bare listener that starts on `die` and the
// engine's own restart policy. They take turns on the same engine; both ends are the engine's own stamps.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestPlatform } from '../test/support/platform.ts';
import { until } from '../test/support/until.ts';
import type { BareEngine } from './bare.ts';
import { smallConfig } from './kept.ts';
import { median, quantile, spread } from './measure.ts';
import type { Row } from './table.ts';

const kills = 100;
const bareContainers = 4;
const policyRounds = 4;
const medianBound = 1.1;
const tailBound = 1.25;

/** While a controller keeps the platform. */
export async function killRows(engine: BareEngine, platform: TestPlatform): Promise<readonly Row[]> {
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
    const policyId = await startBare(engine, platform.name, bareContainers, 'always');
    bareIds.push(policyId);
    const mine = await platform.containers();
    const ours: number[] = [];
    const bare: number[] = [];
    const policy: number[] = [];
    // The first round of each warms up and is not counted.
    for (let i = 0; i <= kills; i++) {
      const reeves = await watch.kill(mine[i % mine.length]?.id ?? '');
      const bares = await watch.kill(bareIds[i % bareContainers] ?? '');
      // The engine restarts what ends by itself, not what is killed through it; each time after a longer pause, which
      // ten seconds of running would end: the first few only.
      const engines = i < policyRounds ? await watch.crash(policyId) : undefined;
      if (i === 0) continue;
      ours.push(reeves.ms);
      bare.push(bares.ms);
      if (engines !== undefined) policy.push(engines.ms);
    }
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
  } finally {
    listener.kill('SIGKILL');
    for (const id of bareIds) await engine.call('DELETE', `/containers/${id}?force=1`);
    watch.close();
  }
}

/** @param policy with one, the listener leaves it alone. */
async function startBare(engine: BareEngine, name: string, i: number, policy?: 'always'): Promise<string> {
  const { Id } = await engine.json<{ Id: string }>('POST', `/containers/create?name=${name}-bare-${i}`, {
    ...smallConfig,
    ...(policy === undefined
      ? { Labels: { 'bench.bare': name } }
      : { HostConfig: { ...smallConfig.HostConfig, RestartPolicy: { Name: policy } } }),
  });
  await engine.call('POST', `/containers/${Id}/start`);
  return Id;
}

interface StartWatch {
  /** Kills a container and waits until the engine says that it started again. */
  kill(id: string): Promise<{ readonly ms: number }>;
  /** The same for its process, killed past the engine. */
  crash(id: string): Promise<{ readonly ms: number }>;
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
  const untilStarted = (id: string): Promise<number> =>
    until(
      () => {
        if (failure !== undefined) throw failure;
        return stamps.get(`start ${id}`);
      },
      20_000,
      `${id.slice(0, 12)} runs again`,
    );
  return {
    kill: async (id) => {
      stamps.delete(`kill ${id}`);
      stamps.delete(`start ${id}`);
      await engine.call('POST', `/containers/${id}/kill`);
      const started = await untilStarted(id);
      return { ms: started - (stamps.get(`kill ${id}`) ?? Number.NaN) };
    },
    crash: async (id) => {
      const { State } = await engine.json<{ State: { Pid: number } }>('GET', `/containers/${id}/json`);
      stamps.delete(`start ${id}`);
      const killedAt = Date.now();
      process.kill(State.Pid, 'SIGKILL');
      return { ms: (await untilStarted(id)) - killedAt };
    },
    close: () => abort.abort(),
  };
}
