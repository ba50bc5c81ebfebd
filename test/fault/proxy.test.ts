// Faults 3 and 4: a proxy between reeve and the engine that cuts or thins out the event stream, hangs, fails, answers
// garbage, or loses the answer of a call that the engine has carried out. Found at the next resync; verified by looking;
// never done twice.

import { join } from 'node:path';
import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { engineSocket } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { type EngineProxy, type FaultRule, startEngineProxy } from '../support/engine-proxy.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor, untilAllReady } from '../support/kept.ts';
import { newPlatform, service, type TestPlatform } from '../support/platform.ts';
import { throughout } from '../support/until.ts';
import { act } from '../support/world.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

/** A platform whose reeve sees the engine through a proxy. */
async function behindProxy(t: TestContext): Promise<{ p: TestPlatform; proxy: EngineProxy }> {
  const folder = await newPlatform();
  const proxy = await startEngineProxy({
    target: engineSocket(),
    socket: join(folder.folder, 'engine.sock'),
  });
  t.onTestFinished(async () => {
    await proxy.close();
    await folder.close();
  }, 60_000);
  return { p: await platformFor(t, { through: proxy.socket }), proxy };
}

const web = 'Service/web';

/** As a test wants it: a resync within its patience. */
const quickResync = 'policy: {resync: 3s}';

describe.concurrent('a slow look', () => {
  test('does not make ready what ran when it began and has ended since: the old container is kept', async (t) => {
    const { p, proxy } = await behindProxy(t);
    await keep(p, [service('web')]);
    const before = await p.container(web);
    proxy.fault({ kind: 'slow', path: /^\/containers\/\w+\/json/ });
    await p.declare([service('web', ['command: [sh, -c, "sleep 0.3; exit 3"]'])]);
    await p.untilEvent(web, 'ReplacementFailed');
    await p.untilContainer(web, 'runs again', (c) => c.Id === before.Id && c.State.Running);
    expect((await p.events()).map((e) => e.reason)).not.toContain('Replaced');
  });
});

describe.concurrent('the event stream', () => {
  test('silent without an end: what it hid is found at the next resync', async (t) => {
    const { p, proxy } = await behindProxy(t);
    await keep(p, [service('web')], { spec: quickResync });
    proxy.fault({ kind: 'mute', path: /^\/events/ });
    const { Id } = await p.container(web);
    await act(p.socket, Id, 'kill');
    await p.untilContainer(web, 'runs again', (c) => c.State.Running);
  });

  test('half swallowed: whatever was lost is found at the next resync', async (t) => {
    const { p, proxy } = await behindProxy(t);
    const names = ['a', 'b', 'c', 'd'];
    await keep(
      p,
      names.map((name) => service(name)),
      { spec: quickResync },
    );
    proxy.fault({ kind: 'thin', path: /^\/events/ });
    for (const name of names) await act(p.socket, (await p.container(`Service/${name}`)).Id, 'kill');
    for (const name of names) await p.untilContainer(`Service/${name}`, 'runs again', (c) => c.State.Running);
  });

  test('cut: reeve connects anew and finds what happened meanwhile', async (t) => {
    const { p, proxy } = await behindProxy(t);
    await keep(p, [service('web', ['mem_limit: 64m'])]);
    const before = await p.container(web);
    proxy.cutEvents();
    // No list call shows a limit: it is found because everything is inspected after a gap.
    await act(p.socket, before.Id, 'update', { Memory: 128 * 2 ** 20, MemorySwap: 256 * 2 ** 20 });
    await p.untilContainer(web, 'has its limit again', (c) => c.HostConfig.Memory === 64 * 2 ** 20);
    expect((await p.container(web)).State.StartedAt).toBe(before.State.StartedAt);
  });

  test('mute: a changed limit is found by the audit', async (t) => {
    const { p, proxy } = await behindProxy(t);
    await keep(p, [service('web', ['mem_limit: 64m'])], { spec: 'policy: {audit: 3s}' });
    const before = await p.container(web);
    proxy.fault({ kind: 'mute', path: /^\/events/ });
    await act(p.socket, before.Id, 'update', { Memory: 128 * 2 ** 20, MemorySwap: 256 * 2 ** 20 });
    await p.untilContainer(web, 'has its limit again', (c) => c.HostConfig.Memory === 64 * 2 ** 20);
  });
});

describe.concurrent('an API call', () => {
  const kinds: readonly FaultRule['kind'][] = [
    'refuse',
    'refuseAfter',
    'garbage',
    'drop',
    'dropAnswer',
    'cutAnswer',
  ];
  const calls = [
    { what: 'create', method: 'POST', path: /^\/containers\/create/ },
    { what: 'start', method: 'POST', path: /^\/containers\/[^/]+\/start/ },
    { what: 'list', method: 'GET', path: /^\/containers\/json/ },
    { what: 'inspect', method: 'GET', path: /^\/containers\/[0-9a-f]{12,}\/json/ },
  ];
  const rows = calls.flatMap(({ what, ...call }) => kinds.map((kind) => ({ what, kind, call })));

  test.for(rows)(
    '$what: $kind is tried again or verified, and never done twice',
    async ({ kind, call }, t) => {
      const { p, proxy } = await behindProxy(t);
      await p.declare([service('web'), service('db'), service('third')]);
      proxy.fault({ kind, ...call, times: 2 });
      await p.run();
      await untilAllReady(p, ['Service/db', 'Service/third', web]);
      expect(proxy.hits()).toBeGreaterThan(0);
      const containers = await p.containers();
      expect(containers.map((c) => `${c.ref} ${c.state}`).sort()).toEqual([
        'Service/db running',
        'Service/third running',
        'Service/web running',
      ]);
    },
  );

  test('that hangs does not hold up the others', async (t) => {
    const { p, proxy } = await behindProxy(t);
    await p.declare([service('web'), service('db')]);
    proxy.fault({
      kind: 'hang',
      method: 'POST',
      path: new RegExp(`/containers/create.*${p.name}.web`),
      times: 1,
    });
    const controller = await p.run();
    await p.untilReady('Service/db');
    await throughout(() => controller.process.exitCode === null, 500, 'the controller lives');
  });

  test('that removes, its answer lost: the recreate ends with one container', async (t) => {
    const { p, proxy } = await behindProxy(t);
    await keep(p, [service('web', ['environment: {MODE: a}'])]);
    for (const path of [/\/rename/, /\/stop/, /^\/containers\/create/, /\/start/]) {
      proxy.fault({ kind: 'dropAnswer', method: 'POST', path, times: 1 });
    }
    proxy.fault({ kind: 'dropAnswer', method: 'DELETE', path: /^\/containers\//, times: 1 });
    await p.declare([service('web', ['environment: {MODE: b}'])]);
    await p.untilContainer(
      web,
      'is the new one',
      (c) => c.State.Running && c.Config.Env?.includes('MODE=b') === true,
    );
    expect(await p.containers()).toHaveLength(1);
  });
});
