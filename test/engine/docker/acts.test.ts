// Single steps on a real engine: what they make, what they find already so, and what they refuse.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RawInspect } from '../../../controller/docker/api.ts';
import type { WatchedFile } from '../../../desired-state/resource.ts';
import { openRig, type Rig, testImage } from '../../support/rig.ts';
import { patienceMs } from '../../support/until.ts';

let rig: Rig;
let folder: string;

beforeAll(async () => {
  rig = await openRig();
  folder = await mkdtemp(join(tmpdir(), 'reeve-acts-'));
});

afterAll(async () => {
  await rig.close();
  await rm(folder, { recursive: true, force: true });
});

const inspect = async (id: string): Promise<RawInspect> =>
  (await rig.ask('GET', `/containers/${id}/json`)) as RawInspect;

async function started(...args: Parameters<Rig['create']>): Promise<string> {
  const id = await rig.create(...args);
  await rig.perform('startContainer', { containerId: id, files: [] });
  return id;
}

const volumeNames = async (): Promise<string[]> => (await rig.engine.volumes()).map((v) => v.name);

const mask = { secretKeys: new Set<string>(), digest: (value: string) => value };

describe('what is already so is success', () => {
  test('a container of the same name and labels is the one that was to be made', async () => {
    const creation = rig.creation({});
    const first = await rig.perform('createContainer', creation);
    expect(await rig.perform('createContainer', creation)).toEqual({
      changed: false,
      containerId: first.containerId,
    });
  });

  test('a container of the same name and other labels is not ours', async () => {
    const creation = rig.creation({});
    await rig.perform('createContainer', creation);
    const other = { ...creation, labels: { ...creation.labels, 'reeve.revision': 'r2' } };
    await expect(rig.perform('createContainer', other)).rejects.toMatchObject({
      code: 409,
      reason: 'NameTaken',
    });
  });

  test('started, stopped, unpaused, renamed, connected, disconnected, removed twice', async () => {
    const name = `${rig.prefix}-twice`;
    const network = `${rig.prefix}-twice`;
    await rig.ask('POST', '/networks/create', { Name: network });
    const id = await rig.create({});
    const twice = async (act: () => Promise<{ changed: boolean }>) => [
      (await act()).changed,
      (await act()).changed,
    ];
    const start = () => rig.perform('startContainer', { containerId: id, files: [] });
    const stop = () => rig.perform('stopContainer', { containerId: id, graceMs: 0 });
    const link = { containerId: id, network };
    expect(await twice(start)).toEqual([true, false]);
    await rig.ask('POST', `/containers/${id}/pause`);
    expect(await twice(() => rig.perform('unpauseContainer', { containerId: id }))).toEqual([true, false]);
    expect(await twice(() => rig.perform('renameContainer', { containerId: id, name }))).toEqual([
      true,
      false,
    ]);
    expect(
      await twice(() => rig.perform('connectNetwork', { ...link, attachment: { aliases: ['a'] } })),
    ).toEqual([true, false]);
    expect(await twice(() => rig.perform('disconnectNetwork', link))).toEqual([true, false]);
    expect(await twice(stop)).toEqual([true, false]);
    const remove = () => rig.perform('removeContainer', { containerId: id, name, volumes: true });
    expect(await twice(remove)).toEqual([true, false]);
    expect((await stop()).changed).toBe(false);
    const { Id } = (await rig.ask('GET', `/networks/${network}`)) as { Id: string };
    const unlink = () => rig.perform('removeNetwork', { networkId: Id, name: network });
    expect(await twice(unlink)).toEqual([true, false]);
    expect(await twice(() => rig.perform('removeVolume', { name: `${rig.prefix}-never` }))).toEqual([
      false,
      false,
    ]);
  });

  test('an alias that is missing is not taken for connected', async () => {
    const network = `${rig.prefix}-alias`;
    await rig.ask('POST', '/networks/create', { Name: network });
    const id = await started({ networks: { [network]: {} } });
    const connecting = rig.perform('connectNetwork', {
      containerId: id,
      network,
      attachment: { aliases: ['db'] },
    });
    await expect(connecting).rejects.toMatchObject({ reason: 'NetworkConnected' });
  });
});

