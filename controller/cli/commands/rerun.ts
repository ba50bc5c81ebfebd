// `reeve rerun`: a finished job once more, or a failed one without waiting for its back-off.

import type { Command } from 'commander';
import { act } from '../act.ts';
import type { Context } from '../context.ts';
import { type PlatformFlags, withExamples, withPlatform } from '../options.ts';

export function define(command: Command, context: Context): void {
  withExamples(
    withPlatform(command)
      .description('Runs a completed job again; forgets the failures and the back-off of anything else.')
      .argument('<name>', 'Service/x, or x where only one resource has that name')
      .action((name: string, flags: PlatformFlags) => act(flags, context, { verb: 'rerun', name })),
    [
      ['reeve rerun migrate', 'the job once more'],
      ['reeve rerun Agent/validator', 'after mending what made it crash'],
    ],
  );
}
