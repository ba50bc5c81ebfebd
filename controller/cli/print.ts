// Prints a report as a screen or as JSON: the same report either way.

import type { Context } from './context.ts';
import { type Screen, screenOf } from './screen.ts';

export function print<T>(
  context: Context,
  output: 'text' | 'json',
  report: T,
  view: (report: T, screen: Screen) => string,
): void {
  context.terminal.out(output === 'json' ? JSON.stringify(report, null, 2) : view(report, screenOf(context)));
}