describe('refusals say what is wrong', () => {
  test.each([
    ['a command that is not there', { command: ['/nope'] }, 'CommandNotFound'],
    ['a command that is no program', { command: ['/etc'] }, 'CommandNotFound'],
    ['an image that is not there', { image: 'reeve-nope:1' }, 'ImageMissing'],
    [
      'a host folder that is not there',
      { mounts: [{ type: 'bind', source: '/nope/x', target: '/b' }] },
      'MountMissing',
    ],
    ['a network that is not there', { networks: { 'reeve-nope': {} } }, 'NetworkMissing'],
    ['a network of nobody', { networkMode: 'container:reeve-nope' }, 'NamespaceMissing'],
    ['a user that is not there', { user: 'nobodyhere' }, 'UserMissing'],
    ['a device that is not there', { devices: ['/dev/nope'] }, 'DeviceMissing'],
    ['more CPUs than the host has', { resources: { nanoCpus: 999e9 } }, 'EngineRefused'],
  ] as const)('%s', async (_, spec, reason) => {
    await expect(started(spec as Parameters<Rig['create']>[0])).rejects.toMatchObject({ reason });
  });

  test('a host port that is taken is named, and the container stays created', async () => {
    const holder = await started({ ports: [{ target: 80, protocol: 'tcp' }] });
    const taken = (await rig.engine.containers()).find((c) => c.id === holder)?.ports[0]?.published ?? 0;
    const id = await rig.create({ ports: [{ target: 80, protocol: 'tcp', published: taken }] });
    const starting = rig.perform('startContainer', { containerId: id, files: [] });
    await expect(starting).rejects.toMatchObject({ reason: 'PortTaken' });
    await expect(starting).rejects.toThrow(`host port ${taken} is taken`);
    expect((await rig.engine.inspect(id, mask))?.error).toContain('port is already allocated');
  });

  test('a running container is not removed, a network in use neither', async () => {
    const network = `${rig.prefix}-used`;
    await rig.ask('POST', '/networks/create', { Name: network });
    const id = await started({ networks: { [network]: {} } });
    const removing = rig.perform('removeContainer', { containerId: id, name: 'x', volumes: true });
    await expect(removing).rejects.toMatchObject({ code: 409 });
    const unlinking = rig.perform('removeNetwork', { networkId: network, name: network });
    await expect(unlinking).rejects.toMatchObject({ reason: 'NetworkInUse' });
  });

  test('what a newer engine would be needed for', async () => {
    const { apiVersion } = await rig.engine.info();
    const old = Number(apiVersion.split('.')[1]) < 44;
    const spec = { healthcheck: { test: ['CMD', 'true'], startIntervalMs: 1000 } };
    if (old) await expect(rig.create(spec)).rejects.toMatchObject({ reason: 'EngineTooOld' });
    else await expect(rig.create(spec)).resolves.toBeTypeOf('string');
  });

  test('a model is not pulled by the engine', async () => {
    const model = { model: 'tinyllama:latest' } as never;
    await expect(rig.perform('pullModel', { model })).rejects.toThrow(
      'tinyllama:latest is pulled by its model server',
    );
  });
});

describe('a named volume that must exist', () => {
  const spec = (volume: string) => ({
    mounts: [{ type: 'volume' as const, source: volume, target: '/data' }],
  });

  test('and does not: nothing is made', async () => {
    const volume = `${rig.prefix}-lost`;
    const creation = rig.creation(spec(volume), { mustExist: [volume] });
    await expect(rig.perform('createContainer', creation)).rejects.toMatchObject({ reason: 'VolumeLost' });
    expect(await volumeNames()).not.toContain(volume);
    expect((await rig.engine.containers()).map((c) => c.name)).not.toContain(creation.name);
  });

  test('and goes between create and start: the container never runs on the empty one', async () => {
    const volume = `${rig.prefix}-raced`;
    await rig.ask('POST', '/volumes/create', { Name: volume, Labels: { was: 'full' } });
    const creation = rig.creation(spec(volume), { mustExist: [volume] });
    const { containerId = '' } = await rig.perform('createContainer', creation);
    // The same race, seen from the engine: the container is made while the volume is gone.
    const made = await inspect(containerId);
    await rig.perform('removeContainer', { containerId, name: creation.name, volumes: true });
    await rig.ask('DELETE', `/volumes/${volume}`);
    const again = (await rig.ask('POST', `/containers/create?name=${creation.name}`, {
      ...made.Config,
      HostConfig: made.HostConfig,
    })) as { Id: string };
    expect(await volumeNames()).toContain(volume);
    const starting = rig.perform('startContainer', { containerId: again.Id, files: [] });
    await expect(starting).rejects.toMatchObject({ reason: 'VolumeLost' });
    expect(await volumeNames()).not.toContain(volume);
    expect((await rig.engine.containers()).map((c) => c.id)).not.toContain(again.Id);
  });

  test('and does: the container is made and starts', async () => {
    const volume = `${rig.prefix}-kept`;
    await rig.ask('POST', '/volumes/create', { Name: volume });
    const id = await started(spec(volume), { mustExist: [volume] });
    expect((await inspect(id)).State?.Running).toBe(true);
  });
});

