// A running Compose project under reeve and back, on a real engine with real databases: nothing is restarted, nothing is
// lost, nothing is made twice. And a container of docker run, taken with the manifest that describes it.

import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { makeImages, postgres, redis } from '../../scripts/lib/demo-images.ts';
import { askEngine, callEngine } from '../../scripts/lib/docker-api.ts';
import { compose, ensureCompose } from '../support/compose.ts';
import { ensureEngine } from '../support/engine.ts';
import { execIn } from '../support/exec-in.ts';
import { ensureTestImage } from '../support/images.ts';
import { newPlatform, type TestPlatform } from '../support/platform.ts';
import { reeve, startController } from '../support/reeve.ts';
import { untag } from '../support/throwaway-image.ts';
import { patienceMs, until } from '../support/until.ts';
import { inspect } from '../support/world.ts';

let socket: string;

beforeAll(async () => {
  ({ socket } = await ensureEngine());
  await ensureCompose();
  await ensureTestImage(socket);
  await makeImages([postgres, redis]);
}, 300_000);

const loop = `["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait $$!; done"]`;

/** Two databases with volumes, one that writes into a volume, a shared namespace, and four more; of 20: adoption-v5. */
function project(env = 'first'): string {
  const small = Array.from({ length: 4 }, (_, i) => `  small${i}: {image: reeve-test:1, command: ${loop}}`);
  return `version: "3.8"
services:
  postgres:
    image: reeve-demo/postgres:15
    environment: {POSTGRES_DB: demo, POSTGRES_PASSWORD: not-so-secret}
    volumes: ["pg:/var/lib/postgresql/data"]
    networks: [data]
    shm_size: 64m
    stop_signal: SIGINT
    healthcheck: {test: ["CMD", "pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"], interval: 2s, timeout: 10s, retries: 30}
    restart: unless-stopped
  redis:
    image: reeve-demo/redis:7
    command: [redis-server, --protected-mode, "no", --appendonly, "yes", --dir, /data]
    volumes: ["cache:/data"]
    networks: {data: {aliases: [cache]}}
    mem_limit: 128m
    restart: always
  writer:
    image: reeve-test:1
    command: ${loop}
    environment: {STAGE: ${env}}
    volumes: [{type: volume, source: files, target: /files, volume: {nocopy: true}}, "./conf:/conf:ro"]
    tmpfs: ["/scratch:size=1m"]
    depends_on: [redis, postgres]
    networks: [default, data]
    ulimits: {nofile: {soft: 1000, hard: 2000}}
    logging: {driver: json-file, options: {max-size: 1m}}
  side:
    image: reeve-test:1
    command: ${loop}
    network_mode: service:redis
${small.join('\n')}
volumes: {pg: {}, cache: {}, files: {}}
networks: {data: {}}
`;
}

interface Life {
  readonly id: string;
  readonly pid: number;
}

