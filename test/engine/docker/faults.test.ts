// An engine that hangs, fails, answers garbage or loses answers: each act ends in exactly one effect or a clear error.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectEngine } from '../../../controller/docker/connect.ts';
import { EngineError } from '../../../controller/errors.ts';
import type { StepOp } from '../../../reconcilers/plan.ts';
import { engineSocket } from '../../../scripts/lib/docker-api.ts';
import { type EngineProxy, type FaultRule, startEngineProxy } from '../../support/engine-proxy.ts';
import { within } from '../../support/pace.ts';
import { openRig, type Rig } from '../../support/rig.ts';
import { patienceMs, until } from '../../support/until.ts';

let folder: string;
let proxy: EngineProxy;
/** Through the proxy. */
let rig: Rig;
/** What a container made and started takes on this machine, ms. */
let startMs: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-proxy-'));
  proxy = await startEngineProxy({ target: engineSocket(), socket: join(folder, 'engine.sock') });
  rig = await openRig({ through: proxy.socket });
  const began = performance.now();
  const containerId = await rig.create({});
  await rig.perform('startContainer', { containerId, files: [] });
  startMs = performance.now() - began;
});

afterEach(() => proxy.clear());

afterAll(async () => {
  proxy.clear();
  await rig.close();
  await proxy.close();
  await rm(folder, { recursive: true, force: true });
});

/** Faults after which it is not known whether the engine acted. */
const uncertain: readonly FaultRule['kind'][] = [
  'hang',
  'hangAfter',
  'refuse',
  'refuseAfter',
  'garbage',
  'drop',
  'dropAnswer',
  'cutAnswer',
];

/**
 * Long enough for a loaded machine where the call is answered or broken. Where it hangs, or is waited for because it may
 * still be at work: what a start takes even then, and less for what may be done twice without harm.
 */
function timeoutFor(kind: FaultRule['kind'], op: StepOp): number {
  if (!['hang', 'hangAfter', 'drop'].includes(kind)) return patienceMs;
  return Math.max(op === 'startContainer' || op === 'restartContainer' ? 3000 : 1000, 4 * startMs);
}

async function containersNamed(name: string): Promise<{ Id: string; State: string }[]> {
  const filters = encodeURIComponent(JSON.stringify({ name: [`^/?${name}$`] }));
  return (await rig.ask('GET', `/containers/json?all=1&filters=${filters}`)) as {
    Id: string;
    State: string;
  }[];
}

async function inspect(id: string): Promise<{
  Name: string;
  State: { Running: boolean; Paused: boolean; StartedAt: string };
  HostConfig: { PidsLimit: number };
  NetworkSettings: { Networks: Record<string, object> };
}> {
  return (await rig.ask('GET', `/containers/${id}/json`)) as never;
}

async function network(name: string): Promise<void> {
  await rig.ask('POST', '/networks/create', { Name: name });
}

