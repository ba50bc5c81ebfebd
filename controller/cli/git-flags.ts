// `--git` and what goes with it, for the commands that read manifests from a repository.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseSize } from '../../desired-state/units.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import { checkSettings, type GitSettings, gitDefaults, type VerifySettings } from '../git/settings.ts';
import { duration, type PlatformFlags } from './options.ts';

export interface GitFlags extends PlatformFlags {
  readonly git?: string;
  readonly ref?: string;
  readonly path?: string;
  readonly poll?: number;
  readonly maxSize?: number;
  readonly fetchTimeout?: number;
  readonly tokenFile?: string;
  readonly sshKey?: string;
  readonly knownHosts?: string;
  readonly ageKey?: string;
  readonly verify?: VerifySettings['mode'];
  readonly allowedSigners?: string;
  readonly keyring?: string;
}

/** `polled`: the command asks again and again. */
export function withGit(command: Command, { polled }: { readonly polled: boolean }): Command {
  command
    .option('--git <url>', 'manifests from this repository: https://, ssh://, git@HOST:PATH, or a path')
    .option('--ref <name>', `branch or tag to follow (default: ${gitDefaults.ref})`)
    .option('--path <path>', 'file or folder of manifests in the repository (default: its root)');
  if (polled) {
    command.addOption(
      new Option('--poll <duration>', 'how often to ask the repository (default: 60s)').argParser(duration),
    );
  }
  return command
    .option('--token-file <file>', 'file with the token for https')
    .option('--ssh-key <file>', 'private key for ssh, without a passphrase')
    .option('--known-hosts <file>', "keys of the hosts for ssh (default: the user's and the system's)")
    .option('--age-key <file>', 'key for secret files that are encrypted with age')
    .addOption(
      new Option(
        '--verify <mode>',
        'commits without a good signature: refuse them, or only warn (default: enforce, where signers are given)',
      ).choices(['enforce', 'warn']),
    )
    .option('--allowed-signers <file>', "whose SSH signatures are good (as git's gpg.ssh.allowedSignersFile)")
    .option('--keyring <file>', 'whose GPG signatures are good: their public keys, exported')
    .addOption(
      new Option('--max-size <size>', 'most that a fetch or a commit may weigh (default: 512m)').argParser(
        size,
      ),
    )
    .addOption(
      new Option('--fetch-timeout <duration>', 'longest time for one fetch (default: 10m)').argParser(
        duration,
      ),
    );
}

/** undefined: no `--git`; then nothing that goes with it may be given. */
export function gitSettings(flags: GitFlags, cwd: string): GitSettings | undefined {
  if (flags.git === undefined) {
    const lone = needGit.find((name) => flags[name] !== undefined);
    if (lone === undefined) return undefined;
    throw new ReeveError(`--${dashed(lone)} goes with --git`, {
      status: exitStatus.usage,
      hint: 'name the repository: --git URL',
    });
  }
  if (flags.file.length > 0 || flags.projectDirectory !== undefined) {
    throw new ReeveError('manifests come from --git or from -f, not from both', {
      status: exitStatus.usage,
      hint: '--path PATH says where they are in the repository',
    });
  }
  const { tokenFile, sshKey, knownHosts, ageKey } = flags;
  return checkSettings(
    {
      url: flags.git,
      ref: flags.ref ?? gitDefaults.ref,
      path: flags.path ?? gitDefaults.path,
      everyMs: flags.poll ?? gitDefaults.everyMs,
      maxBytes: flags.maxSize ?? gitDefaults.maxBytes,
      timeoutMs: flags.fetchTimeout ?? gitDefaults.timeoutMs,
      ...(tokenFile === undefined ? {} : { tokenFile }),
      ...(sshKey === undefined ? {} : { sshKey }),
      ...(knownHosts === undefined ? {} : { knownHosts }),
      ...(ageKey === undefined ? {} : { ageKey }),
      ...verifyOf(flags),
    },
    cwd,
  );
}

/** The words that give these settings again, with whole paths; what is as by default is left out. */
export function gitWords(settings: GitSettings): readonly string[] {
  const { url, ref, path, everyMs, maxBytes, timeoutMs, verify, ...files } = settings;
  const given: readonly (readonly [string, string | undefined])[] = [
    ['git', url],
    ['ref', ref],
    ['path', path === gitDefaults.path ? undefined : path],
    ['poll', everyMs === gitDefaults.everyMs ? undefined : `${everyMs}ms`],
    ['token-file', files.tokenFile],
    ['ssh-key', files.sshKey],
    ['known-hosts', files.knownHosts],
    ['age-key', files.ageKey],
    ['verify', verify?.mode],
    ['allowed-signers', verify?.allowedSigners],
    ['keyring', verify?.keyring],
    ['max-size', maxBytes === gitDefaults.maxBytes ? undefined : String(maxBytes)],
    ['fetch-timeout', timeoutMs === gitDefaults.timeoutMs ? undefined : `${timeoutMs}ms`],
  ];
  return given.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
}

const needGit = [
  'ref',
  'path',
  'poll',
  'tokenFile',
  'sshKey',
  'knownHosts',
  'ageKey',
  'verify',
  'allowedSigners',
  'keyring',
  'maxSize',
  'fetchTimeout',
] as const satisfies readonly (keyof GitFlags)[];

function verifyOf({ verify, allowedSigners, keyring }: GitFlags): { verify?: VerifySettings } {
  if (verify === undefined && allowedSigners === undefined && keyring === undefined) return {};
  if (allowedSigners === undefined && keyring === undefined) {
    throw new ReeveError('--verify needs to know whose signatures are good', {
      status: exitStatus.usage,
      hint: 'give --allowed-signers FILE (SSH), --keyring FILE (GPG), or both',
    });
  }
  return {
    verify: {
      mode: verify ?? 'enforce',
      ...(allowedSigners === undefined ? {} : { allowedSigners }),
      ...(keyring === undefined ? {} : { keyring }),
    },
  };
}

function size(value: string): number {
  const bytes = parseSize(value);
  if (bytes === undefined || bytes <= 0) throw new InvalidArgumentError('Write a size: 512m, 2g.');
  return bytes;
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
