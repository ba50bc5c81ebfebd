// How a failure is told: one line `reeve: …`, what to do next below it, and the exit status. Never a stack trace,
// unless REEVE_DEBUG asks for it.

import { CommanderError } from 'commander';
import { formatDiagnostic, InvalidManifest } from '../../desired-state/diagnostic.ts';
import { type ExitStatus, exitStatus, ReeveError } from '../errors.ts';

export interface ToldFailure {
  readonly lines: readonly string[];
  readonly status: ExitStatus;
}

/** Any thrown value as lines for standard error and an exit status. */
export function tellFailure(error: unknown, debug = false): ToldFailure {
  const told = tell(error);
  if (!debug || !(error instanceof Error) || error instanceof CommanderError) return told;
  return { lines: [...told.lines, stackOf(error)], status: told.status };
}

function tell(error: unknown): ToldFailure {
  // commander has already said what it had to say; help and version are no failures.
  if (error instanceof CommanderError) {
    return { lines: [], status: error.exitCode === 0 ? exitStatus.done : exitStatus.usage };
  }
  if (error instanceof InvalidManifest) {
    const errors = error.diagnostics.filter((d) => d.severity === 'error').length;
    return {
      lines: [...error.diagnostics.map(formatDiagnostic), `reeve: ${mistakes(errors)}`],
      status: exitStatus.invalid,
    };
  }
  if (error instanceof ReeveError) {
    return { lines: oneLine(error.message, error.hint), status: error.status };
  }
  return tellSystemError(error);
}

/** The last line under a list of mistakes. */
export function mistakes(count: number): string {
  return count === 1 ? 'the manifests have 1 mistake' : `the manifests have ${count} mistakes`;
}

const systemErrors: Readonly<Record<string, { hint: string; status: ExitStatus }>> = {
  EACCES: {
    hint: 'this user may not do that; run it as the user who keeps the platform',
    status: exitStatus.denied,
  },
  EPERM: {
    hint: 'this user may not do that; run it as the user who keeps the platform',
    status: exitStatus.denied,
  },
  ENOSPC: { hint: 'the disk is full: free some room and try again', status: exitStatus.failed },
  EROFS: {
    hint: 'the file system is read-only; --state DIR chooses another folder',
    status: exitStatus.failed,
  },
};

function tellSystemError(error: unknown): ToldFailure {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const known = systemErrors[code];
  if (known !== undefined) return { lines: oneLine(message, known.hint), status: known.status };
  return {
    lines: oneLine(message, 'this should not happen; REEVE_DEBUG=1 shows where it did'),
    status: exitStatus.failed,
  };
}

function oneLine(message: string, hint?: string): string[] {
  const line = `reeve: ${message.trim()}`;
  return hint === undefined ? [line] : [line, `  ${hint}`];
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${stackOf(error.cause)}` : '';
  return `${error.stack ?? error.message}${cause}`;
}
