// A lock between processes that leaves nothing behind: whoever listens at the abstract Unix socket of a name holds it, and
// the kernel lets go of it with the process, however that ends. Linux only, and one network namespace.

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const retryMs = 50;

/** Runs `work` while no other process runs one of this name; waits for its turn, in no order. */
export async function oneAtATime<T>(name: string, work: () => Promise<T>): Promise<T> {
  const held = await take(`\0${name}`);
  try {
    return await work();
  } finally {
    held.close();
  }
}

async function take(path: string): Promise<Server> {
  for (;;) {
    const server = createServer();
    server.listen(path);
    try {
      await once(server, 'listening');
      return server;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      await delay(retryMs);
    }
  }
}
