// `reeve describe`: all that is known of one resource.

import type { Command } from 'commander';
import type { Ref } from '../../../desired-state/resource.ts';
import { exitStatus, ReeveError } from '../../errors.ts';
import type { Live } from '../../reports/describe.ts';
import type { ResourceRow } from '../../reports/resources.ts';
import type { Context } from '../context.ts';
import { type OutputFlags, type PlatformFlags, withExamples, withOutput, withPlatform } from '../options.ts';

type Flags = PlatformFlags & OutputFlags;

export function define(command: Command, context: Context): void {
  withExamples(
    withOutput(withPlatform(command))
      .description(
        'Shows everything about one resource: conditions, container, image, limits, probe, what it needs, holds, last events.',
      )
      .argument('<name>', 'Agent/x, or x where only one resource has that name')
      .action((name: string, flags: Flags) => describe(name, flags, context)),
    [
      ['reeve describe postgres', 'by name alone, where it is the only one'],
      ["reeve describe Agent/scraper -o json | jq '.declared.container'", 'the container as resolved'],
    ],
  );
}

async function describe(name: string, flags: Flags, context: Context): Promise<void> {
  const [
    { look },
    { describeReport },
    { knownRefs },
    { resourceRows },
    { describeView },
    { print },
    { resolveName },
    { lastRecovery },
  ] = await Promise.all([
    import('../look.ts'),
    import('../../reports/describe.ts'),
    import('../../reports/snapshot.ts'),
    import('../../reports/resources.ts'),
    import('../views/describe.ts'),
    import('../print.ts'),
    import('../../names.ts'),
    import('../../procedures/read.ts'),
  ]);
  await look(flags, context, async ({ snapshot, store }) => {
    const platform: Ref = `Platform/${snapshot.platform}`;
    const ref = resolveName(name, [...knownRefs(snapshot), platform]);
    if (ref === platform) {
      throw new ReeveError(`${ref} is all of it, not one resource`, {
        status: exitStatus.usage,
        hint: `reeve status shows it, reeve explain ${ref} tells what happened to it`,
      });
    }
    const row = resourceRows(snapshot).find((found) => found.ref === ref);
    const live = await liveOf(row, flags, context);
    const events = (await store?.events({ regarding: ref, limit: 10 })) ?? [];
    const failure = store === undefined ? undefined : await lastRecovery(store, ref);
    print(context, flags, describeReport(snapshot, ref, live, events, failure), describeView);
  });
}

/** One list call; an engine that is away is said, not thrown: the rest is known all the same. */
async function liveOf(row: ResourceRow | undefined, flags: Flags, context: Context): Promise<Live> {
  if (row?.containerId === undefined) return {};
  const { connectEngine } = await import('../../docker/connect.ts');
  try {
    const engine = await connectEngine({
      env: context.env,
      ...(flags.host === undefined ? {} : { host: flags.host }),
    });
    try {
      const container = (await engine.containers()).find(({ id }) => id === row.containerId);
      return container === undefined ? {} : { container };
    } finally {
      await engine.close();
    }
  } catch (error) {
    return { trouble: error instanceof Error ? error.message : String(error) };
  }
}
