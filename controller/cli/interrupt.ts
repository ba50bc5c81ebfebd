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

/**
 * `word` is said when the first Ctrl-C comes: what is being finished. For the rest of the process: a second Ctrl-C while
 * it closes what it has open ends it with the same status as one before.
 */
export function onInterrupt(context: Pick<Context, 'terminal'>, word: string): AbortSignal {
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
  return controller.signal;
}

function lastCall({ terminal }: Pick<Context, 'terminal'>): never {
  terminal.err('reeve: not done in time: stopping all the same');
  process.exit(exitStatus.failed);
}
