// `reeve resolve`: the resources as reeve understands them. Shows which Secret a value is, never the value or its digest.

import type { Command } from 'commander';
import { Option } from 'commander';
import { InvalidManifest } from '../../../desired-state/diagnostic.ts';
import type { Resource } from '../../../desired-state/resource.ts';
import type { Context } from '../context.ts';
import { type PlatformFlags, withExamples, withFiles } from '../options.ts';

type Flags = Pick<PlatformFlags, 'file' | 'platform'> & { readonly output: 'yaml' | 'json' };

export function define(command: Command, context: Context): void {
  withExamples(
    withFiles(command)
      .description(
        'Prints every resource with defaults, classes, limits, variables and references filled in.',
      )
      .addOption(
        new Option('-o, --output <format>', 'how to print').choices(['yaml', 'json']).default('yaml'),
      )
      .action((flags: Flags) => resolve(flags, context)),
    [
      ['reeve resolve', 'what the manifests of this folder come to'],
      ["reeve resolve -o json | jq '.resources[].name'", 'all names'],
    ],
  );
}

async function resolve(flags: Flags, context: Context): Promise<void> {
  const { loadOnly } = await import('../load-only.ts');
  const result = await loadOnly(flags, context);
  if (!result.ok) throw new InvalidManifest(result.diagnostics);
  const { revision } = result.loaded;
  const shown = {
    platform: revision.platform,
    sources: revision.sources,
    policy: revision.policy,
    resources: revision.resources.map(readable),
  };
  if (flags.output === 'json') {
    context.terminal.out(JSON.stringify(shown, null, 2));
    return;
  }
  const { stringify } = await import('yaml');
  context.terminal.out(stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd());
}

/** Without positions, which are for messages, and without digests, which mean nothing outside one installation. */
function readable(resource: Resource): unknown {
  return JSON.parse(
    JSON.stringify(resource, (key, value: unknown) =>
      key === 'digest' || key === 'position' || key === 'positions' ? undefined : value,
    ),
  );
}
