// Runs reeve as people do: the CLI as a process, and a controller that can be stopped and killed. Knows processes only.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { patienceMs, until } from './until.ts';

const own = join(import.meta.dirname, '../../bin/reeve');

export interface RunOptions {
  /** Another bin/reeve than the project's. */
  readonly launcher?: string;
  readonly state?: string;
  readonly cwd?: string;
  /** Socket of the engine; absent: as the environment says. */
  readonly socket?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Put before the command: `nsenter --net=…` for an engine of a test's own. */
  readonly enter?: readonly string[];
}

export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface Running {
  readonly pid: number;
  readonly process: ChildProcess;
  readonly ended: Promise<CliResult>;
  /** What it has written so far. */
  readonly output: () => { readonly stdout: string; readonly stderr: string };
}

/** Starts `reeve ARGS` with the state folder and the engine given. */
export function spawnReeve(args: readonly string[], options: RunOptions): Running {
  const [verb = '', ...rest] = args;
  const host = options.socket === undefined ? [] : ['--host', `unix://${options.socket}`];
  const state = options.state === undefined ? [] : ['--state', options.state];
  const line = [...(options.enter ?? []), options.launcher ?? own, verb, ...rest, ...state, ...host];
  const startedAt = performance.now();
  const [command = '', ...more] = line;
  const child = spawn(command, more, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    written.stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    written.stderr += chunk;
  });
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) =>
      resolve({ code, signal, ...written, ms: performance.now() - startedAt }),
    );
  });
  return { pid: child.pid ?? 0, process: child, ended, output: () => ({ ...written }) };
}

/** Runs `reeve ARGS` to its end. */
export function reeve(args: readonly string[], options: RunOptions): Promise<CliResult> {
  return spawnReeve(args, options).ended;
}

export interface Controller extends Running {
  /** Its log, a JSON object a line. */
  readonly log: () => readonly Readonly<Record<string, unknown>>[];
  /** SIGTERM; resolves with how it ended. */
  stop(): Promise<CliResult>;
  kill9(): Promise<CliResult>;
  /** CPU used since its start, ms. */
  cpuMs(): number;
}

/** Starts `reeve run ARGS` and waits until it keeps its platform. */
export async function startController(args: readonly string[], options: RunOptions): Promise<Controller> {
  const running = spawnReeve(['run', ...args], options);
  const end = async (signal: NodeJS.Signals): Promise<CliResult> => {
    if (running.process.exitCode === null && running.process.signalCode === null)
      running.process.kill(signal);
    return running.ended;
  };
  const controller: Controller = {
    ...running,
    log: () => parseLog(running.output().stderr),
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
    cpuMs: () => cpuMs(running.pid),
  };
  try {
    await until(
      () => {
        if (running.process.exitCode !== null) throw new Error(running.output().stderr);
        return running.output().stderr.includes('"msg":"serving"');
      },
      patienceMs,
      'the controller serves',
    );
  } catch (error) {
    await controller.kill9();
    throw error;
  }
  return controller;
}

function parseLog(lines: string): readonly Readonly<Record<string, unknown>>[] {
  return lines
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** User and system time of a process, ms; the kernel counts in hundredths of a second. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Fields after the command, which may itself hold spaces and parentheses: utime and stime are the 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
