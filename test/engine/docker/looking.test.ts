// What the port shows of a real engine: lists, events, logs, commands run inside, and what it costs to look.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../controller/engine.ts';
import { startEngineProxy } from '../../support/engine-proxy.ts';
import { openRig, type Rig } from '../../support/rig.ts';
import { patienceMs, until } from '../../support/until.ts';

let rig: Rig;

beforeAll(async () => {
  rig = await openRig();
});

afterAll(() => rig.close());

const one = async (id: string) => (await rig.engine.containers()).find((c) => c.id === id);

async function started(...args: Parameters<Rig['create']>): Promise<string> {
  const id = await rig.create(...args);
  await rig.perform('startContainer', { containerId: id, files: [] });
  return id;
}

const script = (text: string) => ({ command: ['sh', '-c', text] });

describe('the list call', () => {
  test('tells state, health, exit code, ports, networks, volumes and labels', async () => {
    const network = `${rig.prefix}-list`;
    const volume = `${rig.prefix}-list`;
    await rig.ask('POST', '/networks/create', { Name: network });
    await rig.ask('POST', '/volumes/create', { Name: volume });
    const creation = rig.creation({
      labels: { part: 'data' },
      networks: { [network]: {} },
      ports: [{ target: 80, protocol: 'tcp', hostIp: '127.0.0.1' }],
      mounts: [
        { type: 'volume', source: volume, target: '/data' },
        { type: 'volume', target: '/anonymous' },
      ],
      // Says nothing before it is asked to: until then it is starting, however long the looks take.
      healthcheck: {
        test: ['CMD-SHELL', 'until test -e /tmp/asked; do sleep 0.1; done; test -e /tmp/well'],
        intervalMs: 1000,
        timeoutMs: 300_000,
        retries: 1,
      },
    });
    const { containerId: id = '' } = await rig.perform('createContainer', creation);
    expect(await one(id)).toMatchObject({
      name: creation.name,
      state: 'created',
      ports: [],
      volumes: [volume],
    });
    await rig.perform('startContainer', { containerId: id, files: [] });
    const running = await one(id);
    expect(running).toMatchObject({ state: 'running', health: 'starting' });
    expect(running?.labels).toMatchObject({ part: 'data', ...creation.labels });
    expect(running?.ports).toMatchObject([{ hostIp: '127.0.0.1', target: 80, protocol: 'tcp' }]);
    expect(running?.ports[0]?.published).toBeGreaterThan(0);
    expect(Object.keys(running?.networks ?? {})).toEqual([network]);
    expect(running?.networks[network]?.ipAddress).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    await rig.engine.exec(id, ['touch', '/tmp/asked'], patienceMs);
    await until(async () => (await one(id))?.health === 'unhealthy', patienceMs, 'unhealthy');
    await rig.engine.exec(id, ['touch', '/tmp/well'], patienceMs);
    await until(async () => (await one(id))?.health === 'healthy', patienceMs, 'healthy');
    await rig.ask('POST', `/containers/${id}/pause`);
    expect((await one(id))?.state).toBe('paused');
    await rig.ask('POST', `/containers/${id}/kill`);
    await until(async () => (await one(id))?.state === 'exited', patienceMs, 'exited');
    expect(await one(id)).toMatchObject({ state: 'exited', exitCode: 137 });
  });

  test('is one call and no inspect, also for networks and volumes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reeve-count-'));
    const proxy = await startEngineProxy({ target: rig.socket, socket: join(folder, 's') });
    const through = await openRig({ through: proxy.socket });
    await Promise.all([through.engine.containers(), through.engine.networks(), through.engine.volumes()]);
    expect(Object.fromEntries(proxy.counts)).toEqual({
      'GET /_ping': 1,
      'GET /containers/json': 1,
      'GET /networks': 1,
      'GET /volumes': 1,
    });
    await through.close();
    await proxy.close();
    await rm(folder, { recursive: true });
  });

  test('an inspect of what is gone is no error', async () => {
    expect(
      await rig.engine.inspect('0123456789ab', { secretKeys: new Set(), digest: String }),
    ).toBeUndefined();
  });
});

