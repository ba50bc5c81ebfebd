// `reeve hold`: keeps reeve's hands off one resource while a person works on it.

import type { Command } from 'commander';
import { act } from '../act.ts';
import type { Context } from '../context.ts';
import { duration, type PlatformFlags, withExamples, withPlatform } from '../options.ts';

interface Flags extends PlatformFlags {
  readonly for?: number;
  readonly stopped?: boolean;
  readonly reason?: string;
}

export function define(command: Command, context: Context): void {
  withExamples(
    withPlatform(command)
      .description(
        'Keeps reeve from starting, stopping or changing one resource until it is released. Shown in status until then.',
      )
      .argument('<name>', 'Agent/x, or x where only one resource has that name')
      .option('--for <duration>', 'end by itself after this; without it, until released', duration)
      .option('--stopped', 'stop it, and keep it stopped')
      .option('--reason <text>', 'why, for those who read status')
      .action((name: string, flags: Flags) =>
        act(flags, context, {
          verb: 'hold',
          name,
          ...(flags.for === undefined ? {} : { forMs: flags.for }),
          stopped: flags.stopped ?? false,
          ...(flags.reason === undefined ? {} : { reason: flags.reason }),
        }),
      ),
    [
      ['reeve hold postgres --for 30m', 'while you try settings by hand'],
      ['reeve hold web:2 --stopped', 'one of several containers; web alone means all of them'],
      ['reeve hold Agent/scraper --stopped --reason "floods the API"', 'out of service until released'],
    ],
  );
}
