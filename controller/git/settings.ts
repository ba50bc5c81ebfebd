// Where manifests come from in git, and how reeve gets at them: what a person asked for, checked. Reads no file's content.

import { existsSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { exitStatus, ReeveError } from '../errors.ts';

export interface GitSettings {
  /** As git takes it, without a credential. */
  readonly url: string;
  /** Branch, tag or full ref. */
  readonly ref: string;
  /** In the repository; `.` is all of it. */
  readonly path: string;
  readonly everyMs: number;
  /** Most that one fetch may bring, and most that a commit's files may weigh. */
  readonly maxBytes: number;
  /** One fetch, from its beginning to its end. */
  readonly timeoutMs: number;
  /** Absolute, as all files here. */
  readonly tokenFile?: string;
  readonly sshKey?: string;
  readonly knownHosts?: string;
  readonly ageKey?: string;
  readonly verify?: VerifySettings;
}

export interface VerifySettings {
  /** `warn`: a commit that is not verified is told of and taken. */
  readonly mode: 'enforce' | 'warn';
  /** SSH: as `gpg.ssh.allowedSignersFile` of git. */
  readonly allowedSigners?: string;
  /** GPG: public keys, exported. */
  readonly keyring?: string;
}

export const gitDefaults = {
  ref: 'main',
  path: '.',
  everyMs: 60_000,
  maxBytes: 512 * 1024 * 1024,
  timeoutMs: 600_000,
} as const;

/** `512.0 MiB`. */
export function sizeWords(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/** As a person gives it; files relative to `cwd`. Throws usage errors (64). */
export function checkSettings(asked: GitSettings, cwd: string): GitSettings {
  const { tokenFile, sshKey, knownHosts, ageKey, verify, ...rest } = asked;
  const file = (flag: string, path: string | undefined): string | undefined => {
    if (path === undefined) return undefined;
    const absolute = resolve(cwd, path);
    if (existsSync(absolute)) return absolute;
    throw usage(`--${flag}: there is no file ${path}`, 'name a file that this user can read');
  };
  const signers = file('allowed-signers', verify?.allowedSigners);
  const keyring = file('keyring', verify?.keyring);
  const url = checkUrl(rest.url, cwd, tokenFile !== undefined);
  return {
    ...rest,
    url,
    ref: checkRef(rest.ref),
    path: checkPath(rest.path),
    ...given('tokenFile', file('token-file', tokenFile)),
    ...given('sshKey', file('ssh-key', sshKey)),
    ...given('knownHosts', file('known-hosts', knownHosts)),
    ...given('ageKey', file('age-key', ageKey)),
    ...(verify === undefined
      ? {}
      : {
          verify: { mode: verify.mode, ...given('allowedSigners', signers), ...given('keyring', keyring) },
        }),
  };
}

function given<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** An absolute path, https, ssh (also `git@host:path`); plain http to this machine alone. */
function checkUrl(written: string, cwd: string, hasToken: boolean): string {
  if (/^[./~]/.test(written) || existsSync(resolve(cwd, written))) {
    const path = resolve(cwd, written);
    if (existsSync(path)) return path;
    throw usage(`--git: there is no repository at ${written}`, 'name a folder, or a URL: https://…, ssh://…');
  }
  if (/^[\w.-]+@[\w.-]+:\/?[^/].*$/.test(written)) return written;
  const parsed = URL.canParse(written) ? new URL(written) : undefined;
  const { protocol, hostname, username, password } = parsed ?? {};
  if (!['https:', 'ssh:', 'file:', 'http:'].includes(protocol ?? '')) {
    throw usage(
      `--git: ${withoutCredentials(written)} cannot be fetched from`,
      'expected https://…, ssh://…, git@HOST:PATH, or the path of a repository on this machine',
    );
  }
  if (password || (username && protocol !== 'ssh:')) {
    throw usage(
      `--git: the URL holds a credential, which every list of processes would show: ${withoutCredentials(written)}`,
      'take it out of the URL, and put the token alone into a file: --token-file FILE',
    );
  }
  if (hasToken && protocol === 'http:' && !loopback.test(hostname ?? '')) {
    throw usage('--token-file: a token is not sent over http, where anybody can read it', 'use https://…');
  }
  return written;
}

function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/@]*@/, '//…@');
}

/** What git takes for a name, and nothing that it would take for an option or a pattern. */
function checkRef(ref: string): string {
  if (/^[\w][\w./+-]*$/.test(ref) && !ref.includes('..') && !ref.endsWith('/') && !ref.endsWith('.lock'))
    return ref;
  throw usage(`--ref: "${ref}" is no branch or tag`, 'for example main, release/2, v1.4.0, refs/heads/main');
}

function checkPath(path: string): string {
  const clean = posix.normalize(path).replace(/^\.\/(?=.)|\/$/g, '');
  if (!clean.startsWith('/') && clean !== '..' && !clean.startsWith('../')) return clean || '.';
  throw usage(`--path: ${path} leads out of the repository`, 'name a folder or file in it: platforms/prod');
}

function usage(message: string, hint: string): ReeveError {
  return new ReeveError(message, { status: exitStatus.usage, hint });
}
