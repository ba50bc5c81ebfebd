// Before each call that is more than a look the client asks whether it may still be made: what is refused never reaches the
// engine, the second try of a call that was lost among it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { LeaseLapsed } from '../../../controller/lease/lease.ts';
import { ensureEngine } from '../../support/engine.ts';
import { startEngineProxy } from '../../support/engine-proxy.ts';
import { ensureTestImage } from '../../support/images.ts';
import { openRig } from '../../support/rig.ts';
import { patienceMs, until } from '../../support/until.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

test('with the lease run out nothing is done, and looking goes on', async (t) => {
  const { socket } = await ensureEngine();
  const folder = await mkdtemp(join(tmpdir(), 'reeve-fence-'));
  const proxy = await startEngineProxy({ target: socket, socket: join(folder, 'engine.sock') });
  let isHeld = true;
  const mayAct = (): void => {
    if (!isHeld) throw new LeaseLapsed();
  };
  const rig = await openRig({ through: proxy.socket, mayAct });
  t.onTestFinished(async () => {
    await rig.close();
    await proxy.close();
    await rm(folder, { recursive: true });
  });
  const containerId = await rig.create({});
  const start = () => rig.perform('startContainer', { containerId, files: [] });

  // Lost on its way; by the time of its second try the lease has run out.
  proxy.fault({ kind: 'drop', method: 'POST', path: /\/start$/, times: 1 });
  const lost = expect(start()).rejects.toThrow(LeaseLapsed);
  await until(() => proxy.hits() === 1, patienceMs, 'it is lost');
  isHeld = false;
  await lost;
  const acts = () =>
    [...proxy.counts].filter(([call]) => !call.startsWith('GET ')).map(([call, n]) => `${n} ${call}`);
  const before = acts();
  expect(before).toContain('1 POST /containers/:/start');

  for (const refused of [
    start,
    () => rig.perform('stopContainer', { containerId }),
    () => rig.perform('removeContainer', { containerId, name: 'x', volumes: false }),
    () => rig.create({}),
    () => rig.engine.exec(containerId, ['true'], 1_000),
  ]) {
    await expect(refused()).rejects.toThrow(LeaseLapsed);
  }
  expect(acts()).toEqual(before);
  expect((await rig.engine.containers()).some((c) => c.id === containerId)).toBe(true);

  isHeld = true;
  expect(await start()).toMatchObject({ changed: true });
});
