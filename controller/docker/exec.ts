// Runs a command in a container and takes its exit code and the beginning of its output.

import { setTimeout } from 'node:timers/promises';
import type { EnvValue } from '../../desired-state/container-spec.ts';
import { EngineError } from '../errors.ts';
import type { EngineClient } from './client.ts';
import { demultiplex } from './demux.ts';
import { garbledError, lostError, timedOutError } from './errors.ts';
import { shortId } from './inspect.ts';

const outputBytes = 4096;

export interface ExecOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  readonly user?: string;
  readonly privileged?: boolean;
  readonly workingDir?: string;
  readonly environment?: Readonly<Record<string, EnvValue>>;
  /** Variables of the container that the command does not get. */
  readonly unsetEnvironment?: readonly string[];
}

/** The command cannot be ended from outside: after a time-out it may run on in the container. */
export async function runExec(
  client: EngineClient,
  container: string,
  command: readonly string[],
  options: ExecOptions,
): Promise<{ exitCode: number; output: string }> {
  const { timeoutMs } = options;
  const what = `exec in ${shortId(container)}`;
  const deadline = new AbortController();
  const timer = globalThis.setTimeout(() => deadline.abort(timedOutError(what, timeoutMs)), timeoutMs);
  const signal =
    options.signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, options.signal]);
  const bounds = { what, timeoutMs, signal };
  let asked: string | undefined;
  try {
    const { Id } = await client.json<{ Id?: string }>({
      method: 'POST',
      path: `/containers/${encodeURIComponent(container)}/exec`,
      body: { AttachStdout: true, AttachStderr: true, Cmd: command, ...bodyOf(options) },
      ...bounds,
    });
    if (Id === undefined) throw garbledError(what);
    const answer = await client.stream({
      method: 'POST',
      path: `/exec/${Id}/start`,
      body: { Detach: false, Tty: false },
      ...bounds,
    });
    asked = Id;
    const output = await beginningOf(answer);
    return { exitCode: await exitCodeOf(client, Id, bounds), output };
  } catch (error) {
    if (!deadline.signal.aborted) throw error;
    const runs = asked !== undefined && (await hasBegun(client, asked, what));
    throw runs ? notEnded(what, timeoutMs) : deadline.signal.reason;
  } finally {
    clearTimeout(timer);
  }
}

/** The engine takes the call before it starts the command, which on a busy machine takes its time too. One that cannot say is taken for not begun: the time-out is told then. */
async function hasBegun(client: EngineClient, id: string, what: string): Promise<boolean> {
  const ask = { method: 'GET', path: `/exec/${id}/json`, what, timeoutMs: 1_000 } as const;
  return client.json<{ Pid?: number }>(ask).then(
    ({ Pid }) => (Pid ?? 0) > 0,
    () => false,
  );
}

/** Its own doing, not the engine's: it was started and goes on. */
function notEnded(what: string, timeoutMs: number): EngineError {
  const message = `${what}: the command did not end within ${timeoutMs / 1000} s`;
  return new EngineError(message, { code: 504, reason: 'CommandTimedOut' });
}

function bodyOf(options: ExecOptions): object {
  const { user, privileged, workingDir, environment = {}, unsetEnvironment = [] } = options;
  const given = Object.entries(environment).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${key}=${value}`] : [],
  );
  // A key alone takes the variable away.
  const Env = [...given, ...unsetEnvironment];
  return {
    ...(user === undefined ? {} : { User: user }),
    ...(privileged === undefined ? {} : { Privileged: privileged }),
    ...(workingDir === undefined ? {} : { WorkingDir: workingDir }),
    ...(Env.length === 0 ? {} : { Env }),
  };
}

/** The output may end a moment before the engine has noted the exit. */
async function exitCodeOf(
  client: EngineClient,
  id: string,
  bounds: { readonly what: string; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<number> {
  for (;;) {
    const { Running, ExitCode } = await client.json<{ Running?: boolean; ExitCode?: number | null }>({
      method: 'GET',
      path: `/exec/${id}/json`,
      ...bounds,
    });
    if (Running !== true) {
      if (typeof ExitCode === 'number') return ExitCode;
      throw lostError(bounds.what, 'the command ended without an exit code');
    }
    await setTimeout(10, undefined, { signal: bounds.signal });
  }
}

/** Reads to the end, so that the command is never blocked by a full pipe, and keeps the beginning. */
async function beginningOf(answer: AsyncIterable<Buffer>): Promise<string> {
  const kept: Buffer[] = [];
  let size = 0;
  for await (const { bytes } of demultiplex(answer)) {
    if (size >= outputBytes) continue;
    kept.push(bytes.subarray(0, outputBytes - size));
    size += bytes.length;
  }
  return Buffer.concat(kept).toString('utf8');
}
