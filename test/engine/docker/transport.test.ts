// Ways to the same real engine: a context, TLS with client certificates, ssh.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConnectedEngine, connectEngine } from '../../../controller/docker/connect.ts';
import { engineSocket } from '../../../scripts/lib/docker-api.ts';
import { startOwnEngine } from '../../support/engine.ts';
import { type FarHost, type Login, startFarHost } from '../../support/far-host.ts';
import { otherPort } from '../../support/far-host-image.ts';
import { patienceMs } from '../../support/until.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-transport-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function writeContext(name: string, host: string): Promise<string> {
  const digest = createHash('sha256').update(name).digest('hex');
  const meta = join(folder, 'contexts/meta', digest);
  await mkdir(meta, { recursive: true });
  await writeFile(
    join(meta, 'meta.json'),
    JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }),
  );
  return join(folder, 'contexts/tls', digest, 'docker');
}

test('a context leads to the engine, and two ways to one socket are one engine', async () => {
  await writeContext('here', `unix://${engineSocket()}`);
  const engine = await connectEngine({ env: { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'here' } });
  const direct = await connectEngine({ env: {}, host: `unix://${engineSocket()}` });
  expect(await engine.info()).toEqual(await direct.info());
  expect((await engine.info()).local).toBe(true);
});

test('an engine in a network namespace of its own is not local: its containers cannot be reached', async () => {
  const own = await startOwnEngine();
  try {
    const engine = await connectEngine({ env: {}, host: `unix://${own.socket}` });
    // Twice: the connections of the first ask carry the socket's path in our own list.
    await engine.ping();
    expect((await engine.info()).local).toBe(false);
  } finally {
    await own.close();
  }
});

describe('TLS with client certificates', () => {
  let server: Server;
  let address: string;

  beforeAll(async () => {
    makeCertificates(folder);
    const read = (name: string) => readFile(join(folder, name));
    server = createServer(
      {
        ca: await read('ca.pem'),
        cert: await read('server.pem'),
        key: await read('server-key.pem'),
        requestCert: true,
        rejectUnauthorized: true,
      },
      (client) => {
        const engine = connect(engineSocket());
        client.pipe(engine).pipe(client);
        client.on('error', () => engine.destroy());
        client.on('close', () => engine.destroy());
        engine.on('error', () => client.destroy());
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.close();
  });

  test('by DOCKER_CERT_PATH', async () => {
    const env = { DOCKER_HOST: address, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder };
    const engine = await connectEngine({ env });
    expect(await engine.info()).toMatchObject({ host: address, key: address, local: false });
    expect(Array.isArray(await engine.containers())).toBe(true);
  });

  test('by a context', async () => {
    const tls = await writeContext('secure', address);
    await mkdir(tls, { recursive: true });
    for (const name of ['ca.pem', 'cert.pem', 'key.pem'])
      await writeFile(join(tls, name), await readFile(join(folder, name)));
    const engine = await connectEngine({ env: { DOCKER_CONFIG: folder, DOCKER_CONTEXT: 'secure' } });
    await engine.ping();
  });

  test.each(['no client certificate', "a client certificate of another's"])(
    '%s: refused with a word',
    async (which) => {
      const other = await mkdtemp(join(folder, 'other-'));
      makeCertificates(other);
      if (which.startsWith('no'))
        await Promise.all(['cert.pem', 'key.pem'].map((name) => rm(join(other, name))));
      await writeFile(join(other, 'ca.pem'), await readFile(join(folder, 'ca.pem')));
      const env = { DOCKER_HOST: address, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: other };
      const error = await (await connectEngine({ env })).ping().catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 0, status: 69, reason: 'EngineUnreachable' });
      expect(error).toMatchObject({ hint: expect.stringContaining('key.pem') });
    },
  );

  test('an engine whose certificate another one signed is not trusted', async () => {
    const other = await mkdtemp(join(folder, 'other-'));
    makeCertificates(other);
    const env = { DOCKER_HOST: address, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: other };
    const engine = await connectEngine({ env });
    await expect(engine.ping()).rejects.toMatchObject({
      reason: 'EngineUnreachable',
      message: /certificate/,
    });
  });
});