describe.each(uncertain)('one call answered with %s', (kind) => {
  const perform: Rig['perform'] = (op, args) => rig.perform(op, args, { timeoutMs: timeoutFor(kind, op) });

  test('creates one container', async () => {
    const creation = rig.creation({});
    proxy.fault({ kind, method: 'POST', path: /^\/containers\/create/, times: 1 });
    const outcome = await perform('createContainer', creation);
    const found = await containersNamed(creation.name);
    expect(found.map((c) => c.Id)).toEqual([outcome.containerId]);
    expect(outcome.changed).toBe(true);
  });

  test.for([
    ['looked at before', {}],
    ['made a moment ago', { made: 'web' }],
  ] as const)('starts it once, %s', async ([, more]) => {
    const id = await rig.create({});
    const before = proxy.counts.get('POST /containers/:/start') ?? 0;
    proxy.fault({ kind, method: 'POST', path: /\/start$/, times: 1 });
    const outcome = await perform('startContainer', { containerId: id, files: [], ...more });
    expect(outcome.changed).toBe(true);
    expect((await inspect(id)).State.Running).toBe(true);
    const acted = !['hang', 'refuse', 'drop'].includes(kind);
    expect((proxy.counts.get('POST /containers/:/start') ?? 0) - before).toBe(acted ? 1 : 2);
  });

  test('restarts it once', async () => {
    const id = await rig.create({});
    await perform('startContainer', { containerId: id, files: [] });
    const started = (await inspect(id)).State.StartedAt;
    const before = proxy.counts.get('POST /containers/:/restart') ?? 0;
    proxy.fault({ kind, method: 'POST', path: /\/restart/, times: 1 });
    await perform('restartContainer', { containerId: id, graceMs: 0, files: [] });
    expect((await inspect(id)).State.StartedAt).not.toBe(started);
    const acted = !['hang', 'refuse', 'drop'].includes(kind);
    expect((proxy.counts.get('POST /containers/:/restart') ?? 0) - before).toBe(acted ? 1 : 2);
  });

  test('renames, updates, connects and disconnects it, stops and removes it', async () => {
    const id = await rig.create({});
    const name = `${rig.prefix}-renamed-${kind}`;
    const net = `${rig.prefix}-net-${kind}`;
    await network(net);
    const once = (path: RegExp, method = 'POST') => proxy.fault({ kind, method, path, times: 1 });
    once(/\/rename/);
    await perform('renameContainer', { containerId: id, name });
    once(/\/update/);
    await perform('updateContainer', { containerId: id, resources: { pids: 77 } });
    once(/\/connect/);
    await perform('connectNetwork', { containerId: id, network: net, attachment: { aliases: ['x'] } });
    const between = await inspect(id);
    expect(between.Name).toBe(`/${name}`);
    expect(between.HostConfig.PidsLimit).toBe(77);
    expect(Object.keys(between.NetworkSettings.Networks)).toContain(net);
    once(/\/disconnect/);
    await perform('disconnectNetwork', { containerId: id, network: net });
    expect(Object.keys((await inspect(id)).NetworkSettings.Networks)).not.toContain(net);
    await perform('startContainer', { containerId: id, files: [] });
    once(/\/stop/);
    await perform('stopContainer', { containerId: id, graceMs: 0 });
    expect((await inspect(id)).State.Running).toBe(false);
    once(/^\/containers\//, 'DELETE');
    await perform('removeContainer', { containerId: id, name, volumes: true });
    expect(await containersNamed(name)).toEqual([]);
    await rig.ask('DELETE', `/networks/${net}`);
  });

  test('makes one network and one volume, and removes them', async () => {
    const name = `${rig.prefix}-made-${kind}`;
    const declared = {
      name,
      engineName: name,
      position: { file: 'x', line: 1, column: 1 },
      origin: 'x',
      labels: {},
      protect: false,
      drift: { mode: 'heal', fields: {} },
      external: false,
      driverOpts: {},
    } as const;
    proxy.fault({ kind, method: 'POST', path: /^\/networks\/create/, times: 1 });
    await perform('createNetwork', { network: { ...declared, kind: 'Network' } });
    const networks = (await rig.engine.networks()).filter((n) => n.name === name);
    expect(networks.length).toBe(1);
    proxy.fault({ kind, method: 'POST', path: /^\/volumes\/create/, times: 1 });
    await perform('createVolume', { volume: { ...declared, kind: 'Volume' } });
    expect((await rig.engine.volumes()).filter((v) => v.name === name).length).toBe(1);
    proxy.fault({ kind, method: 'DELETE', times: 1 });
    await perform('removeNetwork', { networkId: networks[0]?.id ?? '', name });
    proxy.fault({ kind, method: 'DELETE', times: 1 });
    await perform('removeVolume', { name });
    expect((await rig.engine.networks()).filter((n) => n.name === name)).toEqual([]);
    expect((await rig.engine.volumes()).filter((v) => v.name === name)).toEqual([]);
  });
});

describe('an engine that keeps failing', () => {
  test('is tried three times and then told', async () => {
    proxy.fault({ kind: 'refuse', method: 'POST', path: /^\/containers\/create/ });
    const before = proxy.hits();
    const error = await rig.create({}).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code: 500, reason: 'EngineRefused', retryable: true });
    expect(proxy.hits() - before).toBe(3);
  });

  test('that hangs ends in CallTimedOut, and a signal of the caller ends it at once', async () => {
    proxy.fault({ kind: 'hang', path: /^\/containers\/json/ });
    const hasty = await connectEngine({ host: `unix://${proxy.socket}`, env: {}, timeoutMs: 3_000 });
    await expect(hasty.containers()).rejects.toMatchObject({ code: 0, reason: 'CallTimedOut', status: 69 });
    proxy.fault({ kind: 'hang', method: 'POST', path: /^\/containers\/create/ });
    const abort = new AbortController();
    const before = proxy.hits();
    const creating = rig.perform('createContainer', rig.creation({}), {
      signal: abort.signal,
      timeoutMs: 60_000,
    });
    await until(() => proxy.hits() > before, patienceMs, 'the call hangs');
    await within(1_000, async () => {
      abort.abort(new Error('asked to stop'));
      await expect(creating).rejects.toThrow('asked to stop');
    });
  });

  test('that answers garbage or half of an answer is told at once', async () => {
    proxy.fault({ kind: 'garbage', path: /^\/containers\/json/, times: 1 });
    await expect(rig.engine.containers()).rejects.toMatchObject({ reason: 'AnswerGarbled' });
    proxy.fault({ kind: 'cutAnswer', path: /^\/containers\/json/, times: 1 });
    await within(1_000, () =>
      expect(rig.engine.containers()).rejects.toMatchObject({ reason: 'AnswerLost' }),
    );
  });

  test('a signal whose answer is lost is not sent twice', async () => {
    const id = await rig.create({});
    await rig.perform('startContainer', { containerId: id, files: [] });
    const before = proxy.counts.get('POST /containers/:/kill') ?? 0;
    proxy.fault({ kind: 'dropAnswer', path: /\/kill/, times: 1 });
    const sent = rig.perform('signalContainer', { containerId: id, signal: 'SIGHUP', files: [] });
    await expect(sent).rejects.toMatchObject({ reason: 'AnswerLost' });
    expect((proxy.counts.get('POST /containers/:/kill') ?? 0) - before).toBe(1);
  });

  test('that lost count of what is on a network is told apart from one in use, with the way out', async () => {
    const name = `${rig.prefix}-miscounted`;
    await network(name);
    const words = `error while removing network: network ${name} id 5c46 has active endpoints`;
    proxy.fault({ kind: 'deny', words, method: 'DELETE', path: /^\/networks/, times: 1 });
    const removing = rig.perform('removeNetwork', { networkId: name, name });
    await expect(removing).rejects.toMatchObject({ reason: 'NetworkCountLost' });
    await expect(removing).rejects.toThrow('restart it (systemctl restart docker), then take down again');
    await rig.perform('removeNetwork', { networkId: name, name });
  });
});