describe('anonymous volumes', () => {
  const spec = { mounts: [{ type: 'volume' as const, target: '/data' }] };

  test('move along to a successor, and go with the last container', async () => {
    const first = await started(spec);
    await rig.engine.exec(first, ['sh', '-c', 'echo kept > /data/file'], patienceMs);
    const inheritVolumes = (await rig.engine.inspect(first, mask))?.anonymousVolumes ?? {};
    expect(Object.keys(inheritVolumes)).toEqual(['/data']);
    await rig.perform('stopContainer', { containerId: first, graceMs: 0 });
    const second = await started(spec, { inheritVolumes });
    await rig.perform('removeContainer', { containerId: first, name: 'first', volumes: false });
    const read = await rig.engine.exec(second, ['cat', '/data/file'], patienceMs);
    expect(read).toEqual({ exitCode: 0, output: 'kept\n' });
    expect((await rig.engine.inspect(second, mask))?.anonymousVolumes).toEqual(inheritVolumes);
    await rig.perform('stopContainer', { containerId: second, graceMs: 0 });
    await rig.perform('removeContainer', { containerId: second, name: 'second', volumes: true });
    expect(await volumeNames()).not.toContain(inheritVolumes['/data']);
  });

  test('that another container still uses stay', async () => {
    const first = await rig.create(spec);
    const inheritVolumes = (await rig.engine.inspect(first, mask))?.anonymousVolumes ?? {};
    await rig.create(spec, { inheritVolumes });
    await rig.perform('removeContainer', { containerId: first, name: 'first', volumes: true });
    expect(await volumeNames()).toContain(inheritVolumes['/data']);
  });
});

