// Docker's own config file as far as registries go: who logs in where, and which helper keeps the passwords.
// Reads it anew each time: `docker login` beside a running controller counts at once.

import { join } from 'node:path';
import { ReeveError } from '../../errors.ts';

export interface RegistryConfig {
  /** By registry, as `docker login` wrote it: a host, or the URL of Docker Hub. */
  readonly auths: Readonly<Record<string, StoredAuth>>;
  readonly credsStore?: string;
  readonly credHelpers: Readonly<Record<string, string>>;
}

export interface StoredAuth {
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

export interface ConfigSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of a file; undefined: not there. */
  readonly readFile: (path: string) => string | undefined;
}

/** `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`; empty where there is none. */
export function readRegistryConfig({ env, readFile }: ConfigSource): RegistryConfig {
  const path = join(env['DOCKER_CONFIG'] || join(env['HOME'] || '/root', '.docker'), 'config.json');
  const text = readFile(path);
  if (text === undefined || text.trim() === '') return { auths: {}, credHelpers: {} };
  const raw = objectOf(parse(text, path));
  const store = raw['credsStore'];
  const auths = Object.entries(objectOf(raw['auths'])).map(([host, auth]) => [host, authOf(objectOf(auth))]);
  const helpers = Object.entries(objectOf(raw['credHelpers'])).flatMap(([host, name]) =>
    typeof name === 'string' ? [[host, name] as const] : [],
  );
  return {
    auths: Object.fromEntries(auths),
    credHelpers: Object.fromEntries(helpers),
    ...(typeof store === 'string' && store !== '' ? { credsStore: store } : {}),
  };
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ReeveError(`${path} is no JSON: no credentials can be read from it`, {
      hint: 'mend it, or name another folder with DOCKER_CONFIG',
    });
  }
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** `auth` is base64 of `user:password`; it goes before the two fields of its own, as in Docker. */
function authOf(raw: Readonly<Record<string, unknown>>): StoredAuth {
  const text = (key: string): string | undefined => {
    const value = raw[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const found = { ...pairOf(text('username'), text('password')), ...decoded(text('auth')) };
  const [identitytoken, registrytoken] = [text('identitytoken'), text('registrytoken')];
  return {
    ...found,
    ...(identitytoken === undefined ? {} : { identitytoken }),
    ...(registrytoken === undefined ? {} : { registrytoken }),
  };
}

function decoded(auth: string | undefined): StoredAuth {
  if (auth === undefined) return {};
  const pair = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const at = pair.indexOf(':');
  return at < 0 ? {} : { username: pair.slice(0, at), password: pair.slice(at + 1) };
}

function pairOf(username: string | undefined, password: string | undefined): StoredAuth {
  return username === undefined || password === undefined ? {} : { username, password };
}
