// `reeve down`: takes the platform off the engine. Volumes stay unless they are asked for by name of the flag and by answer.

import type { Command } from 'commander';
import type { Plan } from '../../../reconcilers/plan.ts';
import { exitStatus, ReeveError } from '../../errors.ts';
import { by, type Context } from '../context.ts';
import { type OutputFlags, type PlatformFlags, withExamples, withOutput, withPlatform } from '../options.ts';

interface Flags extends PlatformFlags, OutputFlags {
  readonly volumes?: boolean;
  readonly yes?: boolean;
}

export function define(command: Command, context: Context): void {
  withExamples(
    withOutput(withPlatform(command))
      .description(
        "Removes the platform's containers and networks in reverse order. Volumes stay. A running controller stays suspended until the next apply.",
      )
      .option('--volumes', 'remove its volumes too: their data is gone for good')
      .option('-y, --yes', 'do not ask')
      .action((flags: Flags) => down(flags, context)),
    [
      ['reeve down', 'lists what would go, and asks'],
      ['reeve down --volumes --yes -p demo', 'leaves nothing of demo, data included'],
    ],
  );
}

async function down(flags: Flags, context: Context): Promise<void> {
  const { reach } = await import('../reach.ts');
  if (flags.yes !== true && !context.terminal.interactive) {
    throw new ReeveError('there is no terminal to ask on', {
      status: exitStatus.usage,
      hint: 'say --yes to remove without asking',
    });
  }
  const { control } = await reach(flags, context, {
    verb: 'down',
    lock: true,
    manifests: false,
    guess: false,
  });
  try {
    const options = { by: by(context, 'down'), volumes: flags.volumes ?? false };
    const plan = await control.downPlan(options);
    if (flags.output === 'text') await show(plan, options.volumes, context);
    if (flags.yes !== true && plan.steps.length > 0 && !(await context.terminal.ask(questionOf(plan)))) {
      context.terminal.err('nothing was removed');
      context.exit(exitStatus.failed);
      return;
    }
    const { carry } = await import('../carry.ts');
    await carry(context, flags, { down: true, leaving: 'finishing what has begun' }, (progress, signal) =>
      control.down(options, progress, signal),
    );
  } finally {
    await control.close();
  }
}

async function show(plan: Plan, volumes: boolean, context: Context): Promise<void> {
  const [{ downView }, { screenOf }, { say }] = await Promise.all([
    import('../views/down.ts'),
    import('../screen.ts'),
    import('../print.ts'),
  ]);
  say(context, downView({ plan, volumes }, screenOf(context)));
}

function questionOf(plan: Plan): string {
  const volumes = plan.steps.filter((step) => step.op === 'removeVolume').length;
  if (volumes === 0) return 'Remove these?';
  return `Remove these, and the data of ${volumes === 1 ? 'this volume' : `these ${volumes} volumes`} for good?`;
}
