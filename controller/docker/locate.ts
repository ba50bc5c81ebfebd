// Where the engine is, found as Docker's own CLI finds it. Decides from the options, the environment and files that
// a reader hands in; connects to nothing.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { exitStatus, ReeveError } from '../errors.ts';

export interface TlsFiles {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

export type EngineAddress =
  | { readonly scheme: 'unix'; readonly host: string; readonly socketPath: string }
  | {
      readonly scheme: 'tcp';
      readonly host: string;
      readonly hostname: string;
      readonly port: number;
      readonly tls?: TlsFiles;
    }
  | {
      readonly scheme: 'ssh';
      readonly host: string;
      readonly hostname: string;
      readonly user?: string;
      readonly port?: number;
      /** Socket on the far side, where the URL names one. */
      readonly remoteSocket?: string;
    };

export interface LocateOptions {
  /** `--host`. */
  readonly host?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of a file; undefined: not there. */
  readonly readFile: (path: string) => string | undefined;
}

interface Found {
  readonly host: string;
  /** What named it, for messages: `DOCKER_HOST`, `context "x"`. */
  readonly from: string;
  readonly tls?: TlsFiles;
}

/** `--host`, DOCKER_HOST, DOCKER_CONTEXT, currentContext of config.json, then the default socket: the CLI's order. */
export function locateEngine(options: LocateOptions): EngineAddress {
  const found = findHost(options);
  return parseHost(found);
}

function findHost(options: LocateOptions): Found {
  const { env } = options;
  if (options.host) return withEnvTls({ host: options.host, from: '--host' }, options);
  if (env['DOCKER_HOST']) return withEnvTls({ host: env['DOCKER_HOST'], from: 'DOCKER_HOST' }, options);
  const context = env['DOCKER_CONTEXT'] || currentContext(options);
  if (context && context !== 'default') return readContext(context, options);
  return { host: 'unix:///var/run/docker.sock', from: 'the default' };
}

function configFolder({ env }: LocateOptions): string {
  return env['DOCKER_CONFIG'] || join(env['HOME'] || '/root', '.docker');
}

function currentContext(options: LocateOptions): string | undefined {
  const file = join(configFolder(options), 'config.json');
  const text = options.readFile(file);
  if (text === undefined || text.trim() === '') return undefined;
  const current = parseJson(text, file)['currentContext'];
  return typeof current === 'string' ? current : undefined;
}

/** A context lies in folders named by the digest of its name. */
function readContext(name: string, options: LocateOptions): Found {
  const digest = createHash('sha256').update(name).digest('hex');
  const folder = join(configFolder(options), 'contexts');
  const file = join(folder, 'meta', digest, 'meta.json');
  const text = options.readFile(file);
  if (text === undefined) {
    throw usage(`Docker context "${name}" does not exist`, 'docker context ls shows those that do');
  }
  const endpoint = recordOf(recordOf(parseJson(text, file)['Endpoints'])['docker']);
  const host = endpoint['Host'];
  if (typeof host !== 'string' || host === '') {
    throw usage(`Docker context "${name}" names no Docker host (${file})`, 'docker context inspect shows it');
  }
  const from = `context "${name}"`;
  const tls = readTls(join(folder, 'tls', digest, 'docker'), options);
  if (endpoint['SkipTLSVerify'] === true) throw unverified(from);
  return tls === undefined ? { host, from } : { host, from, tls };
}

/** DOCKER_TLS_VERIFY switches TLS on, with the files of DOCKER_CERT_PATH or else of the configuration folder. */
function withEnvTls(found: Found, options: LocateOptions): Found {
  const { env } = options;
  if (!found.host.startsWith('tcp:')) return found;
  if (!env['DOCKER_TLS_VERIFY']) {
    if (env['DOCKER_TLS']) throw unverified('DOCKER_TLS');
    return found;
  }
  const folder = env['DOCKER_CERT_PATH'] || configFolder(options);
  const tls = readTls(folder, options);
  if (tls === undefined) {
    throw usage(
      `DOCKER_TLS_VERIFY is set, but ${join(folder, 'ca.pem')} cannot be read`,
      'set DOCKER_CERT_PATH to the folder with ca.pem, cert.pem and key.pem',
    );
  }
  return { ...found, tls };
}

function readTls(folder: string, { readFile }: LocateOptions): TlsFiles | undefined {
  const ca = readFile(join(folder, 'ca.pem'));
  const cert = readFile(join(folder, 'cert.pem'));
  const key = readFile(join(folder, 'key.pem'));
  if (ca === undefined) return undefined;
  if ((cert === undefined) !== (key === undefined)) {
    throw usage(`${folder} has only one of cert.pem and key.pem`, 'a client certificate needs both');
  }
  return { ca, ...(cert === undefined || key === undefined ? {} : { cert, key }) };
}

function parseHost({ host, from, tls }: Found): EngineAddress {
  const bad = (why: string) =>
    usage(
      `${from} is "${withoutPassword(host)}": ${why}`,
      'expected unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST',
    );
  const scheme = /^([a-z]+):\/\//.exec(host)?.[1];
  if (scheme === 'npipe') {
    throw bad('named pipes are of Windows, which reeve does not run on');
  }
  if (scheme === 'unix') {
    const socketPath = host.slice('unix://'.length) || '/var/run/docker.sock';
    return { scheme, host: `unix://${socketPath}`, socketPath };
  }
  if (scheme !== 'tcp' && scheme !== 'ssh') throw bad('unknown kind of address');
  if (!URL.canParse(host)) throw bad('not an address');
  const url = new URL(host);
  // `[::1]` keeps its brackets in a URL; sockets want none.
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (hostname === '') throw bad('the host is missing');
  if (url.password !== '') throw bad('a password in the address is not used');
  const port = url.port === '' ? undefined : Number(url.port);
  const path = url.pathname === '/' ? '' : url.pathname;
  if (scheme === 'ssh') {
    return {
      scheme,
      host,
      hostname,
      ...(url.username === '' ? {} : { user: decodeURIComponent(url.username) }),
      ...(port === undefined ? {} : { port }),
      ...(path === '' ? {} : { remoteSocket: path }),
    };
  }
  if (path !== '') throw bad('a path behind the port is not supported');
  return {
    scheme,
    host,
    hostname,
    port: port ?? (tls === undefined ? 2375 : 2376),
    ...(tls === undefined ? {} : { tls }),
  };
}

function withoutPassword(host: string): string {
  return host.replace(/(:\/\/[^/@:]*):[^/@]*@/, '$1:…@');
}

function unverified(from: string): ReeveError {
  return usage(
    `${from} asks for TLS without verifying the engine's certificate, which reeve does not do`,
    'set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH to a folder with ca.pem, cert.pem and key.pem',
  );
}

function usage(message: string, hint: string): ReeveError {
  return new ReeveError(message, { status: exitStatus.usage, hint });
}

function parseJson(text: string, file: string): Record<string, unknown> {
  try {
    return recordOf(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ReeveError(`${file}: not JSON: ${why}`, { status: exitStatus.usage, cause });
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? { ...value } : {};
}
