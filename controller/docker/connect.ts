// Joins the parts of this folder into an Engine. Connecting never fails because the engine is down: its methods do.

import { readFileSync } from 'node:fs';
import type { Engine, EngineInfo } from '../engine.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import type { LockEngine } from '../lock/port.ts';
import { performStep } from './acts/index.ts';
import type { RawInfo } from './api.ts';
import { createClient, type EngineClient } from './client.ts';
import type { Dialled } from './dial.ts';
import { diskUse } from './disk-use.ts';
import { followEvents, pastEvents, wasSignalled } from './events.ts';
import { runExec } from './exec.ts';
import { pruneBuildCache, removeDanglingImages } from './free.ts';
import { freshPing } from './fresh-ping.ts';
import { makeInspector } from './inspect.ts';
import { listContainers, listNetworks, listVolumes, resolveImages } from './list.ts';
import { isLocalSocket, realPath } from './local.ts';
import { type EngineAddress, locateEngine } from './locate.ts';
import { lockEngine } from './lock-port.ts';
import { readLogs } from './logs.ts';
import { makeCredentials } from './registry/credentials.ts';
import { registryDigest, repoDigest } from './registry/digest.ts';
import { openSshRelay } from './ssh.ts';

export interface ConnectOptions {
  /** `--host`. */
  readonly host?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Of a call that has none of its own. */
  readonly timeoutMs?: number;
  /** Asked immediately before each call that is more than a look; throws where it may not be made. */
  readonly mayAct?: () => void;
}

export interface ConnectedEngine extends Engine {
  /** `EngineInfo.key`, known before the engine answers. */
  readonly key: string;
  /** Markers for the lock on a platform. */
  readonly locks: LockEngine;
}

const defaultTimeoutMs = 30_000;
/** A running engine answers a ping within milliseconds; under a service manager a stopped one leaves it waiting. */
const newConnectionMs = 2_000;

/** Finds the engine as Docker's CLI does. Throws only what the user can mend: a bad address, missing certificates. */
export async function connectEngine(options: ConnectOptions): Promise<ConnectedEngine> {
  const address = addressOf(options);
  const transport = await openTransport(address, options.env);
  const client = createClient(transport.dialled, options.timeoutMs ?? defaultTimeoutMs, options.mayAct);
  const credentials = makeCredentials({ env: options.env, readFile });
  const about = rememberInfo(client);
  // Asked for by every look: what it takes to tell (all Unix sockets of the machine) is done once.
  let info: EngineInfo | undefined;
  const inspector = makeInspector(
    client,
    async () => {
      const { Name, DefaultRuntime } = await about();
      return { hostname: Name ?? '', runtime: DefaultRuntime ?? 'runc' };
    },
    Date.now,
  );
  return {
    key: keyOf(address),
    locks: lockEngine(client),
    info: async () => {
      info ??= toInfo(address, await about(), await client.apiVersion());
      return info;
    },
    ping: (signal) => client.ping(signal),
    accepts: () => freshPing(transport.dialled, newConnectionMs),
    containers: (ids) => listContainers(client, ids),
    networks: () => listNetworks(client),
    volumes: () => listVolumes(client),
    images: (references) => resolveImages(client, references),
    inspect: (containerId, mask) => inspector.inspect(containerId, mask),
    events: (sinceMs, signal) => followEvents(client, sinceMs, signal),
    wasSignalled: (id, sinceMs) => wasSignalled(client, id, { sinceMs, untilMs: Date.now() }),
    pastEvents: (containerId, within, signal) => pastEvents(client, containerId, within, signal),
    diskUse: (timeoutMs) => diskUse(client, timeoutMs),
    perform: (step, context) => performStep(client, step, { ...context, credentials }),
    registryDigest: (image, signal) => registryDigest(client, credentials, image, signal),
    repoDigest: (image) => repoDigest(client, image),
    removeDanglingImages: (keep, signal) => removeDanglingImages(client, keep, signal),
    pruneBuildCache: (signal) => pruneBuildCache(client, signal),
    exec: (containerId, command, timeoutMs) => runExec(client, containerId, command, { timeoutMs }),
    logs: (containerId, logOptions) => readLogs(client, containerId, logOptions, Date.now),
    close: () => transport.close(),
  };
}

/** `EngineInfo.key` of the engine that is meant, without asking it. */
export function engineKey(options: ConnectOptions): string {
  return keyOf(addressOf(options));
}

function addressOf({ host, env }: ConnectOptions): EngineAddress {
  return locateEngine({ env, readFile, ...(host === undefined ? {} : { host }) });
}

interface Transport {
  readonly dialled: Dialled;
  close(): Promise<void>;
}

async function openTransport(address: EngineAddress, env: ConnectOptions['env']): Promise<Transport> {
  const { host } = address;
  const close = async () => {};
  switch (address.scheme) {
    case 'unix':
      return { dialled: { host, socketPath: address.socketPath }, close };
    case 'tcp': {
      const { hostname, port, tls } = address;
      return { dialled: { host, tcp: { hostname, port, ...(tls === undefined ? {} : { tls }) } }, close };
    }
    case 'ssh': {
      const relay = await openSshRelay(address, env);
      return {
        dialled: { host, socketPath: relay.socketPath, complaint: relay.complaint },
        close: relay.close,
      };
    }
  }
}

/** Once known it stays: what a restart of the engine may change of it (limits of the host) does not matter here. */
function rememberInfo(client: EngineClient): () => Promise<RawInfo> {
  let known: RawInfo | undefined;
  return async () => {
    known ??= await client.json<RawInfo>({ method: 'GET', path: '/info', what: 'ask for the engine' });
    return known;
  };
}

function toInfo(address: EngineAddress, raw: RawInfo, apiVersion: string): EngineInfo {
  return {
    host: address.host,
    key: keyOf(address),
    identity: `${raw.ID ?? ''} ${raw.DockerRootDir ?? ''}`,
    version: raw.ServerVersion ?? '',
    apiVersion,
    cpus: raw.NCPU ?? 0,
    memoryBytes: raw.MemTotal ?? 0,
    dataRoot: raw.DockerRootDir ?? '/var/lib/docker',
    local: address.scheme === 'unix' && isLocalSocket(address.socketPath, raw.OperatingSystem ?? ''),
  };
}

/** All engines of one machine share ID and name, so neither tells them apart. */
function keyOf(address: EngineAddress): string {
  switch (address.scheme) {
    case 'unix':
      return `unix://${realPath(address.socketPath)}`;
    case 'tcp':
      return `tcp://${address.hostname.toLowerCase()}:${address.port}`;
    case 'ssh':
      return `ssh://${address.hostname.toLowerCase()}:${address.port ?? 22}${address.remoteSocket ?? ''}`;
  }
}

function readFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) {
      return undefined;
    }
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ReeveError(`${path} cannot be read: ${why}`, { status: exitStatus.usage, cause });
  }
}
