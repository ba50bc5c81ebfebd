// `reeve policy`: what the manifests ask of the host, and what the platform's policy says of each.

import type { Command } from 'commander';
import { InvalidManifest } from '../../../desired-state/diagnostic.ts';
import { ruleNames } from '../../../desired-state/policy/rule.ts';
import type { Revision } from '../../../desired-state/revision.ts';
import type { Host } from '../../../reconcilers/capacity.ts';
import { exitStatus, ReeveError } from '../../errors.ts';
import type { Context } from '../context.ts';
import { type OutputFlags, type PlatformFlags, withExamples, withFiles, withOutput } from '../options.ts';

interface Flags extends Pick<PlatformFlags, 'file' | 'platform' | 'host'>, OutputFlags {}

export function define(command: Command, context: Context): void {
  withExamples(
    withOutput(withFiles(command))
      .description(
        'Groups by rule what workloads ask for: rights of the host, mounts, images, limits, secrets in clear; with the remedy. Shows what is reserved of the host. Exit status 65 where something is denied.',
      )
      .argument('[rule...]', `each finding of these rules with its place: ${ruleNames.join(', ')}`)
      .option('--host <url>', 'Docker engine whose CPUs and memory count')
      .action((names: string[], flags: Flags) => policy(names, flags, context)),
    [
      ['reeve policy', 'the whole report'],
      ['reeve policy dockerSocket mounts', 'each finding of two rules, as file:line:column'],
      ["reeve policy -o json | jq '.rules[] | {rule, findings}'", 'for a CI job'],
    ],
  );
}

async function policy(names: readonly string[], flags: Flags, context: Context): Promise<void> {
  requireRules(names);
  const revision = await load(flags, context);
  const host = await hostOf(flags, context);
  const [{ policyReport }, { findingsView, policyView }, { print }] = await Promise.all([
    import('../../reports/policy.ts'),
    import('../views/policy.ts'),
    import('../print.ts'),
  ]);
  const whole = policyReport(revision, host);
  const wanted = new Set(names);
  const isWanted = ({ rule }: { readonly rule: string }): boolean => wanted.size === 0 || wanted.has(rule);
  const report = {
    ...whole,
    rules: whole.rules.filter(isWanted),
    findings: whole.findings.filter(isWanted),
  };
  print(context, { ...flags }, report, names.length === 0 ? policyView : findingsView);
  if (host === undefined && flags.output === 'text' && names.length === 0)
    context.terminal.err('no engine answered: what the host has is not known');
  if (whole.denied > 0) context.exit(exitStatus.invalid);
}

function requireRules(names: readonly string[]): void {
  const known: readonly string[] = ruleNames;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new ReeveError(`there is no policy rule "${unknown}"`, {
    status: exitStatus.usage,
    hint: `rules: ${ruleNames.join(', ')}`,
  });
}

/** Manifests that nothing is wrong with but the policy are reported on; others are not. */
async function load(flags: Flags, context: Context): Promise<Revision> {
  const { loadOnly } = await import('../load-only.ts');
  const result = await loadOnly(flags, context);
  if (result.ok) return result.loaded.revision;
  if (result.denied !== undefined) return result.denied;
  throw new InvalidManifest(result.diagnostics);
}

/** undefined: no engine answers, which is no reason not to report. */
async function hostOf(flags: Flags, context: Context): Promise<Host | undefined> {
  const { connectEngine } = await import('../../docker/connect.ts');
  const engine = await connectEngine({
    env: context.env,
    ...(flags.host === undefined ? {} : { host: flags.host }),
  });
  try {
    return await engine.info();
  } catch (error) {
    if (error instanceof ReeveError) return undefined;
    throw error;
  } finally {
    await engine.close();
  }
}
