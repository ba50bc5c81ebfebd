// `reeve history`: who brought what in force, and how each plan ended.

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

export function define(command: Command, context: Context): void {
  withExamples(
    withOutput(withPlatform(command))
      .description(
        'Shows the revisions that were in force, with who brought them and from where, and the plans that were carried out.',
      )
      .option('--limit <count>', 'the newest that many of each', count, 20)
      .action((flags: Flags) => history(flags, context)),
    [
      ['reeve history', 'the last twenty of each'],
      ["reeve history -o json | jq '.plans[0].steps'", 'each step of the last plan, with its outcome'],
    ],
  );
}

async function history(flags: Flags, context: Context): Promise<void> {
  const [{ openStored }, { historyReport }, { historyView }, { print }] = await Promise.all([
    import('../stored.ts'),
    import('../../reports/history.ts'),
    import('../views/history.ts'),
    import('../print.ts'),
  ]);
  const { store, place } = await openStored(flags, context);
  try {
    const [revisions, plans, facts] = await Promise.all([
      store.revisions(flags.limit),
      store.plans(flags.limit),
      store.facts(),
    ]);
    print(context, flags, historyReport(place.platform, revisions, plans, facts), historyView);
  } finally {
    await store.close();
  }
}
