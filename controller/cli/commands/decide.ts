// `reeve decide`: the answer that a procedure waits for.

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { type PlatformFlags, withExamples, withPlatform } from '../options.ts';
import { say } from '../say.ts';

export function define(command: Command, context: Context): void {
  withExamples(
    withPlatform(command)
      .description(
        'Answers a procedure that waits for a decision; reeve procedures show ID lists what may be decided.',
      )
      .argument('<id>', 'which one')
      .argument('<choice>', 'one of those that it offers')
      .action((id: string, choice: string, flags: PlatformFlags) =>
        say(flags, context, id, { type: 'decide', choice }),
      ),
    [['reeve decide batched-restart-1f9c22 continue', 'go on without those that did not get ready']],
  );
}
