// A platform of many small containers for the rows that are about keeping: applied once, removed at the end.

import { newPlatform, service, type TestPlatform } from '../test/support/platform.ts';
import type { BareEngine } from './bare.ts';

export const keptContainers = 100;

/** Applied and running; the caller closes it. `env` is of every reeve on it. */
export async function keepMany(
  engine: BareEngine,
  containers: number,
  env: Readonly<Record<string, string>> = {},
): Promise<TestPlatform> {
  const platform = await newPlatform({ socket: engine.socketPath, env });
  try {
    await platform.declare(Array.from({ length: containers }, (_, i) => small(`s${i}`)));
    await platform.apply();
  } catch (error) {
    await platform.close();
    throw error;
  }
  return platform;
}

/**
 * A small container as the bench wants it: costs nothing while it runs, dies at once when killed. On the engine's own
 * bridge, because 20.10 leaks endpoints of other networks when many containers go at once.
 */
export function small(name: string): string {
  return service(name, ['network_mode: bridge', 'command: [sleep, "99999"]']);
}

/** The same for the bare loops. */
export const smallConfig = {
  Image: 'reeve-test:1',
  Cmd: ['sleep', '99999'],
  HostConfig: { NetworkMode: 'bridge' },
};
