// `reeve sync`: the controller asks git now, or follows one commit alone.

import type { Command } from 'commander';
import { exitStatus, ReeveError } from '../../errors.ts';
import { by, type Context } from '../context.ts';
import { type PlatformFlags, withExamples, withPlatform } from '../options.ts';

interface Flags extends PlatformFlags {
  readonly pin?: string;
  readonly unpin?: boolean;
  readonly acceptRewrite?: boolean;
}

export function define(command: Command, context: Context): void {
  withExamples(
    withPlatform(command)
      .description(
        'Has the controller that keeps a platform from git ask the repository now, and says what came. With --pin it follows that commit alone, until --unpin.',
      )
      .option('--pin <commit>', 'follow this commit (its id, or a tag) and take no other')
      .option('--unpin', 'follow the branch again')
      .option(
        '--accept-rewrite',
        'take the branch as it is now, though it does not come from what is in force (a force-push)',
      )
      .action((flags: Flags) => sync(flags, context)),
    [
      ['reeve sync -p prod', 'after a push, instead of waiting for the next poll'],
      ['reeve sync -p prod --pin v1.4.0', 'go to that tag and stay there'],
      ['reeve sync -p prod --unpin', 'follow the branch again'],
    ],
  );
}

async function sync(flags: Flags, context: Context): Promise<void> {
  const { pin, unpin, acceptRewrite } = flags;
  if (pin !== undefined && (unpin === true || acceptRewrite === true)) {
    throw new ReeveError('--pin goes alone: it follows that commit, and no branch', {
      status: exitStatus.usage,
      hint: 'reeve sync --pin COMMIT',
    });
  }
  const [{ findPlace }, { findController }, { say }] = await Promise.all([
    import('../place.ts'),
    import('../../http/find.ts'),
    import('../print.ts'),
  ]);
  const place = await findPlace(flags, context);
  const found = await findController(place.socketPath);
  if (found === undefined) {
    throw new ReeveError(`no controller keeps ${place.platform}`, {
      status: exitStatus.unreachable,
      hint: 'start it: reeve run --git URL --ref main --path PATH',
    });
  }
  const control = found.reach(undefined);
  try {
    const options = {
      ...(pin === undefined ? {} : { pin }),
      ...(unpin === undefined ? {} : { unpin }),
      ...(acceptRewrite === undefined ? {} : { acceptRewrite }),
    };
    say(context, `${place.platform}: ${await control.sync(options, by(context, 'sync'))}`);
  } finally {
    await control.close();
  }
}
