// A port that takes a connection and never answers: a failure only where the address is certainly the workload's own.

import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { type ProbeContext, runProbe } from '../../../controller/probes/probe.ts';

const settings = { everyMs: 1_000, timeoutMs: 1_500, threshold: 3, startPeriodMs: 0 };

test.each([
  [true, 'fail'],
  [false, 'unreachable'],
])('a Postgres that says nothing, its address certain: %s', async (certain, outcome) => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    const context: ProbeContext = {
      containerId: 'c1',
      addressOf: () => ({ host: '127.0.0.1', port, certain, way: 'n' }),
      // The engine is not asked by this probe.
      engine: {} as ProbeContext['engine'],
      secret: () => undefined,
    };
    const postgres = { port: 5432, user: 'postgres', database: 'postgres' };
    expect(await runProbe({ ...settings, postgres }, context)).toMatchObject({
      outcome,
      message: expect.stringContaining('no answer in time'),
    });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});
