// With which credentials the engine is to ask a registry: those that `docker login` left, found as Docker's CLI finds
// them. They go into the header of one call and nowhere else.

import { type ConfigSource, type RegistryConfig, readRegistryConfig, type StoredAuth } from './config.ts';
import { askHelper, listOfHelper } from './helper.ts';
import { hubKey, registryOf } from './reference.ts';

/** What the engine wants in X-Registry-Auth. */
export type RegistryAuth = StoredAuth & { readonly serveraddress: string };

export interface Credentials {
  /** The header for calls about one image; empty: none are known. Never throws: `problem` says what went wrong. */
  forImage(image: string): Promise<{ readonly header: Headers; readonly problem?: string }>;
  /** The header for a build, whose bases may come from anywhere. */
  forBuild(): Promise<{ readonly header: Headers; readonly problem?: string }>;
}

export type Headers = Readonly<Record<string, string>>;

export function makeCredentials(source: ConfigSource): Credentials {
  return {
    async forImage(image) {
      try {
        const auth = await authFor(registryOf(image), readRegistryConfig(source), source);
        return { header: auth === undefined ? {} : { 'X-Registry-Auth': encoded(auth) } };
      } catch (error) {
        return { header: {}, problem: wordsOf(error) };
      }
    },
    async forBuild() {
      const found: Record<string, RegistryAuth> = {};
      try {
        const config = readRegistryConfig(source);
        for (const server of await serversOf(config, source)) {
          const auth = await authFor(server, config, source);
          if (auth !== undefined) found[server] = auth;
        }
      } catch (error) {
        return { header: configHeader(found), problem: wordsOf(error) };
      }
      return { header: configHeader(found) };
    },
  };
}

function configHeader(found: Readonly<Record<string, RegistryAuth>>): Headers {
  return Object.keys(found).length === 0 ? {} : { 'X-Registry-Config': encoded(found) };
}

function encoded(value: object): string {
  // Go's URL-safe alphabet, with padding.
  return Buffer.from(JSON.stringify(value)).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A helper of the registry's own, then the store for all, then what the file holds. */
async function authFor(
  server: string,
  config: RegistryConfig,
  source: ConfigSource,
): Promise<RegistryAuth | undefined> {
  const helper = ownHelper(config, server) ?? config.credsStore;
  if (helper !== undefined) {
    const answer = await askHelper(helper, server, source.env);
    if (answer === undefined) return undefined;
    const { username, secret } = answer;
    // By the protocol a token goes by this user name.
    return username === '<token>'
      ? { identitytoken: secret, serveraddress: server }
      : { username, password: secret, serveraddress: server };
  }
  const stored = storedAuth(config, server);
  return stored === undefined || Object.keys(stored).length === 0
    ? undefined
    : { ...stored, serveraddress: server };
}

function ownHelper({ credHelpers }: RegistryConfig, server: string): string | undefined {
  return (
    credHelpers[server] ??
    (server === hubKey ? (credHelpers['docker.io'] ?? credHelpers['index.docker.io']) : undefined)
  );
}

/** Old entries are URLs: a host is compared then. */
function storedAuth({ auths }: RegistryConfig, server: string): StoredAuth | undefined {
  const exact = auths[server];
  if (exact !== undefined) return exact;
  const host = hostOf(server);
  const key = Object.keys(auths).find((k) => hostOf(k) === host);
  return key === undefined ? undefined : auths[key];
}

function hostOf(server: string): string {
  const host = server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return host === 'docker.io' ? 'index.docker.io' : host;
}

async function serversOf(config: RegistryConfig, source: ConfigSource): Promise<readonly string[]> {
  const stored = config.credsStore === undefined ? [] : await listOfHelper(config.credsStore, source.env);
  return [...new Set([...Object.keys(config.auths), ...Object.keys(config.credHelpers), ...stored])].sort();
}