describe('ssh', () => {
  let far: FarHost;

  beforeAll(async () => {
    far = await startFarHost();
  });

  afterAll(() => far?.close());

  /** Reached by the real ssh, and closed whatever comes of it. */
  async function reached<T>(
    work: (engine: ConnectedEngine, host: string) => Promise<T>,
    {
      user = 'root',
      path = '',
      ...login
    }: Partial<Login> & { readonly user?: string; readonly path?: string } = {},
  ): Promise<T> {
    const host = `ssh://${user}@${far.address}:${otherPort}${path}`;
    const engine = await connectEngine({ env: { PATH: await far.path(login) }, host });
    try {
      return await work(engine, host);
    } finally {
      await engine.close();
    }
  }

  /** What a person is told, who can mend it. */
  async function complaint(login: Partial<Login> & { readonly user?: string }): Promise<object> {
    return reached(async (engine, host) => {
      const error = await engine.ping().catch((e: unknown) => e);
      expect(error).toMatchObject({
        code: 0,
        reason: 'EngineUnreachable',
        hint: `try: ssh ${host} docker version`,
      });
      return error as object;
    }, login);
  }

  test('leads to the engine of the far host, by one login for all calls, and leaves nothing behind', async () => {
    const before = await readdir(tmpdir());
    const begun = Date.now();
    await reached(async (engine, host) => {
      const key = host.replace('root@', '');
      expect(await engine.info()).toMatchObject({ host, key, local: false });
      const lists = await Promise.all([engine.containers(), engine.networks(), engine.volumes()]);
      expect(lists.every(Array.isArray)).toBe(true);
      expect(lists[0].map((c) => c.id)).toContain(far.id);
      for await (const event of engine.events(begun - 60_000, AbortSignal.timeout(patienceMs))) {
        if (event.action === 'start' && event.id === far.id) break;
      }
    });
    expect(await far.logins()).toHaveLength(1);
    const left = (await readdir(tmpdir())).filter(
      (name) => name.startsWith('reeve-ssh-') && !before.includes(name),
    );
    expect(left).toEqual([]);
  });

  test('carries more calls at once than one login takes, to the socket that is named', async () => {
    await reached(
      async (engine) => {
        await engine.ping();
        const lists = await Promise.all(Array.from({ length: 15 }, () => engine.networks()));
        expect(lists.every((list) => list.length > 0)).toBe(true);
      },
      { path: '/var/run/docker.sock' },
    );
  });

  test('that is refused says why in its own words', async () => {
    expect(await complaint({ key: await far.strangersKey() })).toMatchObject({
      status: 77,
      message: expect.stringMatching(/cannot be reached: root@\S+: Permission denied \(publickey\S*\)\.$/),
    });
    const knownHosts = join(folder, 'known_hosts');
    const another = await readFile(`${await far.strangersKey()}.pub`, 'utf8');
    const failed = 'Host key verification failed.';
    const changed = `Host key for [${far.address}]:${otherPort} has changed and you have requested strict checking.`;
    for (const [known, words] of [
      ['', failed],
      [`[${far.address}]:${otherPort} ${another}`, `${changed}; ${failed}`],
    ] as const) {
      await writeFile(knownHosts, known);
      expect(await complaint({ knownHosts })).toMatchObject({
        status: 69,
        message: `engine at ssh://root@${far.address}:${otherPort} cannot be reached: ${words}`,
      });
      expect(await readFile(knownHosts, 'utf8')).toBe(known);
    }
  });

  test('to somebody who may not ask the engine says so', async () => {
    expect(await complaint({ user: 'ann' })).toMatchObject({
      status: 77,
      message: expect.stringMatching(/docker\.sock: connect: permission denied/),
    });
  });

  test('that is not installed is said', async () => {
    const engine = await connectEngine({ env: { PATH: '/nonexistent' }, host: 'ssh://far' });
    await expect(engine.ping()).rejects.toMatchObject({ status: 69, message: /ssh/ });
    await engine.close();
  });
});

/** An authority of its own, a server's certificate for 127.0.0.1, and a client's, in a folder. */
function makeCertificates(into: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: into, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca-key.pem',
    '-out',
    'ca.pem',
    '-days',
    '2',
    '-subj',
    '/CN=test authority',
  );
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-days', '2'];
  const request = (name: string) => [
    'req',
    '-x509',
    ...key,
    ...signed,
    '-keyout',
    `${name}-key.pem`,
    '-out',
    `${name}.pem`,
  ];
  openssl(
    ...request('server'),
    '-subj',
    '/CN=engine',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
    '-addext',
    'basicConstraints=critical,CA:FALSE',
  );
  openssl(
    ...request('cert'),
    '-subj',
    '/CN=client',
    '-addext',
    'extendedKeyUsage=clientAuth',
    '-addext',
    'basicConstraints=critical,CA:FALSE',
  );
  execFileSync('mv', [join(into, 'cert-key.pem'), join(into, 'key.pem')]);
}
