// A TCP way to a server that can be closed: whoever comes through it is then cut off, as by a broken network.

import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpGate {
  readonly port: number;
  /** `cut` breaks what is open and refuses what comes; `hole` swallows everything without a word. */
  shut(how: 'cut' | 'hole'): void;
  open(): void;
  close(): Promise<void>;
}

/** `mayDeliver`: asked for each piece that the server sends, in order; false: it and all after it are swallowed. */
export async function startTcpGate(
  target: number,
  mayDeliver: (piece: Buffer) => boolean | Promise<boolean> = () => true,
): Promise<TcpGate> {
  let state: 'open' | 'cut' | 'hole' = 'open';
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    keep(client);
    if (state === 'cut') return void client.destroy();
    const onward = keep(connect(target, '127.0.0.1'));
    client.on('data', (chunk) => state === 'open' && onward.write(chunk));
    let delivered: Promise<boolean> = Promise.resolve(true);
    onward.on('data', (chunk: Buffer) => {
      delivered = delivered.then(async (goesOn) => {
        const passes = goesOn && (await mayDeliver(chunk));
        if (passes && state === 'open') client.write(chunk);
        return passes;
      });
    });
    client.on('close', () => onward.destroy());
    onward.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    shut: (how) => {
      state = how;
      if (how === 'cut') for (const socket of sockets) socket.destroy();
    },
    open: () => {
      // What was swallowed is lost: no stream goes on with a hole in it.
      if (state === 'hole') for (const socket of sockets) socket.destroy();
      state = 'open';
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
