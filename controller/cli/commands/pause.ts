// `reeve pause`: a person's word to a procedure.

import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { type PlatformFlags, withExamples, withPlatform } from '../options.ts';
import { say } from '../say.ts';

export function define(command: Command, context: Context): void {
  withExamples(
    withPlatform(command)
      .description('Lets a procedure finish the batch under way and begin no other, until resumed.')
      .argument('<id>', 'which one; reeve procedures lists them')
      .action((id: string, flags: PlatformFlags) => say(flags, context, id, { type: 'pause' })),
    [['reeve pause batched-restart-1f9c22', 'after the batch under way']],
  );
}