/** Id and pid of every container of the project, by service. */
async function lives(name: string): Promise<Record<string, Life>> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${name}`] }));
  const { body } = await askEngine(socket, 'GET', `/containers/json?all=1&filters=${filters}`);
  const listed = JSON.parse(body) as { Id: string; Labels: Record<string, string> }[];
  const found: Record<string, Life> = {};
  for (const { Id, Labels } of listed) {
    const service = `${Labels['com.docker.compose.service']}`;
    if (service in found) throw new Error(`a second container of ${service}`);
    found[service] = { id: Id, pid: (await inspect(socket, Id)).State.Pid };
  }
  return found;
}

/** A fresh project, up by docker-compose; taken down with its volumes at the end. */
async function composed(file: string): Promise<TestPlatform> {
  const p = await newPlatform();
  onTestFinished(async () => {
    await compose(p.manifests, p.name, 'down', '-v', '-t', '1').catch(() => undefined);
    await p.close();
  });
  await p.write('conf/app.conf', 'a setting\n');
  await p.write('docker-compose.yml', file);
  await compose(p.manifests, p.name, 'up', '-d', '-t', '1');
  return p;
}

/** `docker exec` in the container of a service. */
async function inside(p: TestPlatform, service: string, ...command: readonly string[]): Promise<string> {
  const { id = '' } = (await lives(p.name))[service] ?? {};
  return execIn(socket, id, ...command);
}

const sql = (p: TestPlatform, text: string): Promise<string> =>
  inside(p, 'postgres', 'psql', '-At', '-c', text, 'postgres://postgres:not-so-secret@127.0.0.1/demo');

/** The data of all three, read back. */
async function data(p: TestPlatform): Promise<string[]> {
  return [
    await sql(p, 'select word from kept'),
    await inside(p, 'redis', 'redis-cli', 'get', 'kept'),
    await inside(p, 'writer', 'cat', '/files/kept'),
  ];
}

test('a project of 8 with its data is adopted, changed, kept and given back: same ids, same pids, same data', async () => {
  const p = await composed(project());
  await until(async () => (await sql(p, 'select 1')) === '1', 60_000, 'Postgres answers');
  await sql(p, "create table kept (word text); insert into kept values ('postgres')");
  await inside(p, 'redis', 'redis-cli', 'set', 'kept', 'redis');
  await inside(p, 'writer', 'sh', '-c', 'echo volume > /files/kept');
  const kept = ['postgres', 'redis', 'volume'];
  const before = await lives(p.name);
  expect(Object.keys(before)).toHaveLength(8);

  // A controller without a store touches nothing, and makes no second one.
  const stranger = await p.run('-p', p.name);
  await p.untilCondition('Service/writer', 'Degraded', /NotAdopted/);
  expect((await stranger.stop()).code).toBe(0);
  expect(await p.containers()).toEqual([]);
  expect((await p.reeve('resume', '-p', p.name)).stderr).toContain('reeve adopt');

  const planned = await p.reeve('plan', '-p', p.name, '-f', p.manifests, '--detailed-exitcode');
  expect(planned).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('8 containers, 2 networks and 3 volumes'),
  });

  // By name alone: the files are the ones that Compose wrote on the containers.
  const adopted = await p.reeve('adopt', '-p', p.name);
  expect(adopted).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('nothing differs') });
  expect(await lives(p.name)).toEqual(before);
  expect(await p.reeve('adopt', '-p', p.name)).toMatchObject({ code: 64 });

  const applied = await p.apply('-p', p.name);
  expect(applied.stdout).toContain('0 steps done, 13 of 13 ready');
  expect(await lives(p.name)).toEqual(before);

  // A change of reeve's own, in place.
  await p.write('limits.yaml', limits('192m'));
  await p.apply('-p', p.name);
  expect(await lives(p.name)).toEqual(before);
  expect((await inspect(socket, before['writer']?.id ?? '')).HostConfig.Memory).toBe(192 * 2 ** 20);

  const controller = await p.run('-p', p.name);
  await p.untilReady('Service/postgres');
  expect(await data(p)).toEqual(kept);
  await controller.stop();
  expect(await lives(p.name)).toEqual(before);

  const disowned = await p.reeve('disown', '-p', p.name);
  expect(disowned).toMatchObject({ code: 0, stdout: expect.stringContaining('8 containers are no longer') });
  expect(await compose(p.manifests, p.name, 'up', '-d', '-t', '1')).not.toMatch(/Recreat|Creat|Start/);
  expect(await lives(p.name)).toEqual(before);
  expect(await data(p)).toEqual(kept);
  expect(await p.reeve('disown', '-p', p.name)).toMatchObject({ code: 64 });
});

function limits(memory: string): string {
  return `apiVersion: reeve/v1
kind: ResourceLimits
metadata: {name: more}
spec: {selector: {name: writer}, limits: {memory: ${memory}}}
`;
}

const three = (stage: string): string => `version: "3.8"
services:
  web: {image: reeve-test:1, command: ${loop}, environment: {STAGE: ${stage}}}
  side: {image: reeve-test:1, command: ${loop}, volumes: ["files:/files"]}
volumes: {files: {}}
`;

describe('where something differs', () => {
  test('adopt shows the fields and does nothing, nor does a controller; apply recreates that one, and Compose counts it in', async () => {
    const p = await composed(three('first'));
    const before = await lives(p.name);
    await p.write('docker-compose.yml', three('second'));
    const adopted = await p.reeve('adopt', '-p', p.name);
    expect(adopted.stdout).toContain('environment.STAGE: first → second');
    expect(adopted.stdout).toContain('nothing is done before reeve apply');
    const controller = await p.run('-p', p.name);
    await p.untilCondition('Service/web', 'Held', /NotApplied/);
    expect(await lives(p.name)).toEqual(before);
    await controller.stop();

    await p.apply('-p', p.name);
    const after = await lives(p.name);
    expect(after['side']).toEqual(before['side']);
    expect(after['web']?.id).not.toBe(before['web']?.id);

    await p.reeve('disown', '-p', p.name);
    // Compose makes anew what it did not make itself, and nothing else; there is never a second one.
    await compose(p.manifests, p.name, 'up', '-d', '-t', '1');
    const returned = await lives(p.name);
    expect(returned['side']).toEqual(before['side']);
    expect(Object.keys(returned).sort()).toEqual(['side', 'web']);
  });

  test('a variable of the image that the project takes away is no difference, nor does a recreate bring it back', async () => {
    const image = `bare-${randomBytes(4).toString('hex')}:1`;
    const { body } = await askEngine(socket, 'POST', '/containers/create', { Image: 'reeve-test:1' });
    const { Id } = JSON.parse(body) as { Id: string };
    const changes = encodeURIComponent('ENV TAKEN=fromimage');
    const named = `repo=${image.replace(/:.*/, '')}&tag=1`;
    await askEngine(socket, 'POST', `/commit?container=${Id}&${named}&changes=${changes}`, {});
    await callEngine(socket, 'DELETE', `/containers/${Id}`);
    // Registered before the project's own, so run after it.
    onTestFinished(() => untag(image));
    const file = (stage: string): string => `version: "3.8"
services:
  bare: {image: "${image}", command: ${loop}, environment: [TAKEN, STAGE=${stage}]}
