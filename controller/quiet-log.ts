// The log of a command that says itself what it does. pino is loaded only where something is logged: it is a tenth of what a
// command's start takes.

import type { Logger } from 'pino';

const nothing = (): void => undefined;

export const quietLog = {
  level: 'silent',
  fatal: nothing,
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  trace: nothing,
  child: (): Logger => quietLog,
} as unknown as Logger;
