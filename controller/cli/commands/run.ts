// `reeve run`: the controller. Keeps the platform and serves the API; SIGTERM ends it within five seconds.

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { withGit } from '../git-flags.ts';
import type { RunFlags } from '../keep-platform.ts';
import { duration, withExamples, withPlatform } from '../options.ts';

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
      .option(
        '--lease <time>',
        'with a store in Postgres, where several controllers may run: how long one that is not heard of goes on leading (default: 15s)',
        leaseTime,
      )
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

/** Shorter ones are lost to a busy machine, longer ones leave a platform alone for too long. */
function leaseTime(value: string): number {
  const ms = duration(value);
  if (ms < 1_000 || ms > 600_000) throw new InvalidArgumentError('Write a time from 1s to 10m.');
  return ms;
}
