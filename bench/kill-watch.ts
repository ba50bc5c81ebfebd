// Kills containers and waits until they run again; both ends are the engine's own stamps, so that nobody's way to hear of
// them counts.

import { until } from '../test/support/until.ts';
import type { BareEngine } from './bare.ts';

export interface KillWatch {
  /** Kills a container through the engine; ms until it started again. */
  kill(id: string): Promise<number>;
  /** The same for its process, killed past the engine: a restart policy heeds no other. */
  crash(id: string): Promise<number>;
  close(): void;
}

export async function watchKills(engine: BareEngine): Promise<KillWatch> {
  const abort = new AbortController();
  const stamps = new Map<string, number>();
  let failure: unknown;
  const follow = async (): Promise<void> => {
    const filters = { type: ['container'], event: ['kill', 'start'] };
    for await (const { Action, Actor, timeNano } of engine.events(filters, abort.signal))
      stamps.set(`${Action} ${Actor.ID}`, timeNano / 1e6);
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
      return started - (stamps.get(`kill ${id}`) ?? Number.NaN);
    },
    crash: async (id) => {
      const { State } = await engine.json<{ State: { Pid: number } }>('GET', `/containers/${id}/json`);
      stamps.delete(`start ${id}`);
      const killedAt = Date.now();
      process.kill(State.Pid, 'SIGKILL');
      return (await untilStarted(id)) - killedAt;
    },
    close: () => abort.abort(),
  };
}
