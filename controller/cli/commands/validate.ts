// `reeve validate`: every mistake of the manifests at once, as a compiler says them.

import type { Command } from 'commander';
import { formatDiagnostic } from '../../../desired-state/diagnostic.ts';
import { policyFindings } from '../../../desired-state/policy/findings.ts';
import type { Revision } from '../../../desired-state/revision.ts';
import { exitStatus } from '../../errors.ts';
import type { Context } from '../context.ts';
import { mistakes } from '../failure.ts';
import { counted } from '../format.ts';
import { type OutputFlags, type PlatformFlags, withExamples, withFiles, withOutput } from '../options.ts';

type Flags = Pick<PlatformFlags, 'file' | 'platform'> & OutputFlags;

export function define(command: Command, context: Context): void {
  withExamples(
    withOutput(withFiles(command))
      .description(
        'Checks manifests and Compose files without an engine. Mistakes go to standard error as file:line:column, exit status 65.',
      )
      .action((flags: Flags) => validate(flags, context)),
    [
      ['reeve validate', 'the reeve.yaml or Compose file of this folder'],
      ['reeve validate -f platform/ -f extra.yaml', 'a folder and a file as one platform'],
      ['reeve validate -o json | jq .diagnostics', 'for an editor or a CI job'],
    ],
  );
}

async function validate(flags: Flags, context: Context): Promise<void> {
  const { loadOnly } = await import('../load-only.ts');
  const result = await loadOnly(flags, context);
  const diagnostics = result.ok ? result.loaded.revision.warnings : result.diagnostics;
  if (!result.ok) context.exit(exitStatus.invalid);
  if (flags.output === 'json') {
    const { terminal } = context;
    terminal.out(
      JSON.stringify(
        {
          valid: result.ok,
          ...(result.ok
            ? {
                platform: result.loaded.revision.platform,
                revision: result.loaded.revision.id,
                policy: policyFindings(result.loaded.revision),
              }
            : {}),
          diagnostics,
        },
        null,
        2,
      ),
    );
    return;
  }
  for (const diagnostic of diagnostics) context.terminal.err(formatDiagnostic(diagnostic));
  if (result.ok) {
    const { policySummary } = await import('../../reports/policy.ts');
    const policy = policySummary(result.loaded.revision);
    if (policy !== undefined) context.terminal.err(`${policy}; reeve policy tells each`);
    context.terminal.out(`valid: ${inventory(result.loaded.revision)}`);
  } else {
    const errors = diagnostics.filter((d) => d.severity === 'error').length;
    context.terminal.err(`reeve: ${mistakes(errors)}`);
  }
}

/** `platform demo, 69 agents, 9 services, 2 networks`. */
function inventory(revision: Revision): string {
  const counts = new Map<string, number>();
  for (const { kind } of revision.resources) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const parts = ['Agent', 'Service', 'Model', 'Network', 'Volume']
    .filter((kind) => counts.has(kind))
    .map((kind) => counted(counts.get(kind) ?? 0, kind.toLowerCase()));
  return [`platform ${revision.platform}`, ...parts].join(', ');
}
