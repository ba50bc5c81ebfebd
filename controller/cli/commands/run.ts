// `reeve run`: the controller. Keeps the platform and serves the API; SIGTERM ends it within five seconds.

import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { withGit } from '../git-flags.ts';
import type { RunFlags } from '../keep-platform.ts';
import { leaseOption } from '../lease-option.ts';
import { withExamples, withPlatform } from '../options.ts';

export function define(command: Command, context: Context): void {
  withExamples(
    withGit(withPlatform(command), { polled: true })
      .description(
        'Keeps the platform as its manifests say until it is stopped: watches files or a git repository, the engine and the clock. Logs JSON on standard error, readable lines on a terminal.',
      )
      .addOption(
        new Option('--log-level <level>', 'what to log')
          .choices(['debug', 'info', 'warn', 'error'])
          .default('info'),
      )
      .option('--force-unlock', 'take the lock of a controller that is surely gone')
      .addOption(leaseOption())
      .action(async (flags: RunFlags) => {
        const { runController } = await import('../run-controller.ts');
        await runController(flags, context);
      }),
    [
      ['reeve run', 'in the foreground; Ctrl-C ends it, containers run on'],
      [
        'reeve run --git https://git.example.org/platform.git --ref main --path platforms/prod --token-file /etc/reeve/token',
        'from a repository, polled',
      ],
      [
        'reeve run -f /etc/reeve/platform 2>>reeve.log &',
        'in the background; reeve install makes it a service',
      ],
    ],
  );
}
