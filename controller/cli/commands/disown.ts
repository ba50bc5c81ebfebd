// `reeve disown`: gives what was adopted back to Compose. Touches nothing on the engine.

import type { Command } from 'commander';
import { act } from '../act.ts';
import type { Context } from '../context.ts';
import { type PlatformFlags, withExamples, withPlatform } from '../options.ts';

export function define(command: Command, context: Context): void {
  withExamples(
    withPlatform(command)
      .description(
        'Gives adopted containers, networks and volumes back to Compose, untouched and with the labels by which Compose knows them. reeve acts on the platform no more until adopt or apply.',
      )
      .action((flags: PlatformFlags) => act(flags, context, { verb: 'disown' })),
    [['reeve disown -p shop && docker compose up -d', 'Compose sees its project as before']],
  );
}
