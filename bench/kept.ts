// A platform of 100 small containers for the rows that are about keeping: applied once, removed at the end.

import { document, newPlatform, service, type TestPlatform } from '../test/support/platform.ts';
import { type BareEngine, removeNetwork } from './bare.ts';

export const keptContainers = 100;

export interface Kept {
  readonly platform: TestPlatform;
  /** The network they are all on, made beside reeve. */
  readonly network: string;
  close(): Promise<void>;
}

export async function keepHundred(engine: BareEngine): Promise<Kept> {
  const platform = await newPlatform({ socket: engine.socketPath });
  const network = `${platform.name}-net`;
  await engine.call('POST', '/networks/create', { Name: network });
  const close = async (): Promise<void> => {
    await platform.close();
    await removeNetwork(engine, network);
  };
  try {
    await platform.declare([
      document('Network', 'net', `{name: ${network}, external: true}`),
      ...Array.from({ length: keptContainers }, (_, i) =>
        service(`s${i}`, ['networks: [net]', `command: ${sleeper}`]),
      ),
    ]);
    await platform.apply();
  } catch (error) {
    await close();
    throw error;
  }
  return { platform, network, close };
}

/** Costs nothing while it runs and dies at once when killed. */
export const sleeper = '[sleep, "99999"]';
