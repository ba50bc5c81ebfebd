// Prints a report as a screen or as JSON: the same report either way. People read times in their own zone.

import type { Context } from './context.ts';
import { clock, dateTime, withTimes } from './format.ts';
import type { PlatformFlags } from './options.ts';
import { type Screen, screenOf } from './screen.ts';

export function print<T>(
  context: Context,
  flags: PlatformFlags & { readonly output: string },
  report: T,
  view: (report: T, screen: Screen) => string,
): void {
  if (flags.output === 'json') context.terminal.out(JSON.stringify(report, null, 2));
  else say(context, view(report, screenOf(context, flags)));
}

/** Text for people, to standard output. */
export function say(context: Context, text: string): void {
  context.terminal.out(forReader(context, text));
}

/** What is piped has every time with its date. */
export function forReader({ terminal, now }: Context, text: string): string {
  return withTimes(text, (at) => (terminal.live ? clock(at, now()) : dateTime(at)));
}
