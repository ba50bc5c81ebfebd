// What a view is drawn for: how wide, whether in colour, and what time it is.

import type { Context } from './context.ts';
import { makePaint, type Paint } from './paint.ts';

export interface Screen {
  readonly width: number;
  readonly color: boolean;
  readonly paint: Paint;
  readonly now: number;
}

export function screenOf(context: Context): Screen {
  return {
    width: context.terminal.width,
    color: context.terminal.color,
    paint: makePaint(context.terminal.color),
    now: context.now(),
  };
}
