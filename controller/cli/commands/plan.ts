// `reeve plan`: what apply would do and why. Changes nothing and takes no lock.

import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { exitStatus, ReeveError } from '../../errors.ts';
import type { Context } from '../context.ts';
import { type GitFlags, gitSettings, withGit } from '../git-flags.ts';
import { type PlanFlags, planOptions, withExamples, withPlan, withPlatform } from '../options.ts';

interface Flags extends GitFlags, PlanFlags {
  readonly output: 'text' | 'json' | 'markdown';
  readonly out?: string;
  readonly detailedExitcode?: boolean;
}

export function define(command: Command, context: Context): void {
  withExamples(
    withGit(withPlan(withPlatform(command)), { polled: false })
      .description('Shows each step in its wave with its cause: the line of the manifest, or the live fact.')
      .argument('[name...]', 'only these resources and what they need')
      .addOption(
        new Option('-o, --output <format>', 'how to print; markdown for a comment on a pull request')
          .choices(['text', 'json', 'markdown'])
          .default('text'),
      )
      .option('--out <file>', 'save it, for reeve apply FILE to do exactly that')
      .option('--detailed-exitcode', 'exit 2 where there is something to do')
      .action((names: string[], flags: Flags) => plan(names, flags, context)),
    [
      ['reeve plan', 'the manifests of this folder'],
      ['reeve plan -f platform/ web', 'one resource and what it needs'],
      ['reeve plan --out change.plan && reeve apply change.plan', 'do what was reviewed, or nothing'],
      [
        'reeve plan --git . --ref HEAD --path platforms/prod -o markdown --detailed-exitcode',
        "in a pull request's CI: exits 2 where something would change",
      ],
      ['reeve plan --detailed-exitcode >/dev/null || echo drifted', 'for a cron job'],
    ],
  );
}

async function plan(names: readonly string[], flags: Flags, context: Context): Promise<void> {
  const [{ reach, reachCommit }, { planView }, { planMarkdown }] = await Promise.all([
    import('../reach.ts'),
    import('../views/plan.ts'),
    import('../views/plan-markdown.ts'),
  ]);
  const saved = flags.out !== undefined;
  const git = gitSettings(flags, context.cwd);
  if (git !== undefined && saved) {
    throw new ReeveError('a plan from --git cannot be saved: the controller brings commits in', {
      status: exitStatus.usage,
      hint: 'merge it into the branch that the controller follows',
    });
  }
  const options = { verb: 'plan', lock: false, manifests: true, saved };
  const { control, place } =
    git === undefined
      ? await reach(flags, context, options)
      : await reachCommit(git, flags, context, options);
  try {
    const asked = planOptions(names, flags, place.refs);
    const report = await control.plan(asked);
    if (flags.out !== undefined) {
      const { toSavedPlan, writeSavedPlan } = await import('../saved-plan.ts');
      const at = context.now();
      const from = {
        at,
        ...(flags.state === undefined ? {} : { stateDir: place.dir }),
        ...(flags.host === undefined ? {} : { host: flags.host }),
      };
      await writeSavedPlan(resolve(context.cwd, flags.out), toSavedPlan(report, asked, from));
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
    if (flags.output === 'markdown') context.terminal.out(planMarkdown(shown));
    else print(context, flags, shown, planView);
    if (flags.out !== undefined) context.terminal.err(`saved: reeve apply ${flags.out} does exactly this`);
    if (report.plan.blocked !== undefined) context.exit(exitStatus.blocked);
    else if (flags.detailedExitcode === true && report.plan.steps.length > 0)
      context.exit(exitStatus.pending);
  } finally {
    await control.close();
    await place.git?.remove();
  }
}
