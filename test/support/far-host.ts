// Another machine, as far as ssh can tell: a container with a real ssh server, the engine's socket, docker and git. Its keys
// are made for it; nothing of this user's ssh counts.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from './engine.ts';
import { ensureFarHostImage, farHostImage, farHostKeys, farHostSocket, otherPort } from './far-host-image.ts';
import { patienceMs, until } from './until.ts';

const run = promisify(execFile);

/** With what a person comes: their key, and the hosts that they know. */
export interface Login {
  readonly key: string;
  readonly knownHosts: string;
}

export interface FarHost extends Login {
  /** Of the container, which is its host name to ssh. */
  readonly address: string;
  /** Its container. */
  readonly id: string;
  /** Another key, which it does not know. */
  strangersKey(): Promise<string>;
  /** A PATH on which ssh is the real one, configured for this login: ssh looks for its configuration in no HOME. */
  path(login?: Partial<Login>): Promise<string>;
  /** Of each login so far, as its server tells of it: who, and by which key. */
  logins(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Lets in `root`, who may ask the engine, and `ann`, who may not. `mounts`: folders of this machine that it has too. */
export async function startFarHost({ mounts = [] }: { mounts?: readonly string[] } = {}): Promise<FarHost> {
  const { socket } = await ensureEngine();
  await ensureFarHostImage(socket);
  const folder = await mkdtemp(join(tmpdir(), 'reeve-far-host-'));
  const keys = join(folder, 'keys');
  await mkdir(keys);
  await Promise.all([makeKey(join(keys, 'host')), makeKey(join(folder, 'key'))]);
  await writeFile(join(keys, 'authorized'), await readFile(join(folder, 'key.pub')));
  const binds = [
    `${socket}:${farHostSocket}`,
    `${keys}:${farHostKeys}:ro`,
    ...mounts.map((m) => `${m}:${m}:ro`),
  ];
  const created = await askEngine(
    socket,
    'POST',
    `/containers/create?name=far-host-${randomBytes(4).toString('hex')}`,
    { Image: farHostImage, HostConfig: { AutoRemove: true, Binds: binds } },
  );
  const { Id: id } = JSON.parse(created.body) as { Id: string };
  const close = async (): Promise<void> => {
    await askEngine(socket, 'DELETE', `/containers/${id}?force=1&v=1`, undefined, [404, 409]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await askEngine(socket, 'POST', `/containers/${id}/start`);
    const address = await addressOf(socket, id);
    const login = { key: join(folder, 'key'), knownHosts: join(folder, 'known_hosts') };
    await writeFile(
      login.knownHosts,
      `${address},[${address}]:${otherPort} ${await readFile(join(keys, 'host.pub'), 'utf8')}`,
    );
    await until(() => greets(address), patienceMs, `an ssh server at ${address}`);
    return {
      ...login,
      address,
      id,
      strangersKey: () => makeKey(join(folder, `stranger-${randomBytes(4).toString('hex')}`)),
      logins: async () => {
        const { body } = await askEngine(socket, 'GET', `/containers/${id}/logs?stderr=1`);
        return body.match(/Accepted publickey for .*/g) ?? [];
      },
      path: (other = {}) => pathWithSsh(folder, { ...login, ...other }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function makeKey(path: string): Promise<string> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path]);
  return path;
}

async function addressOf(socket: string, id: string): Promise<string> {
  const { body } = await askEngine(socket, 'GET', `/containers/${id}/json`);
  const { NetworkSettings } = JSON.parse(body) as { NetworkSettings: { IPAddress: string } };
  return NetworkSettings.IPAddress;
}

async function greets(address: string): Promise<boolean> {
  const connection = connect({ host: address, port: 22 });
  try {
    const [words] = (await once(connection, 'data')) as [Buffer];
    return words.toString().startsWith('SSH-2.0');
  } finally {
    connection.destroy();
  }
}

async function pathWithSsh(folder: string, { key, knownHosts }: Login): Promise<string> {
  const bin = await mkdtemp(join(folder, 'bin-'));
  const config = join(bin, 'config');
  const lines = [
    `IdentityFile ${key}`,
    'IdentitiesOnly yes',
    'IdentityAgent none',
    `UserKnownHostsFile ${knownHosts}`,
    'GlobalKnownHostsFile /dev/null',
  ];
  await writeFile(config, `${lines.join('\n')}\n`);
  const { stdout } = await run('sh', ['-c', 'command -v ssh']);
  await writeFile(join(bin, 'ssh'), `#!/bin/sh\nexec ${stdout.trim()} -F ${config} "$@"\n`, { mode: 0o755 });
  return `${bin}:${process.env['PATH']}`;
}
