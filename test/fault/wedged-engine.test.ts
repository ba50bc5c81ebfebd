// An engine that is wedged: it answers ping and list, but some of its looks hang. Reeve says which, acts on nothing it has
// not seen, costs nothing meanwhile, and goes on when the engine answers again.

import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { engineSocket } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { startEngineProxy } from '../support/engine-proxy.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { cpuShare } from '../support/pace.ts';
import { newPlatform, service } from '../support/platform.ts';
import { throughout } from '../support/until.ts';
import { act } from '../support/world.ts';
import { rounds, tell } from './scale.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

/** A call is given up after 30 s. */
const hangMs = 30_000;
const idleMs = rounds(3_000, 20_000);

test.concurrent.for([
  { what: 'networks', path: /^\/networks(\?|$)/, says: /networks.*no answer/i },
  { what: 'inspects', path: /^\/containers\/[0-9a-f]{12,}\/json/, says: /inspect.*no answer/i },
])('its $what hang', async ({ path, says }, t) => {
  const folder = await newPlatform();
  const proxy = await startEngineProxy({
    target: engineSocket(),
    socket: join(folder.folder, 'engine.sock'),
  });
  t.onTestFinished(async () => {
    await proxy.close();
    await folder.close();
  }, 60_000);
  const p = await platformFor(t, { through: proxy.socket });
  const controller = await keep(p, [service('web', ['mem_limit: 64m'])], { spec: 'policy: {resync: 2s}' });
  const before = await p.container('Service/web');
  proxy.fault({ kind: 'hang', method: 'GET', path });
  // What only a look at it would tell how to mend.
  await act(p.socket, before.Id, 'update', { Memory: 128 * 2 ** 20, MemorySwap: 256 * 2 ** 20 });
  await p.untilEvent(`Platform/${p.name}`, 'EngineUnreachable', says, hangMs + 20_000);
  const acts = (): number =>
    [...proxy.counts].filter(([call]) => !call.startsWith('GET')).reduce((sum, [, n]) => sum + n, 0);
  const actsBefore = acts();
  const share = await cpuShare(controller.cpuMs, () =>
    throughout(() => controller.process.exitCode === null, idleMs, 'the controller lives'),
  );
  tell(`wedged engine: controller's CPU ${(share * 100).toFixed(1)} % of a core`);
  expect(share).toBeLessThan(0.1);
  expect(acts() - actsBefore).toBeLessThanOrEqual(1);
  proxy.clear();
  await p.untilEvent(`Platform/${p.name}`, 'EngineReachable', /./, hangMs + 20_000);
  await p.untilContainer(
    'Service/web',
    'has its limit again',
    (c) => c.HostConfig.Memory === 64 * 2 ** 20,
    hangMs + 20_000,
  );
  expect((await p.container('Service/web')).State.StartedAt).toBe(before.State.StartedAt);
});
