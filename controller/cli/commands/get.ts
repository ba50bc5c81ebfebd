// `reeve get`: a table of resources, made for eyes and for awk.

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { type OutputFlags, type PlatformFlags, withExamples, withOutput, withPlatform } from '../options.ts';

export function define(command: Command, context: Context): void {
  withExamples(
    withOutput(withPlatform(command))
      .description(
        'Lists resources: ready or not, the reason, and for how long that has stood. All of them, those of some kinds, or single ones.',
      )
      .argument('[what...]', 'kinds (agents, services, models, networks, volumes) or resources (Agent/x, x)')
      .action((what: string[], flags: PlatformFlags & OutputFlags) => get(what, flags, context)),
    [
      ['reeve get agents', 'all agents'],
      ['reeve get Agent/scraper postgres', 'these two'],
      ["reeve get -o json | jq -r '.resources[] | select(.ready | not) | .ref'", 'what is not ready'],
    ],
  );
}

async function get(
  what: readonly string[],
  flags: PlatformFlags & OutputFlags,
  context: Context,
): Promise<void> {
  const [{ look }, { pickRows, resourceRows }, { getView }, { print }] = await Promise.all([
    import('../look.ts'),
    import('../../reports/resources.ts'),
    import('../views/get.ts'),
    import('../print.ts'),
  ]);
  await look(flags, context, async ({ snapshot }) => {
    const resources = pickRows(resourceRows(snapshot), what);
    print(context, flags, { platform: snapshot.platform, seen: snapshot.seen, resources }, getView);
  });
}
