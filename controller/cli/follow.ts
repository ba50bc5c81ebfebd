// Shows progress as it comes: redraws a screen on a terminal, prints lines elsewhere, nothing for JSON.

import type { Progress } from '../control.ts';
import type { Context } from './context.ts';
import { forReader, say } from './print.ts';
import { followProgress, type ProgressState, startProgress } from './progress.ts';
import { screenOf } from './screen.ts';
import { progressLine, progressView } from './views/progress.ts';

export interface Follower {
  readonly progress: (p: Progress) => void;
  /** Takes the live screen away: what comes after tells how it ended. */
  stop(): void;
}

/** Redraws at most this often: an apply of hundreds of steps must not wait for the terminal. */
const redrawMs = 100;

/** Lines when piped, a live screen on a terminal. */
export async function followerOf(context: Context, what: { readonly down: boolean }): Promise<Follower> {
  return context.terminal.live ? liveFollower(context) : lineFollower(context, what.down);
}

function lineFollower(context: Context, down: boolean): Follower {
  let state = startProgress(context.now());
  return {
    progress: (progress) => {
      const line = progressLine(progress, state);
      state = followProgress(state, progress, context.now());
      // Fewer and fewer are ready while it is taken down: nobody waits for that.
      if (line !== undefined && !(down && progress.type === 'status')) say(context, line);
    },
    stop: () => undefined,
  };
}

async function liveFollower(context: Context): Promise<Follower> {
  const { createLogUpdate } = await import('log-update');
  const draw = createLogUpdate(process.stdout);
  let state: ProgressState = startProgress(context.now());
  const redraw = () => draw(forReader(context, progressView(state, screenOf(context))));
  const timer = setInterval(redraw, redrawMs);
  return {
    progress: (progress) => {
      state = followProgress(state, progress, context.now());
    },
    stop: () => {
      clearInterval(timer);
      draw.clear();
    },
  };
}
