// `reeve resolve`: a Compose project in Compose's own canonical shape, or the resources of manifests as reeve understands
// them. Shows which Secret a value is, never the value or its digest.

import type { Command } from 'commander';
import { Option } from 'commander';
import { yamlShape } from '../../../desired-state/compose/output/yaml.ts';
import { InvalidManifest } from '../../../desired-state/diagnostic.ts';
import type { Resource } from '../../../desired-state/resource.ts';
import type { Context } from '../context.ts';
import { type PlatformFlags, withExamples, withFiles } from '../options.ts';

type Flags = Pick<PlatformFlags, 'file' | 'platform' | 'projectDirectory'> & {
  readonly output: 'yaml' | 'text' | 'json';
};

export function define(command: Command, context: Context): void {
  withExamples(
    withFiles(command)
      .description(
        'Prints every resource with defaults, classes, limits, variables and references filled in. Where all files are Compose files: the project as `docker compose config` prints it.',
      )
      .addOption(
        new Option('-o, --output <format>', 'how to print; text is yaml')
          .choices(['yaml', 'text', 'json'])
          .default('yaml'),
      )
      .action((flags: Flags) => resolve(flags, context)),
    [
      ['reeve resolve', 'what the manifests of this folder come to'],
      ["reeve resolve -o json | jq '.resources[].name'", 'all names'],
      ['reeve resolve -f compose.yaml', 'a Compose project, to compare with Compose'],
    ],
  );
}

async function resolve(flags: Flags, context: Context): Promise<void> {
  const { loadOnly } = await import('../load-only.ts');
  const result = await loadOnly(flags, context);
  // Compose takes it: what only an engine or reeve's policy would refuse is for validate, plan and apply to say.
  if (result.compose !== undefined) return printProject(result.compose, flags, context);
  if (!result.ok) throw new InvalidManifest(result.diagnostics);
  const { revision } = result.loaded;
  const shown = {
    platform: revision.platform,
    sources: revision.sources,
    policy: revision.policy,
    resources: revision.resources.map(readable),
  };
  await print(shown, flags, context);
}

async function print(
  shown: unknown,
  flags: Flags,
  context: Context,
  finish = (text: string) => text,
): Promise<void> {
  if (flags.output === 'json') {
    context.terminal.out(finish(JSON.stringify(shown, null, 2)));
    return;
  }
  const { stringify } = await import('yaml');
  const text = stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
  context.terminal.out(finish(text));
}

/** Dollars doubled, as Compose does, so that the output can be read as a Compose file again. */
async function printProject(
  project: Readonly<Record<string, unknown>>,
  flags: Flags,
  context: Context,
): Promise<void> {
  const shown = flags.output === 'json' ? project : yamlShape(project);
  await print(shown, flags, context, (text) => text.replaceAll('$', '$$$$'));
}

/** Without positions, which are for messages, and without digests, which mean nothing outside one installation. */
function readable(resource: Resource): unknown {
  return JSON.parse(
    JSON.stringify(resource, (key, value: unknown) =>
      key === 'digest' || key === 'position' || key === 'positions' ? undefined : value,
    ),
  );
}
