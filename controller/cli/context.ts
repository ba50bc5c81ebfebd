// What a command gets from the process: passed in, so that a command can be run with other streams and another clock.

import type { ExitStatus } from '../errors.ts';
import type { Terminal } from './terminal.ts';

export interface Context {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
  /** `root@host`: who types; a command adds its verb. */
  readonly who: string;
  readonly terminal: Terminal;
  readonly now: () => number;
  /** Says how the process will end; without it, 0. */
  readonly exit: (status: ExitStatus) => void;
}

/** `root@host (apply)`: who did it, as events and history show it. */
export function by(context: Context, verb: string): string {
  return `${context.who} (${verb})`;
}
