// Runs the system's git through simple-git: with no configuration but ours, no hook, no prompt, no protocol that was not asked
// for, and an end. Knows no repository.
// The environment is built from nothing: what the user's or the system's configuration says (filters, helpers, url.insteadOf,
// hooks) must not change what a controller fetches.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { simpleGit } from 'simple-git';
import { exitStatus, ReeveError } from '../errors.ts';
import { sshOption } from '../ssh-option.ts';
import { GitError, gitErrorOf } from './git-error.ts';
import type { GitSettings } from './settings.ts';

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** An exit of 1 without a word is an answer: there is no such thing. The result is empty then. */
  readonly mayFindNothing?: boolean;
  /** How an error calls it; absent: the words of the command. */
  readonly what?: string;
}

/** Quoted as git's configuration wants it. */
function configValue(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

type Environment = Readonly<Record<string, string | undefined>>;

export type RunGit = (args: readonly string[], options: RunOptions) => Promise<string>;

/** What is done on this machine takes moments. */
const localTimeoutMs = 60_000;

/** A way to run git with these settings; `home` (made here) holds its configuration and helper. */
export function makeGit(home: string, settings: GitSettings, user: Environment): RunGit {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const config = join(home, 'config');
  writeFileSync(config, configText(settings), { mode: 0o600 });
  const askpass = join(home, 'askpass');
  writeFileSync(askpass, askpassText, { mode: 0o700 });
  chmodSync(askpass, 0o700);
  const base = environment(home, config, askpass, settings, user);
  return async (args, { cwd, env = {}, timeoutMs = localTimeoutMs, signal, mayFindNothing, what }) => {
    const all = { ...base, ...env };
    const limit = AbortSignal.timeout(timeoutMs);
    const abort = signal === undefined ? limit : AbortSignal.any([limit, signal]);
    try {
      const git = simpleGit({
        baseDir: cwd,
        trimmed: false,
        abort,
        // Its own rule counts an exit of 1 without a word on standard error as success.
        errors: (error, { exitCode, stdErr }) => {
          if (exitCode === 0) return undefined;
          if (mayFindNothing && exitCode === 1 && Buffer.concat(stdErr).length === 0) return undefined;
          return (
            error ?? (Buffer.concat(stdErr).toString().trim() ? Buffer.concat(stdErr) : noWords(exitCode))
          );
        },
        allowEnvironment: Object.keys(all),
        // Our own values, built below; the keys are not taken from anybody's environment.
        unsafe: {
          allowUnsafeAskPass: true,
          allowUnsafeSshCommand: true,
          allowUnsafeConfigPaths: true,
        },
      });
      return await git.env(all).raw([...args]);
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw toldError(error, what ?? `git ${args[0]}`, limit.aborted ? timeoutMs : undefined);
    }
  };
}

function noWords(exitCode: number): Buffer {
  return Buffer.from(`git ended with ${exitCode} and said nothing`);
}

function toldError(error: unknown, what: string, timedOutMs: number | undefined): Error {
  if (timedOutMs !== undefined) {
    return new GitError('FetchTimedOut', `${what}: given up after ${timedOutMs / 1000} s`, {
      hint: 'a controller asks again at its next poll; --fetch-timeout gives it longer',
      cause: error,
    });
  }
  const text = error instanceof Error ? error.message : String(error);
  if (/ENOENT/.test(text) && /spawn/.test(text)) {
    return new ReeveError('git is not installed on this machine', {
      status: exitStatus.failed,
      hint: 'install it: apt-get install git',
      cause: error,
    });
  }
  return gitErrorOf(text, what);
}

/** The token never is an argument, a part of a URL or of the environment: git asks for it and gets it from its file. */
const askpassText = `#!/bin/sh
# Git asks "Username for …" and "Password for …". Any name goes with a token.
case "$1" in
  Username*) echo x-access-token ;;
  *) head -n 1 "$REEVE_GIT_TOKEN_FILE" ;;
esac
`;

function configText({ url, verify }: GitSettings): string {
  return [
    '# Written by reeve at each start: git reads no other configuration.',
    '[core]',
    '\thooksPath = /dev/null',
    '\tfsmonitor = false',
    '\tsymlinks = true',
    '[protocol]',
    '\tallow = never',
    ...['https', 'http', 'ssh', 'file'].flatMap((name) => [`[protocol "${name}"]`, '\tallow = always']),
    '[credential]',
    '\thelper =',
    '[fetch]',
    // As one pack, however little it is: its size is watched while it comes.
    '\tunpackLimit = 1',
    '\trecurseSubmodules = false',
    '\tshowForcedUpdates = false',
    '[gc]',
    '\tautoDetach = false',
    '[http]',
    // A redirect to another host would take the token along.
    '\tfollowRedirects = false',
    // A server that works sends a sign of life every 5 s. By this ends also the helper of a fetch that was given up, which
    // git leaves behind when it is killed.
    '\tlowSpeedLimit = 1',
    '\tlowSpeedTime = 30',
    // A repository on this machine is another user's more often than not, and was named by whoever started reeve.
    ...(url.startsWith('/') || url.startsWith('file:') ? ['[safe]', '\tdirectory = *'] : []),
    '[gpg "ssh"]',
    '\tprogram = ssh-keygen',
    ...(verify?.allowedSigners === undefined
      ? []
      : [`\tallowedSignersFile = ${configValue(verify.allowedSigners)}`]),
    '',
  ].join('\n');
}

/** Of a person's or a unit's environment: where programs are, and how this machine gets out. */
const passedOn = [
  'PATH',
  ...['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'].flatMap((name) => [name, name.toUpperCase()]),
  'SSL_CERT_FILE',
  'GIT_SSL_CAINFO',
];

function environment(
  home: string,
  config: string,
  askpass: string,
  { tokenFile, sshKey, knownHosts }: GitSettings,
  user: Environment,
): Record<string, string> {
  const taken = passedOn.flatMap((name) => (user[name] ? [[name, user[name]] as const] : []));
  return {
    ...Object.fromEntries(taken),
    HOME: home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: config,
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: tokenFile === undefined ? '/bin/false' : askpass,
    ...(tokenFile === undefined ? {} : { REEVE_GIT_TOKEN_FILE: tokenFile }),
    GIT_SSH_COMMAND: sshCommand(sshKey, knownHosts),
    GIT_LFS_SKIP_SMUDGE: '1',
  };
}

/** A host whose key is not known is refused, never learned: whoever stands between would be believed for ever. */
function sshCommand(key: string | undefined, knownHosts: string | undefined): string {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'UpdateHostKeys=no',
    'ConnectTimeout=15',
    'ServerAliveInterval=15',
    'ForwardAgent=no',
    ...(knownHosts === undefined
      ? []
      : [sshOption('UserKnownHostsFile', knownHosts), 'GlobalKnownHostsFile=/dev/null']),
    ...(key === undefined
      ? []
      : [sshOption('IdentityFile', key), 'IdentitiesOnly=yes', 'IdentityAgent=none']),
  ];
  return ['ssh', '-F', '/dev/null', ...options.flatMap((option) => ['-o', option])].map(quoted).join(' ');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
