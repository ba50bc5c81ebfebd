// Namespaces shared with another container, on a real engine: whoever shares is where the other is, whatever happens to it.

import { readlink } from 'node:fs/promises';
import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { patienceMs, until } from '../support/until.ts';
import { act } from '../support/world.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

const [vpn, web] = ['Service/vpn', 'Service/web'];

async function namespace(p: TestPlatform, ref: string, kind: 'net' | 'pid'): Promise<string> {
  return readlink(`/proc/${(await p.container(ref)).State.Pid}/ns/${kind}`);
}

const untilTogether = (p: TestPlatform, kind: 'net' | 'pid') =>
  until(
    async () => (await namespace(p, vpn, kind)) === (await namespace(p, web, kind)),
    patienceMs,
    `web is in the ${kind} namespace of vpn`,
  );

async function together(t: TestContext, mode: string): Promise<TestPlatform> {
  const p = await platformFor(t);
  await keep(p, [service('vpn'), service('web', [`${mode}: service:vpn`])]);
  return p;
}

describe.concurrent('who shares the network of another', () => {
  test.for(['kill', 'restart'])('is restarted, not made anew, after a %s of the other', async (verb, t) => {
    const p = await together(t, 'network_mode');
    const before = { vpn: await p.container(vpn), web: await p.container(web) };
    await act(p.socket, before.vpn.Id, verb);
    await until(
      async () => (await p.container(vpn)).State.StartedAt !== before.vpn.State.StartedAt,
      patienceMs,
      'vpn was started again',
    );
    await untilTogether(p, 'net');
    expect((await p.container(web)).Id).toBe(before.web.Id);
    await p.untilEvent(web, 'NamespaceLost', /Service\/vpn was started again/);
  });

  test('is made anew with it, and the cause names it', async (t) => {
    const p = await together(t, 'network_mode');
    const before = await p.container(web);
    await p.declare([
      service('vpn', ['environment: {MODE: b}']),
      service('web', ['network_mode: service:vpn']),
    ]);
    await until(async () => (await p.container(web)).Id !== before.Id, patienceMs, 'web is another');
    await untilTogether(p, 'net');
    await p.untilEvent(web, 'NamespaceReplaced', /the network of Service\/vpn/);
    await until(async () => (await p.containers()).length === 2, patienceMs, 'the old ones are gone');
  });
});

test('who shares the processes of another ends with it and is started again, no failure counted', async (t) => {
  const p = await together(t, 'pid');
  const before = { vpn: await p.container(vpn), web: await p.container(web) };
  await act(p.socket, before.vpn.Id, 'kill');
  await p.untilContainer(
    web,
    'was started again',
    (c) => c.State.Running && c.State.StartedAt !== before.web.State.StartedAt,
  );
  await untilTogether(p, 'pid');
  await p.untilEvent(web, 'NamespaceEnded', /Service\/vpn/);
  expect((await p.fromStore((s) => s.facts())).attempts).toEqual({});
});
