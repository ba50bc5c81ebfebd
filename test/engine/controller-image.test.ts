// The Dockerfile, built on a base made on this machine: the controller in a container keeps a platform on the engine
// whose socket it is given, and leaves its own container alone.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askEngine, callEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { remoteFor } from '../support/git-remote.ts';
import { ensureTestImage, testImage } from '../support/images.ts';
import { patienceMs, until } from '../support/until.ts';
import { containerOf, containersOf, inspect, removePlatform } from '../support/world.ts';

const image = 'reeve:test';
const platform = `reeve-image-${randomBytes(4).toString('hex')}`;
const controller = `${platform}-controller`;
const stateVolume = `${platform}-state`;

let socket: string;
let folder: string;

function manifest(names: readonly string[]): string {
  const head = `apiVersion: reeve/v1\nkind: Platform\nmetadata: {name: ${platform}}\n`;
  const services = names.map(
    (name) =>
      `apiVersion: reeve/v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {image: "${testImage}", network_mode: none}\n`,
  );
  return [head, ...services].join('---\n');
}

interface Run {
  readonly name: string;
  readonly command: readonly string[];
  readonly binds: readonly string[];
  readonly env?: readonly string[];
}

async function startController({ name, command, binds, env = [] }: Run): Promise<void> {
  const { gid } = await stat(socket);
  const created = await askEngine(socket, 'POST', `/containers/create?name=${name}`, {
    Image: image,
    Cmd: ['run', ...command],
    Env: env,
    HostConfig: { Binds: [`${socket}:/var/run/docker.sock`, ...binds], GroupAdd: [String(gid)] },
  });
  const { Id } = JSON.parse(created.body) as { Id: string };
  await askEngine(socket, 'POST', `/containers/${Id}/start`);
}

beforeAll(async () => {
  ({ socket } = await ensureEngine());
  await ensureTestImage(socket);
  await promisify(execFile)('scripts/docker-build', [image], { maxBuffer: 1 << 24 });
  folder = await mkdtemp(join(tmpdir(), 'reeve-image-'));
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'reeve.yaml'), manifest(['one', 'two', 'three']));
}, 300_000);

afterAll(async () => {
  await callEngine(socket, 'DELETE', `/containers/${controller}?force=1&v=1`);
  await removePlatform(socket, platform);
  await callEngine(socket, 'DELETE', `/volumes/${stateVolume}?force=1`);
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function runningCount(): Promise<number> {
  const containers = await containersOf(socket, platform);
  return containers.filter(({ state }) => state === 'running').length;
}

test('the controller in a container brings up a platform, keeps it, and leaves itself alone', async () => {
  await startController({
    name: controller,
    command: ['-f', `${folder}/reeve.yaml`],
    binds: [`${folder}:${folder}:ro`, `${stateVolume}:/state`],
  });
  await until(async () => (await runningCount()) === 3, 60_000, 'three services run');
  const before = await inspect(socket, controller);

  const victim = await containerOf(socket, platform, 'Service/two');
  await askEngine(socket, 'POST', `/containers/${victim.Id}/kill`);
  await until(
    async () => (await inspect(socket, victim.Id)).State.Running && (await runningCount()) === 3,
    patienceMs,
    'the killed service runs again',
  );

  await writeFile(join(folder, 'reeve.yaml'), manifest(['one', 'two', 'three', 'four']));
  await until(async () => (await runningCount()) === 4, patienceMs, 'a service added to the manifest runs');

  await until(
    async () => (await inspect(socket, controller)).State.Health?.Status === 'healthy',
    patienceMs,
    'the controller is healthy',
  );
  const after = await inspect(socket, controller);
  expect({ id: after.Id, startedAt: after.State.StartedAt }).toEqual({
    id: before.Id,
    startedAt: before.State.StartedAt,
  });
});

test('from git: what a commit mounts is at the same path for the engine as for the controller', async (t) => {
  const name = `${platform}-git`;
  const files = (words: string) => ({
    'reeve.yaml': [
      `apiVersion: reeve/v1\nkind: Platform\nmetadata: {name: ${name}}\n`,
      `apiVersion: reeve/v1\nkind: Service\nmetadata: {name: web}\nspec: {image: "${testImage}", network_mode: none, volumes: ["./motd:/motd:ro"]}\n`,
    ].join('---\n'),
    motd: words,
  });
  const remote = await remoteFor(t, files('first'));
  t.onTestFinished(async () => {
    await callEngine(socket, 'DELETE', `/containers/${name}-controller?force=1&v=1`);
    await removePlatform(socket, name);
  });
  const state = join(remote.folder, 'state');
  await mkdir(state);
  // Both are the user's in the container: git reads no repository of another.
  await writeFile(join(remote.folder, 'gitconfig'), '[safe]\n\tdirectory = *\n');
  await chmod(remote.folder, 0o755);
  for (const path of [remote.url, state]) await chown(path, 1000, 1000);
  await startController({
    name: `${name}-controller`,
    command: ['--git', remote.url, '--ref', 'main', '--poll', '1s'],
    binds: [`${remote.folder}:${remote.folder}`],
    env: [`XDG_STATE_HOME=${state}`],
  });
  const untilMounted = (words: string) =>
    until(
      async () => {
        const web = await containerOf(socket, name, 'Service/web');
        const [mount] = web.Mounts;
        const found = await readFile(mount?.Source ?? '', 'utf8');
        if (!web.State.Running || found !== words) throw new Error(`${web.State.Status}: ${found}`);
        return web;
      },
      patienceMs,
      `it runs with ${words}`,
    );
  const before = await untilMounted('first');
  await remote.push('second', files('second'));
  const after = await untilMounted('second');
  expect({ id: after.Id, source: after.Mounts[0]?.Source }).toEqual({
    id: before.Id,
    source: before.Mounts[0]?.Source,
  });
  await until(
    async () => (await inspect(socket, `${name}-controller`)).State.Health?.Status === 'healthy',
    patienceMs,
    'the controller is healthy',
  );
});
