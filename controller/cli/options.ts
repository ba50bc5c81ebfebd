// Options that several commands share, each spelt once. Says what is wrong with a value in the words of a usage error.

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Ref } from '../../desired-state/resource.ts';
import { parseDuration } from '../../desired-state/units.ts';
import type { PlanOptions } from '../control.ts';
import { resolveNames } from '../names.ts';

/** Which platform a command is about, and where its engine and state are. */
export interface PlatformFlags {
  readonly file: readonly string[];
  readonly platform?: string;
  readonly projectDirectory?: string;
  readonly state?: string;
  readonly store?: string;
  readonly host?: string;
}

export interface OutputFlags {
  readonly output: 'text' | 'json';
}

/** `-f -p --state --store --host`; where `-f` means follow, manifests are named by `--file` alone. */
export function withPlatform(command: Command, { shortFile = true } = {}): Command {
  return withFiles(command, { shortFile })
    .option(
      '--state <dir>',
      'state folder (default: $XDG_STATE_HOME/reeve/PLATFORM, as root /var/lib/reeve/PLATFORM)',
    )
    .option(
      '--store <url>',
      'Postgres database for the store (default: REEVE_STORE, then where the state folder says, then a file in it)',
    )
    .option('--host <url>', 'Docker engine (default: DOCKER_HOST, then the Docker context)');
}

/** `-f -p --project-directory`: for commands that only read manifests. */
export function withFiles(command: Command, { shortFile = true } = {}): Command {
  const file = shortFile ? '-f, --file <path>' : '--file <path>';
  return command
    .addOption(
      new Option(file, 'manifest, folder or Compose file; repeatable')
        .argParser((value: string, all: readonly string[]) => [...all, value])
        .default([], 'reeve.yaml, then Compose names'),
    )
    .option('-p, --platform <name>', "the platform's name, or which one where no files are given")
    .option(
      '--project-directory <dir>',
      'where relative paths of Compose files start (default: beside the first)',
    );
}

export function withOutput(command: Command): Command {
  return command.addOption(
    new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text'),
  );
}

/** Examples below the help, each a line to type and what it is for. */
export function withExamples(command: Command, examples: readonly (readonly [string, string])[]): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, why]) => `  $ ${line.padEnd(width)}   # ${why}`);
  return command.addHelpText('after', ['', 'Examples:', ...lines].join('\n'));
}

/** `30m`, `1h30m`; a bare number is refused, for nobody knows its unit, and so is no time at all. */
export function duration(value: string): number {
  const ms = durationOrNone(value);
  if (ms === 0) throw new InvalidArgumentError('Write a duration above 0: 90s, 10m, 1h30m.');
  return ms;
}

/** `0s` too: no time at all. */
export function durationOrNone(value: string): number {
  const ms = parseDuration(value);
  if (ms === undefined) throw new InvalidArgumentError('Write a duration with its unit: 90s, 10m, 1h30m.');
  return ms;
}

export function count(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError('Write a whole number, 0 or more.');
  }
  return number;
}

/** What may be in a plan; alike for plan and apply. */
export interface PlanFlags {
  readonly allowDelete?: boolean;
  readonly updateImages?: boolean;
  readonly build?: boolean;
}

export function withPlan(command: Command): Command {
  return command
    .option('--allow-delete', 'remove also more than policy.maxDelete of the platform')
    .option(
      '--update-images',
      'ask the registries what each tag means now, pull it, and recreate where it is another image',
    )
    .option('--build', 'build images anew also where what they are built from is the same');
}

/** What the words and flags of plan and apply ask for; names that nobody has are refused here. */
export function planOptions(names: readonly string[], flags: PlanFlags, refs: readonly Ref[]): PlanOptions {
  return {
    names: names.flatMap((name) => resolveNames(name, refs)),
    allowDelete: flags.allowDelete ?? false,
    updateImages: flags.updateImages ?? false,
    ...(flags.build === true ? { build: true } : {}),
  };
}