describe('events', () => {
  test('tell what happened, in order, to parts of a millisecond, without those of exec', async () => {
    const abort = new AbortController();
    const events: EngineEvent[] = [];
    const creation = rig.creation({ healthcheck: { test: ['CMD', 'false'], intervalMs: 1000, retries: 1 } });
    const since = Date.now();
    const following = (async () => {
      for await (const event of rig.engine.events(since, abort.signal)) {
        if (event.attributes['name'] === creation.name) events.push(event);
      }
    })();
    const { containerId = '' } = await rig.perform('createContainer', creation);
    await rig.perform('startContainer', { containerId, files: [] });
    const unhealthy = () => events.some((e) => e.action === 'health_status: unhealthy');
    await until(unhealthy, patienceMs, 'the event of bad health');
    await rig.engine.exec(containerId, ['true'], patienceMs);
    await rig.perform('stopContainer', { containerId, graceMs: 0 });
    await rig.perform('removeContainer', { containerId, name: creation.name, volumes: true });
    await until(() => events.some((e) => e.action === 'destroy'), patienceMs, 'destroy');
    abort.abort();
    await following;
    const actions = events.map((e) => e.action);
    expect(actions.slice(0, 2)).toEqual(['create', 'start']);
    expect(actions).toEqual(expect.arrayContaining(['health_status: unhealthy', 'die', 'destroy']));
    expect(actions.filter((a) => a.startsWith('exec'))).toEqual([]);
    expect(events.every((e) => e.type === 'container' && e.id === containerId && e.at >= since)).toBe(true);
    expect(events.some((e) => !Number.isInteger(e.at))).toBe(true);
    expect(events.map((e) => e.at)).toEqual([...events].map((e) => e.at).sort((a, b) => a - b));
  });

  test('of before are replayed from a time on', async () => {
    const creation = rig.creation({});
    const since = Date.now() - 1;
    await rig.perform('createContainer', creation);
    const abort = new AbortController();
    const seen: string[] = [];
    for await (const event of rig.engine.events(since, abort.signal)) {
      if (event.attributes['name'] !== creation.name) continue;
      seen.push(event.action);
      abort.abort();
    }
    expect(seen).toEqual(['create']);
  });

  test('live longer than a call may take, and a stream that is cut throws', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reeve-cut-'));
    const proxy = await startEngineProxy({ target: rig.socket, socket: join(folder, 's') });
    const through = await openRig({ through: proxy.socket, timeoutMs: 2_000 });
    const began = Date.now();
    const abort = new AbortController();
    const following = (async () => {
      for await (const _ of through.engine.events(Date.now() + 60_000, abort.signal));
    })();
    const failed = following.catch((error: unknown) => error);
    await until(() => Date.now() - began > 4_000, patienceMs, 'longer than the time-out');
    proxy.cutEvents();
    expect(await failed).toMatchObject({ code: 0, reason: 'EngineUnreachable' });
    expect(Date.now() - began).toBeGreaterThan(4_000);
    await through.close();
    await proxy.close();
    await rm(folder, { recursive: true });
  });
});

describe('logs', () => {
  test('come as lines of both streams, the last without an end too', async () => {
    const id = await started(script('echo one; echo two >&2; printf "ümlaut\\n\\nlast"'));
    await until(async () => (await one(id))?.state === 'exited', patienceMs, 'exited');
    const lines: string[] = [];
    for await (const { stream, line } of rig.engine.logs(id, {})) lines.push(`${stream}: ${line}`);
    const of = (stream: string) => lines.filter((l) => l.startsWith(`${stream}: `));
    expect(of('stdout')).toEqual(['stdout: one', 'stdout: ümlaut', 'stdout: ', 'stdout: last']);
    expect(of('stderr')).toEqual(['stderr: two']);
    const tail: string[] = [];
    for await (const { line } of rig.engine.logs(id, { tail: 1, timestamps: true })) tail.push(line);
    expect(tail).toEqual([expect.stringMatching(/^20\d\d-\d\d-\d\dT.* last$/)]);
  });

  test('of a terminal have no frames', async () => {
    const id = await started({ ...script('echo one; echo two >&2'), tty: true });
    await until(async () => (await one(id))?.state === 'exited', patienceMs, 'exited');
    const lines: string[] = [];
    for await (const { stream, line } of rig.engine.logs(id, {})) lines.push(`${stream}: ${line}`);
    expect(lines).toEqual(['stdout: one', 'stdout: two']);
  });

  test('are followed until the signal, and a container that is not there is said', async () => {
    const id = await started(
      script('trap "exit 0" TERM; i=0; while :; do echo $((i=i+1)); sleep 0.05; done'),
    );
    const abort = new AbortController();
    const lines: string[] = [];
    for await (const { line } of rig.engine.logs(id, { follow: true, signal: abort.signal })) {
      lines.push(line);
      if (lines.length === 3) abort.abort();
    }
    expect(lines.slice(0, 3)).toEqual(['1', '2', '3']);
    const none = rig.engine.logs('reeve-nope', {})[Symbol.asyncIterator]();
    await expect(none.next()).rejects.toMatchObject({ code: 404, reason: 'ContainerMissing' });
  });
});

describe('a command run inside', () => {
  test('gives its exit code and the beginning of its output', async () => {
    const id = await started({});
    const run = (command: string[], timeoutMs = patienceMs) => rig.engine.exec(id, command, timeoutMs);
    expect(await run(['sh', '-c', 'echo out; exit 3'])).toEqual({ exitCode: 3, output: 'out\n' });
    const long = await run(['sh', '-c', 'i=0; while [ $i -lt 2000 ]; do echo 0123456789; i=$((i+1)); done']);
    expect([long.exitCode, long.output.length]).toEqual([0, 4096]);
    expect((await run(['no-such-command'])).exitCode).toBe(126);
    await expect(run(['sleep', '300'], 3_000)).rejects.toMatchObject({ reason: 'CommandTimedOut' });
  });
});
