// A port of the host that nobody has: below those that the system and the engine hand out by themselves, where one that is
// written down would sooner or later be somebody's.

import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

const [first, last] = [10_000, 20_000];

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const port = randomInt(first, last);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port from ${first} to ${last}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });
}
