// `reeve resume`: reeve keeps the platform again.

import type { Command } from 'commander';
import { act } from '../act.ts';
import type { Context } from '../context.ts';
import { type PlatformFlags, withExamples, withPlatform } from '../options.ts';

export function define(command: Command, context: Context): void {
  withExamples(
    withPlatform(command)
      .description('Ends a suspension, whatever began it: suspend, down, or a lost state folder.')
      .action((flags: PlatformFlags) => act(flags, context, { verb: 'resume' })),
    [['reeve plan && reeve resume', 'look first at what it would do']],
  );
}
