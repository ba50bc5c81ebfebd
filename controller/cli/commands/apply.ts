// `reeve apply`: shows the plan, asks, does it, waits until all is ready, tells what is not.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Ref } from '../../../desired-state/resource.ts';
import type { ApplyOptions, PlanReport } from '../../control.ts';
import { exitStatus, ReeveError } from '../../errors.ts';
import { by, type Context } from '../context.ts';
import {
  duration,
  type OutputFlags,
  type PlanFlags,
  type PlatformFlags,
  planOptions,
  withExamples,
  withOutput,
  withPlan,
  withPlatform,
} from '../options.ts';
import type { Reached } from '../reach.ts';
import type { SavedPlan } from '../saved-plan.ts';

interface Flags extends PlatformFlags, OutputFlags, PlanFlags {
  readonly yes?: boolean;
  readonly timeout?: number;
  readonly liftQuarantine?: boolean;
}

export function define(command: Command, context: Context): void {
  withExamples(
    withOutput(withPlan(withPlatform(command)))
      .description(
        'Shows the plan, asks, carries it out wave by wave and waits until all is ready. Where a controller keeps the platform, it does the work.',
      )
      .argument(
        '[name...]',
        'only these resources and what they need; or one file that reeve plan --out saved',
      )
      .option('-y, --yes', 'do not ask')
      .option(
        '--timeout <duration>',
        'wait no longer for readiness (default: policy.progressDeadline; a rollout has the time of its waves)',
        duration,
      )
      .option('--lift-quarantine', 'bring in a revision that failed before, or that was rolled back from')
      .action((names: string[], flags: Flags) => apply(names, flags, context)),
    [
      ['reeve apply', 'the manifests of this folder'],
      ['reeve apply --yes --timeout 5m web', 'one resource and what it needs, from a script'],
      ['reeve apply change.plan', 'exactly what reeve plan --out change.plan showed, or nothing (73)'],
    ],
  );
}

async function apply(words: readonly string[], given: Flags, context: Context): Promise<void> {
  const { reach } = await import('../reach.ts');
  const saved = await savedPlan(words, context);
  const flags = saved === undefined ? given : { ...given, ...flagsOf(saved) };
  requireAnswer(flags, context);
  const reached = await reach(flags, context, { verb: 'apply', lock: true, manifests: true, guess: false });
  try {
    if (saved === undefined) requireNoFile(words, reached.place.refs);
    const options: ApplyOptions = {
      ...(saved?.options ?? planOptions(words, flags, reached.place.refs)),
      by: by(context, 'apply'),
      ...(flags.timeout === undefined ? {} : { timeoutMs: flags.timeout }),
      ...(flags.liftQuarantine === true ? { liftQuarantine: true } : {}),
    };
    if (saved !== undefined)
      await carryOut(reached, { ...options, fingerprint: saved.fingerprint }, flags, context);
    else await agreeAndCarryOut(reached, options, flags, context);
  } finally {
    await reached.control.close();
  }
}

async function savedPlan(words: readonly string[], context: Context): Promise<SavedPlan | undefined> {
  const [word, another] = words;
  if (word === undefined || another !== undefined) return undefined;
  const { readSavedPlan } = await import('../saved-plan.ts');
  return readSavedPlan(resolve(context.cwd, word));
}

/** A word like `change.plan` that no resource is named by is a file that is not there. */
function requireNoFile(words: readonly string[], refs: readonly Ref[]): void {
  const [word = ''] = words;
  if (!/^[^/]*\.\w+$|^[./]/.test(word) || refs.some((ref) => ref.endsWith(`/${word}`))) return;
  throw new ReeveError(`there is no file ${word} that reeve plan --out saved, and no resource of that name`, {
    status: exitStatus.usage,
    hint: `reeve plan --out ${word} saves one`,
  });
}

/** A saved plan knows where it belongs. */
function flagsOf(saved: SavedPlan): Partial<Flags> {
  return {
    file: saved.sources,
    platform: saved.platform,
    ...(saved.stateDir === undefined ? {} : { state: saved.stateDir }),
    ...(saved.host === undefined ? {} : { host: saved.host }),
    yes: true,
  };
}

function requireAnswer(flags: Flags, context: Context): void {
  if (flags.yes === true) return;
  if (flags.output === 'json') {
    throw new ReeveError('-o json shows no plan to say yes to', {
      status: exitStatus.usage,
      hint: 'say --yes too',
    });
  }
  if (context.terminal.interactive) return;
  throw new ReeveError('there is no terminal to ask on', {
    status: exitStatus.usage,
    hint: 'say --yes to apply without asking; reeve plan shows what would be done',
  });
}

async function agreeAndCarryOut(
  reached: Reached,
  options: ApplyOptions,
  flags: Flags,
  context: Context,
): Promise<void> {
  const agreed = await agree(reached, options, flags, context);
  if (agreed === undefined) return;
  try {
    await carryOut(reached, agreed, flags, context);
  } catch (error) {
    // A person agreed to one plan; if it is another by now, nothing was done, and the person is asked again.
    const stale = error instanceof ReeveError && error.status === exitStatus.blocked;
    if (!stale || agreed.fingerprint === undefined) throw error;
    context.terminal.err(`\n${error.message}; it is now:`);
    await agreeAndCarryOut(reached, options, flags, context);
  }
}

/** Shows the plan and asks. undefined: no, or blocked. With a fingerprint where a person said yes to that very plan. */
async function agree(
  { control }: Reached,
  options: ApplyOptions,
  flags: Flags,
  context: Context,
): Promise<ApplyOptions | undefined> {
  const report = await control.plan(options);
  const { blocked, steps, warnings } = report.plan;
  if (flags.output === 'text') await show(report, context);
  if (blocked !== undefined) {
    if (flags.output === 'json') throw new ReeveError(blocked.message, { status: exitStatus.blocked });
    context.exit(exitStatus.blocked);
    return undefined;
  }
  const refused = warnings.find(
    ({ reason }) => reason === 'Suspended' || (reason === 'Quarantined' && options.liftQuarantine !== true),
  );
  if (refused !== undefined) throw new ReeveError(refused.message, { status: exitStatus.blocked });
  if (flags.yes === true || steps.length === 0) return options;
  if (await context.terminal.ask('Apply this?')) return { ...options, fingerprint: report.fingerprint };
  context.terminal.err('not applied');
  context.exit(exitStatus.failed);
  return undefined;
}

async function show(report: PlanReport, context: Context): Promise<void> {
  const [{ planView }, { screenOf }, { say }] = await Promise.all([
    import('../views/plan.ts'),
    import('../screen.ts'),
    import('../print.ts'),
  ]);
  say(context, planView(report, screenOf(context)));
}

async function carryOut(
  { control, controller }: Reached,
  options: ApplyOptions,
  flags: Flags,
  context: Context,
): Promise<void> {
  const { carry } = await import('../carry.ts');
  const leaving = controller === undefined ? 'finishing what has begun' : 'no longer watching';
  await carry(context, flags, { down: false, leaving }, (progress, signal) =>
    control.apply(options, progress, signal),
  );
}
