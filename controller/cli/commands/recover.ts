// `reeve recover`: brings the whole platform up again in order. Shows what it would stop and start, asks, follows.

import { type Command, InvalidArgumentError } from 'commander';
import { parseSize } from '../../../desired-state/units.ts';
import { exitStatus } from '../../errors.ts';
import { by, type Context } from '../context.ts';
import { type PlatformFlags, withExamples, withOutput, withPlatform } from '../options.ts';
import {
  type BatchFlags,
  batchOptions,
  followOrLeave,
  requireAnswer,
  requireKeeper,
  withBatches,
} from '../procedure-flags.ts';

interface Flags extends PlatformFlags, BatchFlags {
  readonly keepHealthy?: boolean;
  readonly dryRun?: boolean;
  readonly maxDisk?: number;
  readonly minMemory?: number;
}

export function define(command: Command, context: Context): void {
  withExamples(
    withBatches(
      withOutput(withPlatform(command))
        .description(
          'Stops all workloads of the platform, dependents first, and starts them again: core, then critical, each ready before what needs it; a gate; then the rest in batches. Where core, critical or too many others do not get ready it stops for a decision. Goes on where it stood if the controller or the engine is restarted meanwhile. Volumes and what is not of the platform are never touched.',
        )
        .option('--keep-healthy', 'leave running what is Ready')
        .option('--dry-run', 'print the plan and change nothing')
        .option(
          '--max-disk <percent>',
          "where the engine's disk is fuller: free images without a name and the build cache; stop for a decision if that is not enough (default: policy.host.maxDisk, 90%)",
          percent,
        )
        .option(
          '--min-memory <size>',
          'with less available: warn, and make batches so small that what they reserve fits (default: policy.host.minMemory, 1000m)',
          size,
        ),
    ).action((flags: Flags) => recover(flags, context)),
    [
      ['reeve recover --dry-run', 'which batches, what is stopped and kept, how long it takes'],
      ['reeve recover', 'after a failure of the whole system'],
      ['reeve recover --yes --keep-healthy', 'only what is not Ready, from a script'],
    ],
  );
}

async function recover(flags: Flags, context: Context): Promise<void> {
  const dryRun = flags.dryRun === true;
  if (!dryRun) requireAnswer(flags, context, 'recover');
  const [{ reach }, { recoverView }, { screenOf }, { print }] = await Promise.all([
    import('../reach.ts'),
    import('../views/recover.ts'),
    import('../screen.ts'),
    import('../print.ts'),
  ]);
  const { control, controller } = await reach(flags, context, {
    verb: 'recover',
    lock: !dryRun,
    manifests: false,
  });
  try {
    if (!dryRun) requireKeeper(flags, controller !== undefined);
    const { keepHealthy = false, maxDisk: diskPercent, minMemory: memoryBytes } = flags;
    const plan = await control.procedures.recoverPlan({
      keepHealthy,
      ...(diskPercent === undefined ? {} : { diskPercent }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
      ...batchOptions(flags),
    });
    if (dryRun) return print(context, flags, plan, recoverView);
    if (flags.output === 'text') context.terminal.out(recoverView(plan, screenOf(context)));
    if (flags.yes !== true && !(await context.terminal.ask('Stop these and start them in this order?'))) {
      context.terminal.err('nothing stopped');
      return context.exit(exitStatus.failed);
    }
    const id = await control.procedures.recover(plan, by(context, 'recover'));
    await followOrLeave(control.procedures, id, flags, context);
  } finally {
    await control.close();
  }
}

function percent(value: string): number {
  const number = Number(value.replace(/%$/, ''));
  if (!(number > 0 && number <= 100)) throw new InvalidArgumentError('Write a percentage: 90.');
  return number;
}

function size(value: string): number {
  const bytes = parseSize(value);
  if (bytes === undefined) throw new InvalidArgumentError('Write a size with its unit: 512m, 2g.');
  return bytes;
}
