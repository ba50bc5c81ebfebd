// `reeve suspend`: reeve watches on and touches nothing.

import type { Command } from 'commander';
import { act } from '../act.ts';
import type { Context } from '../context.ts';
import { type PlatformFlags, withExamples, withPlatform } from '../options.ts';

interface Flags extends PlatformFlags {
  readonly reason?: string;
}

export function define(command: Command, context: Context): void {
  withExamples(
    withPlatform(command)
      .description(
        'Keeps reeve from changing anything on the platform until resume. It still watches and reports.',
      )
      .option('--reason <text>', 'why, for those who read status')
      .action((flags: Flags) =>
        act(flags, context, {
          verb: 'suspend',
          ...(flags.reason === undefined ? {} : { reason: flags.reason }),
        }),
      ),
    [['reeve suspend --reason "moving the host"', 'before working on the machine']],
  );
}
