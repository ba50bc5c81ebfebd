// Ctrl-C and a service manager's stop, as an AbortSignal. The second Ctrl-C ends the process at once.

import { exitStatus } from '../errors.ts';
import type { Context } from './context.ts';

/** As the shell expects of SIGINT. */
const interruptedStatus = 130;

/** A service manager is promised an end within five seconds of its SIGTERM, whatever hangs. */
const lastCallMs = 4_800;

/** For what only reads and goes on for ever: there is nothing to finish, so the first Ctrl-C is the end. */
export function endAtInterrupt(): void {
  process.once('SIGINT', () => process.exit(interruptedStatus));
}

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives the signals back to the process. */
  release(): void;
}

/** `word` is said when the first Ctrl-C comes: what is being finished. */
export function onInterrupt(context: Pick<Context, 'terminal'>, word: string): Interrupt {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted && name === 'SIGINT') process.exit(interruptedStatus);
    if (!controller.signal.aborted && name === 'SIGINT')
      context.terminal.err(`${word}; Ctrl-C again stops at once`);
    if (!controller.signal.aborted) setTimeout(() => lastCall(context), lastCallMs).unref();
    controller.abort();
  };
  // Not SIGHUP: nohup's wish to outlive the terminal is to be kept.
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
    },
  };
}

function lastCall({ terminal }: Pick<Context, 'terminal'>): never {
  terminal.err('reeve: not done in time: stopping all the same');
  process.exit(exitStatus.failed);
}
