// `reeve logs`: what containers say, each line with the name of who said it.

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { count, duration, withExamples, withOutput, withPlatform } from '../options.ts';
import type { LogFlags } from '../show-logs.ts';

export function define(command: Command, context: Context): void {
  withExamples(
    withOutput(withPlatform(command, { shortFile: false }))
      .description(
        'Shows what containers write, secrets blanked out. With several, each line begins with the name.',
      )
      .argument('[name...]', 'Agent/x, or x where only one has that name; none: all')
      .option('-f, --follow', 'go on with new lines, through restarts and replacements')
      .option('-n, --tail <count>', 'only the last that many lines of each', count)
      .option('--since <duration>', 'only the last 10m, 2h …', duration)
      .option('-t, --timestamps', 'show when each line was written')
      .action(async (names: string[], flags: LogFlags) => {
        const { showLogs } = await import('../show-logs.ts');
        await showLogs(names, flags, context);
      }),
    [
      ['reeve logs scraper --tail 50', 'its last words'],
      ['reeve logs -f postgres api worker', 'three at once'],
      ['reeve logs -o json --since 1h | jq .line', 'an object a line, for a program'],
    ],
  );
}
