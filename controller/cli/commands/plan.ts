// `reeve plan`: what apply would do and why. Changes nothing and takes no lock.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { exitStatus } from '../../errors.ts';
import type { Context } from '../context.ts';
import {
  type OutputFlags,
  type PlanFlags,
  type PlatformFlags,
  planOptions,
  withExamples,
  withOutput,
  withPlan,
  withPlatform,
} from '../options.ts';

interface Flags extends PlatformFlags, OutputFlags, PlanFlags {
  readonly out?: string;
  readonly detailedExitcode?: boolean;
}

export function define(command: Command, context: Context): void {
  withExamples(
    withOutput(withPlan(withPlatform(command)))
      .description('Shows each step in its wave with its cause: the line of the manifest, or the live fact.')
      .argument('[name...]', 'only these resources and what they need')
      .option('--out <file>', 'save it, for reeve apply FILE to do exactly that')
      .option('--detailed-exitcode', 'exit 2 where there is something to do')
      .action((names: string[], flags: Flags) => plan(names, flags, context)),
    [
      ['reeve plan', 'the manifests of this folder'],
      ['reeve plan -f platform/ web', 'one resource and what it needs'],
      ['reeve plan --out change.plan && reeve apply change.plan', 'do what was reviewed, or nothing'],
      ['reeve plan --detailed-exitcode >/dev/null || echo drifted', 'for a cron job'],
    ],
  );
}

async function plan(names: readonly string[], flags: Flags, context: Context): Promise<void> {
  const [{ reach }, { planView }] = await Promise.all([import('../reach.ts'), import('../views/plan.ts')]);
  const saved = flags.out !== undefined;
  const { control, place } = await reach(flags, context, {
    verb: 'plan',
    lock: false,
    manifests: true,
    saved,
  });
  try {
    const options = planOptions(names, flags, place.refs);
    const report = await control.plan(options);
    if (flags.out !== undefined) {
      const { toSavedPlan, writeSavedPlan } = await import('../saved-plan.ts');
      const at = context.now();
      const from = {
        at,
        ...(flags.state === undefined ? {} : { stateDir: place.dir }),
        ...(flags.host === undefined ? {} : { host: flags.host }),
      };
      await writeSavedPlan(resolve(context.cwd, flags.out), toSavedPlan(report, options, from));
    }
    const [{ print }, { policySummary }] = await Promise.all([
      import('../print.ts'),
      import('../../reports/policy.ts'),
    ]);
    const policy = policySummary(report.revision);
    const shown = {
      platform: report.plan.platform,
      revision: report.plan.revision,
      fingerprint: report.fingerprint,
      changedVariables: report.changedVariables,
      ...(policy === undefined ? {} : { policy }),
      plan: report.plan,
    };
    print(context, flags, shown, planView);
    if (flags.out !== undefined) context.terminal.err(`saved: reeve apply ${flags.out} does exactly this`);
    if (report.plan.blocked !== undefined) context.exit(exitStatus.blocked);
    else if (flags.detailedExitcode === true && report.plan.steps.length > 0)
      context.exit(exitStatus.pending);
  } finally {
    await control.close();
  }
}
