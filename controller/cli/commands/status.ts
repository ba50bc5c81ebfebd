// `reeve status`: one screen, the first thing to type when something is wrong.

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { type OutputFlags, type PlatformFlags, withExamples, withOutput, withPlatform } from '../options.ts';

export function define(command: Command, context: Context): void {
  withExamples(
    withOutput(withPlatform(command))
      .description(
        'Shows what is in force, who keeps it, what reeve must not touch, what is not ready and why, and the last warnings.',
      )
      .action((flags: PlatformFlags & OutputFlags) => status(flags, context)),
    [
      ['reeve status', 'the platform of this folder, or the only one there is'],
      ['reeve status -p demo -o json | jq .notReady', 'for a script'],
    ],
  );
}

async function status(flags: PlatformFlags & OutputFlags, context: Context): Promise<void> {
  const [{ look }, { statusReport }, { statusView }, { print }, { awaitingWord, comingIn }] =
    await Promise.all([
      import('../look.ts'),
      import('../../reports/status.ts'),
      import('../views/status.ts'),
      import('../print.ts'),
      import('../../procedures/read.ts'),
    ]);
  await look(flags, context, async ({ snapshot, store }) => {
    const warnings = (await store?.events({ type: 'Warning', limit: 5 })) ?? [];
    const decisions = store === undefined ? [] : await awaitingWord(store);
    const rollout = store === undefined ? undefined : await comingIn(store);
    print(context, flags, statusReport(snapshot, warnings, decisions, rollout), statusView);
  });
}