describe('secrets and files', () => {
  const file = (copyTo: string, more: Partial<WatchedFile>): WatchedFile => ({
    path: '/nowhere',
    digest: 'x',
    onChange: 'restart',
    copyTo,
    ...more,
  });

  test('are put in before the start, a secret for whoever runs in it, and anew at a restart', async () => {
    const plain = join(folder, 'app.conf');
    await writeFile(plain, 'port=1', { mode: 0o640 });
    const files = [file('/run/secrets/pw', { secret: 'pg' }), file('/etc/app.conf', { path: plain })];
    const context = { secrets: new Map([['pg', 'first']]) };
    const creation = rig.creation({ environment: { PW: { secret: 'pg', digest: 'd' } } }, { files });
    const { containerId = '' } = await rig.perform('createContainer', creation, context);
    await rig.perform('startContainer', { containerId, files }, context);
    const look = [
      'sh',
      '-c',
      'stat -c "%a %u" /run/secrets/pw /etc/app.conf; cat /run/secrets/pw; echo " $PW"',
    ];
    expect((await rig.engine.exec(containerId, look, patienceMs)).output).toBe('444 0\n640 0\nfirst first\n');
    const now = { secrets: new Map([['pg', 'second']]) };
    await rig.perform('restartContainer', { containerId, graceMs: 0, files }, now);
    expect((await rig.engine.exec(containerId, look, patienceMs)).output).toBe(
      '444 0\n640 0\nsecond first\n',
    );
  });

  test('can be read by any user of the container', async () => {
    const files = [file('/run/secrets/pw', { secret: 'pg' })];
    const creation = rig.creation({ user: '1000:1001' }, { files });
    const { containerId = '' } = await rig.perform('createContainer', creation, {
      secrets: new Map([['pg', 'v']]),
    });
    await rig.perform('startContainer', { containerId, files: [] });
    expect((await rig.engine.exec(containerId, ['cat', '/run/secrets/pw'], patienceMs)).output).toBe('v');
  });

  test('come back as keyed digests and nowhere in clear', async () => {
    const context = { secrets: new Map([['pg', 'hunter2']]) };
    const creation = rig.creation({ environment: { PW: { secret: 'pg', digest: 'd' }, PLAIN: 'x' } });
    const { containerId = '' } = await rig.perform('createContainer', creation, context);
    const detail = await rig.engine.inspect(containerId, {
      secretKeys: new Set(['PW']),
      digest: (value) => `keyed-${value.length}`,
    });
    expect(detail?.spec.environment).toEqual({ PW: { secret: '', digest: 'keyed-7' }, PLAIN: 'x' });
    expect(JSON.stringify(detail)).not.toContain('hunter2');
  });

  test('that are not loaded, cannot be read or would be hidden leave no container', async () => {
    const wrong: [Partial<WatchedFile>, string, Parameters<Rig['creation']>[0]][] = [
      [{ secret: 'absent' }, 'the value of secret "absent" for /run/secrets/pw is not loaded', {}],
      [{ path: join(folder, 'absent') }, 'cannot be read to be copied to /run/secrets/pw', {}],
      [
        { secret: 'pg' },
        'would be hidden by the tmpfs on /run',
        { mounts: [{ type: 'tmpfs', target: '/run' }] },
      ],
      [{ secret: 'pg' }, 'rootfs is marked read-only', { readOnly: true }],
    ];
    for (const [more, words, spec] of wrong) {
      const creation = rig.creation(spec, { files: [file('/run/secrets/pw', more)] });
      const creating = rig.perform('createContainer', creation, { secrets: new Map([['pg', 'v']]) });
      await expect(creating).rejects.toThrow(words);
      expect((await rig.engine.containers()).map((c) => c.name)).not.toContain(creation.name);
    }
  });
});

describe('updates', () => {
  test('raise and lower memory while it runs, and take a limit of processes away', async () => {
    const id = await started({ resources: { memoryBytes: 64 << 20, pids: 50 } });
    for (const memoryBytes of [256 << 20, 32 << 20]) {
      await rig.perform('updateContainer', { containerId: id, resources: { memoryBytes } });
      const { HostConfig } = await inspect(id);
      expect([HostConfig?.Memory, HostConfig?.MemorySwap]).toEqual([memoryBytes, memoryBytes * 2]);
    }
    const restart = { name: 'on-failure', maxRetries: 3 } as const;
    await rig.perform('updateContainer', { containerId: id, resources: { pids: -1 }, restart });
    const spec = (await rig.engine.inspect(id, mask))?.spec;
    expect(spec?.resources.pids).toBeUndefined();
    expect(spec?.restart).toEqual(restart);
  });
});

describe('images', () => {
  test('are found as the engine resolves them, by reference and by id', async () => {
    const id = (await rig.engine.images([testImage]))[testImage] ?? '';
    expect(id).toMatch(/^sha256:/);
    expect(await rig.engine.images([id, `docker.io/library/${testImage}`, 'reeve-nope:1'])).toEqual({
      [id]: id,
      [`docker.io/library/${testImage}`]: id,
    });
  });

  test('a container is made by reference where it still means the pinned image, else by its id', async () => {
    const id = (await rig.engine.images([testImage]))[testImage] ?? '';
    const byName = await rig.create({}, { imageId: id });
    expect((await inspect(byName)).Config?.Image).toBe(testImage);
    const byId = await rig.create({ image: 'reeve-moved:1' }, { imageId: id });
    expect((await inspect(byId)).Config?.Image).toBe(id);
  });

  test('a pull that cannot be made says so', async () => {
    const pulling = rig.perform('pullImage', { image: '127.0.0.1:1/reeve-nope:1' }, { timeoutMs: 20_000 });
    await expect(pulling).rejects.toThrow('pull image 127.0.0.1:1/reeve-nope:1');
  });
});
