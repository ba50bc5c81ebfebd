// Docker Swarm as a reference of keeping: a service of one replica on a throwaway engine of its own, because a Swarm is
// never made on the machine's. Its task is killed, and another container takes its place.

import { setTimeout as pause } from 'node:timers/promises';
import { type OwnEngine, startOwnEngine } from '../test/support/engine.ts';
import { ensureTestImage } from '../test/support/images.ts';
import { until } from '../test/support/until.ts';
import { BareEngine } from './bare.ts';
import { smallConfig } from './kept.ts';

export interface Swarm {
  /** A service; absent `delayMs`: restarted after Swarm's own delay, 5 s. */
  service(name: string, delayMs?: number): Promise<SwarmService>;
  close(): Promise<void>;
}

export interface SwarmService {
  /** Kills the container of the service; ms until its successor started, by the engine's stamps. */
  kill(): Promise<number>;
}

/** A Swarm of one node. */
export async function startSwarm(): Promise<Swarm> {
  const own = await startOwnEngine();
  try {
    await ensureTestImage(own.socket);
    const engine = new BareEngine(own.socket);
    const here = { ListenAddr: '127.0.0.1:2377', AdvertiseAddr: '127.0.0.1' };
    await engine.call('POST', '/swarm/init', here);
    return await follow(own, engine);
  } catch (error) {
    await own.close();
    throw error;
  }
}

async function follow(own: OwnEngine, engine: BareEngine): Promise<Swarm> {
  const abort = new AbortController();
  /** By service, the newest of each. */
  const started = new Map<string, { readonly id: string; readonly at: number }>();
  const killed = new Map<string, number>();
  const listen = async (): Promise<void> => {
    const filters = { type: ['container'], event: ['kill', 'start'] };
    for await (const { Action, Actor, timeNano } of engine.events(filters, abort.signal)) {
      const service = Actor.Attributes['com.docker.swarm.service.name'] ?? '';
      if (Action === 'kill') killed.set(Actor.ID, timeNano / 1e6);
      else started.set(service, { id: Actor.ID, at: timeNano / 1e6 });
    }
  };
  // A stream that broke shows as a successor that never came; here is why.
  listen().catch((error: unknown) => process.stderr.write(`Swarm's events broke off: ${String(error)}\n`));
  const untilOther = (service: string, before?: string) =>
    until(
      () => {
        const newest = started.get(service);
        return newest === undefined || newest.id === before ? undefined : newest;
      },
      30_000,
      `Swarm starts ${service}`,
    );
  return {
    service: async (name, delayMs) => {
      await engine.call('POST', '/services/create', serviceBody(name, delayMs));
      await untilOther(name);
      return {
        kill: async () => {
          const before = started.get(name)?.id ?? '';
          await engine.call('POST', `/containers/${before}/kill`);
          const { at } = await untilOther(name, before);
          // A task that ends in the moment of its start is taken for one that never ran.
          await pause(500);
          return at - (killed.get(before) ?? Number.NaN);
        },
      };
    },
    close: async () => {
      abort.abort();
      await own.close();
    },
  };
}

function serviceBody(name: string, delayMs: number | undefined): object {
  return {
    Name: name,
    TaskTemplate: {
      ContainerSpec: { Image: smallConfig.Image, Command: smallConfig.Cmd, StopGracePeriod: 1e9 },
      RestartPolicy: { Condition: 'any', ...(delayMs === undefined ? {} : { Delay: delayMs * 1e6 }) },
    },
    Mode: { Replicated: { Replicas: 1 } },
  };
}
