// One run of the command line: reads argv, lets the command work, tells a failure, ends with its status.

import { hostname, userInfo } from 'node:os';
import { type ExitStatus, exitStatus } from '../errors.ts';
import type { Context } from './context.ts';
import { tellFailure } from './failure.ts';
import { dateTime, withTimes } from './format.ts';
import { runProgram } from './program.ts';
import { drained, processTerminal, quietOnBrokenPipe } from './terminal.ts';

/** Runs the process's own command line to its end. */
export async function main(): Promise<void> {
  quietOnBrokenPipe();
  const { env } = process;
  let status: ExitStatus = exitStatus.done;
  const context: Context = {
    cwd: process.cwd(),
    env,
    uid: process.getuid?.() ?? 0,
    who: whoTypes(env),
    terminal: processTerminal(env),
    now: Date.now,
    exit: (ended) => {
      status = ended;
    },
  };
  process.on('uncaughtException', (error) => fail(error, context));
  try {
    await runProgram(process.argv.slice(2), context);
  } catch (error) {
    status = say(error, context);
  }
  await drained();
  process.exit(status);
}

/** What nobody awaited: told like any failure, and the end, for nothing is known to be right after it. */
function fail(error: unknown, context: Context): never {
  process.exit(say(error, context));
}

function say(error: unknown, { env, terminal }: Context): ExitStatus {
  const told = tellFailure(error, (env['REEVE_DEBUG'] ?? '') !== '');
  for (const line of told.lines) terminal.err(withTimes(line, dateTime));
  return told.status;
}

/** sudo hides who it was; events should not. */
function whoTypes(env: Readonly<Record<string, string | undefined>>): string {
  return `${env['SUDO_USER'] ?? userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A uid without a passwd entry, as in a container.
    return `uid ${process.getuid?.() ?? 0}`;
  }
}
