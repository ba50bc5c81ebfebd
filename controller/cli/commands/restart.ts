// `reeve restart`: restarts many in batches, each waited for until it is ready. Shows the batches, asks, follows.

import { type Command, InvalidArgumentError } from 'commander';
import { exitStatus, ReeveError } from '../../errors.ts';
import type { RestartPlan } from '../../procedures/restart-plan.ts';
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
  readonly selector: Readonly<Record<string, string>>;
}

export function define(command: Command, context: Context): void {
  withExamples(
    withBatches(
      withOutput(withPlatform(command))
        .description(
          'Restarts workloads in batches: core, then critical, then the rest, dependencies first. A batch is waited for until it is ready and settled before the next. Goes on where it stood if the controller is restarted meanwhile.',
        )
        .argument('[name...]', 'only these; without names, all that --selector chooses')
        .option(
          '-l, --selector <key=value>',
          'kind=Agent, tier=standard, name=x or a label; with commas: all of them',
          selector,
          {},
        ),
    ).action((names: string[], flags: Flags) => restart(names, flags, context)),
    [
      ['reeve restart -l kind=Agent', 'all agents, five at a time, 30 s between batches'],
      ['reeve restart -l tier=standard,part=office --settle 5s', 'those with this tier and label, faster'],
      ['reeve restart --yes web api', 'these two, from a script'],
    ],
  );
}

async function restart(names: readonly string[], flags: Flags, context: Context): Promise<void> {
  requireChoice(names, flags);
  requireAnswer(flags, context, 'restart');
  const [{ reach }, { batchesView }, { screenOf }] = await Promise.all([
    import('../reach.ts'),
    import('../views/procedures.ts'),
    import('../screen.ts'),
  ]);
  const { control, controller } = await reach(flags, context, {
    verb: 'restart',
    lock: true,
    manifests: false,
  });
  try {
    requireKeeper(flags, controller !== undefined);
    const { selector } = flags;
    const plan: RestartPlan = await control.procedures.restartPlan({
      names,
      selector,
      ...batchOptions(flags),
    });
    if (flags.output === 'text') context.terminal.out(batchesView(plan, screenOf(context)));
    if (flags.yes !== true && !(await context.terminal.ask('Restart these?'))) {
      context.terminal.err('nothing restarted');
      return context.exit(exitStatus.failed);
    }
    const id = await control.procedures.restart(plan, by(context, 'restart'));
    await followOrLeave(control.procedures, id, flags, context);
  } finally {
    await control.close();
  }
}

/** Everything is not restarted by forgetting to say what. */
function requireChoice(names: readonly string[], flags: Flags): void {
  if (names.length > 0 || Object.keys(flags.selector).length > 0) return;
  throw new ReeveError('name what to restart, or choose it with --selector', {
    status: exitStatus.usage,
    hint: 'reeve restart -l kind=Agent restarts all agents',
  });
}

function selector(value: string): Readonly<Record<string, string>> {
  const pairs = value.split(',').map((pair) => {
    const [key = '', ...rest] = pair.split('=');
    if (key === '' || rest.length === 0 || rest.join('=') === '')
      throw new InvalidArgumentError('Write key=value, several with commas: kind=Agent,tier=standard.');
    return [key.trim(), rest.join('=').trim()] as const;
  });
  return Object.fromEntries(pairs);
}
