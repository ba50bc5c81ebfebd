// What the commands that begin a procedure of batches have in common: their options, the question, and following it.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { exitStatus, ReeveError } from '../errors.ts';
import type { Procedures } from '../procedures/procedures.ts';
import type { Context } from './context.ts';
import { count, duration, durationOrNone, type OutputFlags } from './options.ts';

/** What is asked, and whether it is followed. */
export interface BeginFlags extends OutputFlags {
  readonly yes?: boolean;
  readonly wait: boolean;
}

export interface BatchFlags extends BeginFlags {
  readonly batch: number;
  readonly settle: Settle;
  readonly timeout: number;
  readonly maxFailures?: number;
}

export interface Settle {
  readonly settleMs: number;
  readonly adaptive: boolean;
}

const defaultSettle: Settle = { settleMs: 30_000, adaptive: false };

export function withBatches(command: Command): Command {
  return command
    .option('--batch <count>', 'how many at once', count, 5)
    .addOption(
      new Option(
        '--settle <duration>',
        'how long a ready batch is watched before the next; adaptive: 30s, and none where a healthcheck or probe of each has passed',
      )
        .argParser(settle)
        .default(defaultSettle, '30s'),
    )
    .addOption(
      new Option('--timeout <duration>', 'how long a batch may take to be ready')
        .argParser(duration)
        .default(300_000, '5m'),
    )
    .option(
      '--max-failures <count>',
      'of tier standard, before it stops for a decision (default: one batch, or a tenth of all)',
      count,
    )
    .option('-y, --yes', 'do not ask')
    .option('--no-wait', 'begin it and return; needs a controller that keeps the platform');
}

/** Both plans take them so. */
export function batchOptions({ batch, settle: { settleMs, adaptive }, timeout, maxFailures }: BatchFlags) {
  return {
    batchSize: Math.max(1, batch),
    settleMs,
    adaptive,
    timeoutMs: timeout,
    ...(maxFailures === undefined ? {} : { maxFailures }),
  };
}

/** @throws where the question could be put to nobody. */
export function requireAnswer(flags: BeginFlags, context: Context, verb: string): void {
  if (flags.yes === true || (context.terminal.interactive && flags.output === 'text')) return;
  throw new ReeveError('there is no terminal to ask on', {
    status: exitStatus.usage,
    hint: `say --yes to ${verb} without asking`,
  });
}

/** @throws where it is to go on by itself and nobody would see to that. */
export function requireKeeper(flags: BeginFlags, isKept: boolean): void {
  if (flags.wait || isKept) return;
  throw new ReeveError('no controller keeps this platform, so nobody would go on with it', {
    status: exitStatus.usage,
    hint: 'leave --no-wait away, or start reeve run first',
  });
}

/** After it has begun: what to type to see it, or what it does, to its end. */
export async function followOrLeave(
  procedures: Pick<Procedures, 'attend'>,
  id: string,
  flags: BeginFlags,
  context: Context,
): Promise<void> {
  if (!flags.wait) {
    return context.terminal.out(`begun: ${id}; follow it: reeve procedures show ${id} --follow`);
  }
  const { follow } = await import('./follow-procedure.ts');
  await follow(procedures, id, flags, context);
}

function settle(value: string): Settle {
  if (value === 'adaptive') return { ...defaultSettle, adaptive: true };
  try {
    return { settleMs: durationOrNone(value), adaptive: false };
  } catch {
    throw new InvalidArgumentError('Write a duration with its unit (0s, 30s, 2m), or adaptive.');
  }
}
