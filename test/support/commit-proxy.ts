// A TCP proxy before a Postgres that cuts the connection around a commit: before the server hears of it, after it has made it
// but before its answer is through, or so that only the client knows.

import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * `before`: the server never sees the commit. `after`: it makes it, and the answer is lost. `half`: it never sees it, nor that
 * its client is gone.
 */
export type Cut = 'before' | 'after' | 'half';

export interface CommitProxy {
  readonly port: number;
  /** The next commit is cut so; with `refuse` nobody gets through from then on. */
  cutNext(cut: Cut, then?: 'refuse'): void;
  /** Nobody gets through any more, until told otherwise. */
  refuse(refusing: boolean): void;
  /** Commits cut so far. */
  cuts(): number;
  close(): Promise<void>;
}

export async function startCommitProxy(target: number): Promise<CommitProxy> {
  let next: Cut | undefined;
  let refuseThen = false;
  let refusing = false;
  let cuts = 0;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    keep(client);
    if (refusing) return void client.destroy();
    const postgres = keep(connect(target, '127.0.0.1'));
    let cut: Cut | undefined;
    client.on('data', (chunk: Buffer) => {
      if (next !== undefined && chunk.includes('commit\0')) {
        cut = next;
        next = undefined;
        refusing ||= refuseThen;
        cuts++;
        if (cut !== 'after') {
          client.destroy();
          if (cut === 'before') postgres.destroy();
          return;
        }
      }
      postgres.write(chunk);
    });
    postgres.on('data', (chunk: Buffer) => {
      if (cut === 'after') client.destroy();
      else client.write(chunk);
    });
    client.on('close', () => cut !== 'half' && postgres.destroy());
    postgres.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cutNext: (cut, then) => {
      next = cut;
      refuseThen = then === 'refuse';
    },
    refuse: (now) => {
      refusing = now;
      if (now) for (const socket of sockets) socket.destroy();
    },
    cuts: () => cuts,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