`;
    const p = await composed(file('first'));
    const before = await lives(p.name);
    expect(await inside(p, 'bare', 'env')).not.toContain('TAKEN');
    const adopted = await p.reeve('adopt', '-p', p.name);
    expect(adopted).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing differs') });
    expect(await lives(p.name)).toEqual(before);

    await p.write('docker-compose.yml', file('second'));
    await p.apply('-p', p.name);
    expect((await lives(p.name))['bare']?.id).not.toBe(before['bare']?.id);
    const variables = await inside(p, 'bare', 'env');
    expect(variables).toContain('STAGE=second');
    expect(variables).not.toContain('TAKEN');
    expect((await p.apply('-p', p.name)).stdout).toContain('0 steps done');
  });

  test('a lost store finds what was adopted again: it says so, touches nothing, and an apply goes on', async () => {
    const p = await composed(three('first'));
    const before = await lives(p.name);
    await p.apply('-p', p.name);
    const elsewhere = { state: `${p.folder}/another`, cwd: p.manifests, socket };
    const files = ['-p', p.name, '-f', p.manifests];
    const status = await reeve(['plan', ...files], elsewhere);
    expect(status.stdout).toContain('2 containers, 1 network and 1 volume');
    const controller = await startController(files, elsewhere);
    onTestFinished(async () => void (await controller.kill9()));
    const suspended = await reeve(['status', ...files], elsewhere);
    expect(suspended.stdout).toContain('nobody has adopted it');
    expect(await lives(p.name)).toEqual(before);
    // Through the controller, which keeps them from then on.
    const adopted = await reeve(['adopt', ...files], elsewhere);
    expect(adopted).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing differs') });
    expect(await lives(p.name)).toEqual(before);
    const { id = '' } = before['web'] ?? {};
    await askEngine(socket, 'POST', `/containers/${id}/kill`);
    await until(
      async () => (await inspect(socket, id)).State.Running,
      patienceMs,
      'the killed one runs again',
    );
    expect((await lives(p.name))['side']).toEqual(before['side']);
  });
});

test('a container of docker run is taken with a manifest that differs in nothing', async () => {
  const p = await newPlatform();
  onTestFinished(() => p.close(), 60_000);
  const name = `plain-${randomBytes(4).toString('hex')}`;
  const volume = `${p.name}_kept`;
  const config = {
    Image: 'reeve-test:1',
    Cmd: ['sh', '-c', 'sleep 1000 & wait'],
    Env: ['PRICE=5$', 'MODE=yes', 'API_TOKEN=a-token'],
    Labels: { team: 'no' },
    Hostname: 'hh',
    User: '1000',
    WorkingDir: '/tmp',
    StopTimeout: 3,
    ExposedPorts: { '80/tcp': {}, '9/udp': {} },
    Healthcheck: { Test: ['CMD-SHELL', 'true'], Interval: 5_000_000_000, Retries: 2 },
    HostConfig: {
      Binds: [`${p.manifests}:/conf:ro`, `${volume}:/data`],
      PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] },
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
      Memory: 64 * 2 ** 20,
      NanoCpus: 500_000_000,
      PidsLimit: 50,
      CapAdd: ['NET_ADMIN'],
      Tmpfs: { '/run': 'size=1m,mode=1777' },
      Ulimits: [{ Name: 'nofile', Soft: 100, Hard: 200 }],
      Dns: ['127.0.0.1'],
      ExtraHosts: ['db:10.0.0.9'],
      ReadonlyRootfs: true,
      Init: true,
      ShmSize: 32 * 2 ** 20,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
    },
  };
  const { body } = await askEngine(socket, 'POST', `/containers/create?name=${name}`, config);
  const { Id } = JSON.parse(body) as { Id: string };
  onTestFinished(async () => {
    await callEngine(socket, 'DELETE', `/containers/${Id}?force=1&v=1`);
    await callEngine(socket, 'DELETE', `/volumes/${volume}`);
  });
  await askEngine(socket, 'POST', `/containers/${Id}/start`);

  const adopted = await p.reeve('adopt', '-p', p.name, '--container', name);
  expect(adopted).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`is Service/${name} of platform`),
  });
  expect(adopted.stderr).toContain('looks like a secret: API_TOKEN');
  await p.write('reeve.yaml', adopted.stdout);
  const planned = await p.reeve('plan', '-p', p.name, '-f', p.manifests, '--detailed-exitcode');
  expect(planned, planned.stdout + planned.stderr).toMatchObject({ code: 0 });
  expect(planned.stdout).toMatch(/nothing to do/i);

  // Kept from now on, events and all.
  const { State: before } = await inspect(socket, Id);
  const controller = await p.run('-p', p.name);
  await p.untilReady(`Service/${name}`);
  expect((await inspect(socket, Id)).State.Pid).toBe(before.Pid);
  await askEngine(socket, 'POST', `/containers/${Id}/stop?t=0`);
  await until(async () => (await inspect(socket, Id)).State.Running, patienceMs, 'it is started again');
  expect((await p.reeve('logs', name)).code).toBe(0);
  await controller.stop();

  expect(await p.reeve('adopt', '-p', p.name, '--container', 'no-such')).toMatchObject({ code: 64 });
});
