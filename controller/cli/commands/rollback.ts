// `reeve rollback`: goes back to an older revision. Shows what differs, what stands in the way and how long it takes, asks,
// follows.

import type { Command } from 'commander';
import { exitStatus, ReeveError } from '../../errors.ts';
import type { RollbackPlan } from '../../procedures/rollback-plan.ts';
import { by, type Context } from '../context.ts';
import { type PlatformFlags, withExamples, withOutput, withPlatform } from '../options.ts';
import { type BeginFlags, followOrLeave, requireAnswer, requireKeeper } from '../procedure-flags.ts';

interface Flags extends PlatformFlags, BeginFlags {
  readonly to: string;
  readonly full?: boolean;
  readonly dryRun?: boolean;
}

export function define(command: Command, context: Context): void {
  withExamples(
    withOutput(withPlatform(command))
      .description(
        'Brings an older revision in force again, as it is stored, with the images that it ran: what differs from what runs now is changed wave by wave, each ready before the next, and nothing else is touched. The manifests stay as they are; the revision that is left is quarantined, so that nothing brings it in again until the manifests change or a person lifts that (reeve apply --lift-quarantine). Where a database has a newer schema than the older revision knows it waits for a decision before anything is stopped. If it fails itself it stops, keeps what works and asks.',
      )
      .option(
        '--to <revision>',
        'stable: the last that was healthy for its time; or the id of a revision, or of its commit',
        'stable',
      )
      .option('--full', 'stop everything first, dependents before what they need')
      .option('--dry-run', 'print the plan and change nothing')
      .option('-y, --yes', 'do not ask')
      .option('--no-wait', 'begin it and return; needs a controller that keeps the platform')
      .action((flags: Flags) => rollback(flags, context)),
    [
      ['reeve rollback --dry-run', 'what the last stable revision would change back, and how long it takes'],
      ['reeve rollback', 'go back to it'],
      ['reeve rollback --yes --to r1a2b3c4d5e6', 'to this one of reeve history, from a script'],
    ],
  );
}

async function rollback(flags: Flags, context: Context): Promise<void> {
  const dryRun = flags.dryRun === true;
  if (!dryRun) requireAnswer(flags, context, 'rollback');
  const [{ reach }, { rollbackView }, { screenOf }, { print }] = await Promise.all([
    import('../reach.ts'),
    import('../views/rollback.ts'),
    import('../screen.ts'),
    import('../print.ts'),
  ]);
  const { control, controller } = await reach(flags, context, {
    verb: 'rollback',
    lock: !dryRun,
    manifests: false,
  });
  try {
    if (!dryRun) requireKeeper(flags, controller !== undefined);
    const plan = await control.procedures.rollbackPlan({ to: flags.to, full: flags.full === true });
    if (dryRun) return print(context, flags, plan, rollbackView);
    if (flags.output === 'text') context.terminal.out(rollbackView(plan, screenOf(context)));
    requireImages(plan);
    if (flags.yes !== true && !(await context.terminal.ask('Go back?'))) {
      context.terminal.err('nothing changed');
      return context.exit(exitStatus.failed);
    }
    const id = await control.procedures.rollback(plan, by(context, 'rollback'));
    await followOrLeave(control.procedures, id, flags, context);
  } finally {
    await control.close();
  }
}

/** @throws where it is sure to fail: nothing is stopped for that. */
function requireImages({ missingImages, to }: RollbackPlan): void {
  if (missingImages.length === 0) return;
  throw new ReeveError(
    `revision ${to} cannot run again: ${missingImages.join(', ')} ${missingImages.length === 1 ? 'is' : 'are'} neither here nor in a registry; nothing was stopped`,
    {
      status: exitStatus.blocked,
      hint: 'load or push the image, or choose another revision: reeve history, then --to',
    },
  );
}
