// A far host that falls silent, as one does that lost its power or its way here: nothing ends the connection. Takes a minute.

import { expect, test } from 'vitest';
import { connectEngine } from '../../controller/docker/connect.ts';
import { ensureEngine } from '../support/engine.ts';
import { startFarHost } from '../support/far-host.ts';
import { act } from '../support/world.ts';
import { tell } from './scale.ts';

test('its event stream is given up after a minute, and a new login reaches it', async (t) => {
  const { socket } = await ensureEngine();
  const far = await startFarHost();
  t.onTestFinished(() => far.close());
  const engine = await connectEngine({
    env: { PATH: await far.path() },
    host: `ssh://root@${far.address}`,
  });
  t.onTestFinished(() => engine.close());
  const stream = engine.events(Date.now() - 60_000, new AbortController().signal);
  const events = stream[Symbol.asyncIterator]();
  await events.next();
  await act(socket, far.id, 'pause');
  const silentSince = Date.now();
  const end = await (async () => {
    while ((await events.next()).done !== true);
  })().catch((e: unknown) => e);
  expect(end).toMatchObject({ reason: 'EngineUnreachable' });
  const took = Date.now() - silentSince;
  tell(`a silent far host is given up after ${Math.round(took / 1000)} s`);
  expect(took).toBeLessThan(75_000);
  await act(socket, far.id, 'unpause');
  await engine.ping();
  expect(await far.logins()).toHaveLength(2);
});
