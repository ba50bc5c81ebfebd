// `reeve restart`: restarts many in batches, each waited for until it is ready. Shows the batches, asks, follows.

import { type Command, InvalidArgumentError } from 'commander';
import { exitStatus, ReeveError } from '../../errors.ts';
import type { RestartOptions, RestartPlan } from '../../procedures/restart-plan.ts';
import { by, type Context } from '../context.ts';
import {
  count,
  duration,
  durationOrNone,
  type OutputFlags,
  type PlatformFlags,
  withExamples,
  withOutput,
  withPlatform,
} from '../options.ts';

interface Flags extends PlatformFlags, OutputFlags {
  readonly selector: Readonly<Record<string, string>>;
  readonly batch: number;
  readonly settle: number;
  readonly timeout: number;
  readonly maxFailures?: number;
  readonly yes?: boolean;
  readonly wait: boolean;
}

export function define(command: Command, context: Context): void {
  withExamples(
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
      )
      .option('--batch <count>', 'how many at once', count, 5)
      .option(
        '--settle <duration>',
        'how long a ready batch is watched before the next',
        durationOrNone,
        30_000,
      )
      .option('--timeout <duration>', 'how long a batch may take to be ready', duration, 300_000)
      .option(
        '--max-failures <count>',
        'of tier standard, before it stops for a decision (default: one batch, or a tenth of all)',
        count,
      )
      .option('-y, --yes', 'do not ask')
      .option('--no-wait', 'begin it and return; needs a controller that keeps the platform')
      .action((names: string[], flags: Flags) => restart(names, flags, context)),
    [
      ['reeve restart -l kind=Agent', 'all agents, five at a time, 30 s between batches'],
      ['reeve restart -l tier=standard,part=office --settle 5s', 'those with this tier and label, faster'],
      ['reeve restart --yes web api', 'these two, from a script'],
    ],
  );
}

async function restart(names: readonly string[], flags: Flags, context: Context): Promise<void> {
  requireChoice(names, flags);
  requireAnswer(flags, context);
  const [{ reach }, { batchesView }, { follow }, { screenOf }] = await Promise.all([
    import('../reach.ts'),
    import('../views/procedures.ts'),
    import('../follow-procedure.ts'),
    import('../screen.ts'),
  ]);
  const { control, controller } = await reach(flags, context, {
    verb: 'restart',
    lock: true,
    manifests: false,
  });
  try {
    if (!flags.wait && controller === undefined) {
      throw new ReeveError('no controller keeps this platform, so nobody would go on with it', {
        status: exitStatus.usage,
        hint: 'leave --no-wait away, or start reeve run first',
      });
    }
    const plan: RestartPlan = await control.procedures.restartPlan(optionsOf(names, flags));
    if (flags.output === 'text') context.terminal.out(batchesView(plan, screenOf(context)));
    if (flags.yes !== true && !(await context.terminal.ask('Restart these?'))) {
      context.terminal.err('nothing restarted');
      return context.exit(exitStatus.failed);
    }
    const id = await control.procedures.restart(plan, by(context, 'restart'));
    if (!flags.wait)
      return context.terminal.out(`begun: ${id}; follow it: reeve procedures show ${id} --follow`);
    await follow(control.procedures, id, flags, context);
  } finally {
    await control.close();
  }
}

function optionsOf(names: readonly string[], flags: Flags): RestartOptions {
  return {
    names,
    selector: flags.selector,
    batchSize: Math.max(1, flags.batch),
    settleMs: flags.settle,
    timeoutMs: flags.timeout,
    ...(flags.maxFailures === undefined ? {} : { maxFailures: flags.maxFailures }),
  };
}

/** Everything is not restarted by forgetting to say what. */
function requireChoice(names: readonly string[], flags: Flags): void {
  if (names.length > 0 || Object.keys(flags.selector).length > 0) return;
  throw new ReeveError('name what to restart, or choose it with --selector', {
    status: exitStatus.usage,
    hint: 'reeve restart -l kind=Agent restarts all agents',
  });
}

function requireAnswer(flags: Flags, context: Context): void {
  if (flags.yes === true || (context.terminal.interactive && flags.output === 'text')) return;
  throw new ReeveError('there is no terminal to ask on', {
    status: exitStatus.usage,
    hint: 'say --yes to restart without asking',
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
