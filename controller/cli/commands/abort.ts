// `reeve abort`: a person's word to a procedure.

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { type PlatformFlags, withExamples, withPlatform } from '../options.ts';
import { say } from '../say.ts';

export function define(command: Command, context: Context): void {
  withExamples(
    withPlatform(command)
      .description(
        'Ends a procedure: nothing more is begun; what it has asked for and is not done is withdrawn.',
      )
      .argument('<id>', 'which one; reeve procedures lists them')
      .action((id: string, flags: PlatformFlags) => say(flags, context, id, { type: 'abort' })),
    [['reeve abort batched-restart-1f9c22', 'nothing more is begun']],
  );
}
