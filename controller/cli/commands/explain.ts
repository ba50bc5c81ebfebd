// `reeve explain`: what happened to one resource, and why.

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import {
  count,
  type OutputFlags,
  type PlatformFlags,
  withExamples,
  withOutput,
  withPlatform,
} from '../options.ts';

interface Flags extends PlatformFlags, OutputFlags {
  readonly limit: number;
}

/** Revisions that are asked which of them changed it; as many as are kept unless a policy keeps more. */
const lookedBack = 50;

export function define(command: Command, context: Context): void {
  withExamples(
    withOutput(withPlatform(command))
      .description(
        'Tells why a resource is as it is: its condition, what it waits for, what happened and who did it, and what to type next.',
      )
      .argument('<name>', 'Agent/x, or x where only one resource has that name; or Platform/NAME')
      .option('--limit <count>', 'the newest that many events', count, 30)
      .action((name: string, flags: Flags) => explain(name, flags, context)),
    [['reeve explain Agent/scraper', 'why is it not ready, why was it restarted']],
  );
}

async function explain(name: string, flags: Flags, context: Context): Promise<void> {
  const [
    { look },
    { explainReport },
    { knownRefs },
    { explainView },
    { print },
    { resolveName },
    { lastRecovery },
    { changedBy },
  ] = await Promise.all([
    import('../look.ts'),
    import('../../reports/explain.ts'),
    import('../../reports/snapshot.ts'),
    import('../views/explain.ts'),
    import('../print.ts'),
    import('../../names.ts'),
    import('../../procedures/read.ts'),
    import('../../reports/changed-by.ts'),
  ]);
  await look(flags, context, async ({ snapshot, store }) => {
    const ref = resolveName(name, [...knownRefs(snapshot), `Platform/${snapshot.platform}`]);
    const events = (await store?.events({ regarding: ref, limit: flags.limit })) ?? [];
    const failure = store === undefined ? undefined : await lastRecovery(store, ref);
    const changed =
      snapshot.revision?.commit === undefined
        ? undefined
        : changedBy(ref, (await store?.revisions(lookedBack)) ?? []);
    print(context, flags, explainReport(snapshot, ref, events, failure, changed), explainView);
  });
}
