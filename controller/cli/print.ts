// Prints a report as a screen or as JSON: the same report either way.

import type { Context } from './context.ts';
import type { PlatformFlags } from './options.ts';
import { type Screen, screenOf } from './screen.ts';

export function print<T>(
  context: Context,
  flags: PlatformFlags & { readonly output: string },
  report: T,
  view: (report: T, screen: Screen) => string,
): void {
  const json = flags.output === 'json';
  context.terminal.out(json ? JSON.stringify(report, null, 2) : view(report, screenOf(context, flags)));
}
