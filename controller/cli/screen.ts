// What a view is drawn for: how wide, whether in colour, and what time it is.

import type { Context } from './context.ts';
import type { PlatformFlags } from './options.ts';
import { makePaint, type Paint } from './paint.ts';

export interface Screen {
  readonly width: number;
  /** For a file or a program: every time with its date. */
  readonly piped: boolean;
  readonly color: boolean;
  readonly paint: Paint;
  readonly now: number;
  /** Flags that lead to the same platform again: ` -p demo`. Long ones where -f would mean follow. */
  readonly address: string;
}

export function screenOf(context: Context, flags?: PlatformFlags): Screen {
  return {
    width: context.terminal.width,
    piped: !context.terminal.live,
    color: context.terminal.color,
    paint: makePaint(context.terminal.color),
    now: context.now(),
    address: flags === undefined ? '' : addressOf(flags),
  };
}

/** A command as it has to be typed for the platform that is shown. */
export function typed(command: string, { address }: Pick<Screen, 'address'>): string {
  return command.startsWith('reeve ') ? command + address : command;
}

function addressOf({ file, platform, state, host }: PlatformFlags): string {
  const words = [
    ...file.flatMap((path) => ['--file', path]),
    ...(platform === undefined ? [] : ['-p', platform]),
    ...(state === undefined ? [] : ['--state', state]),
    ...(host === undefined ? [] : ['--host', host]),
  ];
  return words
    .map((word) => ` ${/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`}`)
    .join('');
}
