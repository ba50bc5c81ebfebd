// Runs one command on this host, without a shell, to its end or its time-out. What it has started goes on: only a command
// that is still at it when its time is over is killed, with all that it has started.

import { spawn } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatDuration } from '../../desired-state/units.ts';

export interface Ran {
  /** Absent: it did not end by itself. */
  readonly status?: number;
  /** Why there is no status, after the command's name: `was killed after 30s`. */
  readonly why?: string;
  /** The end of what it has written, on one line. */
  readonly output: string;
}

const outputBytes = 2_000;
/** Nothing of reeve's own is its business: the address of the store has a password in it. */
const passedOn = ['PATH', 'HOME', 'USER', 'LANG', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'];

/** Never rejects for what the command does. */
export async function runOnHost(command: readonly string[], timeoutMs: number): Promise<Ran> {
  // A file and no pipe: a daemon that it starts and that writes on must not die with our end of it.
  const folder = await mkdtemp(join(tmpdir(), 'reeve-command-'));
  try {
    const path = join(folder, 'output');
    const file = await open(path, 'a', 0o600);
    const ended = await end(command, timeoutMs, file.fd).finally(() => file.close());
    return { ...ended, output: lastWords(await readFile(path, 'utf8')) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function end(
  [program = '', ...args]: readonly string[],
  timeoutMs: number,
  output: number,
): Promise<Omit<Ran, 'output'>> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: '/',
      // A group of its own, to be killed as one; and it outlives a controller that ends.
      detached: true,
      stdio: ['ignore', output, output],
      env: environment(),
    });
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      killGroup(child.pid);
    }, timeoutMs);
    child.once('error', (error) => {
      clearTimeout(timer);
      resolve({ why: `could not be run: ${error.message}` });
    });
    child.once('exit', (status, signal) => {
      clearTimeout(timer);
      if (isLate) resolve({ why: `was killed after ${formatDuration(timeoutMs)}` });
      else if (status === null) resolve({ why: `was ended by ${signal}` });
      else resolve({ status });
    });
    child.unref();
  });
}

function environment(): NodeJS.ProcessEnv {
  const known = passedOn.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(known);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It has ended in this moment.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function lastWords(text: string): string {
  return text
    .slice(-outputBytes)
    .trim()
    .replace(/\s*\n\s*/g, ' | ');
}
