// `reeve resume`: reeve keeps the platform again.

import type { Command } from 'commander';
import { act } from '../act.ts';
import type { Context } from '../context.ts';
import { type PlatformFlags, withExamples, withPlatform } from '../options.ts';
import { say } from '../say.ts';

export function define(command: Command, context: Context): void {
  withExamples(
    withPlatform(command)
      .description(
        'Ends a suspension, whatever began it: suspend, down, or a lost state folder. With an ID: lets a paused procedure go on.',
      )
      .argument('[id]', 'a procedure that was paused')
      .action((id: string | undefined, flags: PlatformFlags) =>
        id === undefined
          ? act(flags, context, { verb: 'resume' })
          : say(flags, context, id, { type: 'resume' }),
      ),
    [
      ['reeve plan && reeve resume', 'look first at what it would do'],
      ['reeve resume batched-restart-1f9c22', 'the next batch'],
    ],
  );
}
