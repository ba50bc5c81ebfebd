// `reeve graph`: what needs what, from the manifests or from what is in force.

import { type Command, Option } from 'commander';
import { InvalidManifest } from '../../../desired-state/diagnostic.ts';
import type { Revision } from '../../../desired-state/revision.ts';
import type { Context } from '../context.ts';
import { type PlatformFlags, withExamples, withPlatform } from '../options.ts';

interface Flags extends PlatformFlags {
  readonly output: 'text' | 'dot' | 'json';
}

export function define(command: Command, context: Context): void {
  withExamples(
    withPlatform(command)
      .description(
        'Shows what needs what; with a name, what that one needs and what needs it, networks and volumes left out.',
      )
      .argument('[name]', 'only around this resource')
      .addOption(
        new Option('-o, --output <format>', 'how to print').choices(['text', 'dot', 'json']).default('text'),
      )
      .action((name: string | undefined, flags: Flags) => graph(name, flags, context)),
    [
      ['reeve graph postgres', 'what breaks with it'],
      ['reeve graph -o dot | dot -Tsvg > platform.svg', 'a picture, with Graphviz'],
    ],
  );
}

async function graph(name: string | undefined, flags: Flags, context: Context): Promise<void> {
  const [{ graphReport }, { graphDot, graphView }, { resolveName }, { print }] = await Promise.all([
    import('../../reports/graph.ts'),
    import('../views/graph.ts'),
    import('../../names.ts'),
    import('../print.ts'),
  ]);
  const { revision, refs } = await revisionOf(flags, context);
  const around = name === undefined ? undefined : resolveName(name, refs);
  const report = graphReport(revision.platform, revision.resources, around);
  if (flags.output === 'dot') context.terminal.out(graphDot(report));
  else print(context, flags, report, graphView);
}

/** The manifests where files are named or lie here; what is in force where a platform is named. */
async function revisionOf(
  flags: PlatformFlags,
  context: Context,
): Promise<{ revision: Revision; refs: readonly import('../../../desired-state/resource.ts').Ref[] }> {
  const [{ findPlace }, { loadOnly }, { openStored }] = await Promise.all([
    import('../place.ts'),
    import('../load-only.ts'),
    import('../stored.ts'),
  ]);
  const place = await findPlace(flags, context);
  if (!place.fromStore) {
    const result = await loadOnly(flags, context);
    if (!result.ok) throw new InvalidManifest(result.diagnostics);
    return { revision: result.loaded.revision, refs: place.refs };
  }
  const { store } = await openStored(flags, context);
  try {
    const record = await store.inForce();
    if (record === undefined) throw new Error(`nothing is in force for ${place.platform}`);
    return { revision: record.revision, refs: place.refs };
  } finally {
    await store.close();
  }
}
