// `reeve release`: ends a hold; with the flag, accepts that a volume's data is lost.

import type { Command } from 'commander';
import { act } from '../act.ts';
import type { Context } from '../context.ts';
import { type PlatformFlags, withExamples, withPlatform } from '../options.ts';

interface Flags extends PlatformFlags {
  readonly acceptDataLoss?: boolean;
}

export function define(command: Command, context: Context): void {
  withExamples(
    withPlatform(command)
      .description('Gives a held resource back to reeve, which brings it to what the manifests say.')
      .argument('<name>', 'Agent/x, or x where only one resource has that name')
      .option('--accept-data-loss', 'for a volume that is gone: make it anew, empty')
      .action((name: string, flags: Flags) =>
        act(flags, context, { verb: 'release', name, acceptDataLoss: flags.acceptDataLoss ?? false }),
      ),
    [
      ['reeve release postgres', 'ends reeve hold postgres'],
      ['reeve release Volume/pg-data --accept-data-loss', 'after restoring is out of question'],
    ],
  );
}
