// One probe of one workload. Says pass, fail, that it is loading, or that reeve itself cannot get there; never throws.

import { connect } from 'node:net';
import type { EnvValue } from '../../desired-state/container-spec.ts';
import type { Probe } from '../../desired-state/resource.ts';
import type { Engine } from '../engine.ts';
import { EngineError } from '../errors.ts';
import type { ProbeAddress, ProbeAnswer } from './answer.ts';

/** What probes go through, and what is to be probed. */
export interface ProbeContext {
  readonly containerId: string;
  /** undefined: reeve sees no way to the container. */
  readonly addressOf: (port: number) => ProbeAddress | undefined;
  readonly engine: Engine;
  /** Of Secrets, by name; undefined: not known here. */
  readonly secret: (name: string) => string | undefined;
}

/** No route from here, whatever the workload does. */
const unreachableCodes = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EACCES',
  'EPERM',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
]);
/** No route when the address is only a guess: another network namespace or host drops or refuses. */
const refused = 'ECONNREFUSED';
const doubtfulCodes = new Set([refused, 'ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'ABORT_ERR']);

export async function runProbe(probe: Probe, context: ProbeContext): Promise<ProbeAnswer> {
  const { containerId, engine } = context;
  if (probe.exec !== undefined) return probeExec(probe.exec.command, containerId, probe.timeoutMs, engine);
  const port = (probe.http ?? probe.tcp ?? probe.postgres ?? probe.redis)?.port;
  if (port === undefined) return { outcome: 'fail', message: 'the probe says nothing of how' };
  const address = context.addressOf(port);
  if (address === undefined)
    return {
      outcome: 'unreachable',
      message: `no address of the container's port ${port} is reachable from here`,
    };
  try {
    return await probePort(probe, address, context);
  } catch (error) {
    return answerOf(error, address);
  }
}

async function probePort(probe: Probe, address: ProbeAddress, context: ProbeContext): Promise<ProbeAnswer> {
  const { http, postgres, redis, timeoutMs } = probe;
  if (http !== undefined) {
    const { probeHttp } = await import('./http.ts');
    return probeHttp(http, address, timeoutMs);
  }
  const given = (postgres ?? redis)?.password;
  const password = passwordOf(given, context);
  if (given !== undefined && password === undefined)
    return { outcome: 'unreachable', message: 'the secret of its password is not known here' };
  const known = password === undefined ? {} : { password };
  if (postgres !== undefined) {
    const { probePostgres } = await import('./postgres.ts');
    return probePostgres({ user: postgres.user, database: postgres.database, ...known }, address, timeoutMs);
  }
  if (redis !== undefined) {
    const { probeRedis } = await import('./redis.ts');
    return probeRedis(password, address, timeoutMs);
  }
  return probeTcp(address, timeoutMs);
}

function passwordOf(given: EnvValue | undefined, { secret }: ProbeContext): string | undefined {
  return given === undefined || typeof given === 'string' ? given : secret(given.secret);
}

function probeTcp(address: ProbeAddress, timeoutMs: number): Promise<ProbeAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address.host, port: address.port, timeout: timeoutMs });
    socket.once('connect', () => {
      socket.destroy();
      resolve({ outcome: 'pass', message: `port ${address.port} accepts connections` });
    });
    socket.once('timeout', () => {
      socket.destroy();
      reject(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }));
    });
    socket.once('error', reject);
  });
}

async function probeExec(
  command: readonly string[],
  containerId: string,
  timeoutMs: number,
  engine: Engine,
): Promise<ProbeAnswer> {
  try {
    const { exitCode, output } = await engine.exec(containerId, command, timeoutMs);
    if (exitCode === 0) return { outcome: 'pass', message: `${command[0]} exited 0` };
    const said = output.trim().split('\n').at(-1) ?? '';
    return {
      outcome: 'fail',
      message: `${command.join(' ')} exited ${exitCode}${said === '' ? '' : `: ${said.slice(0, 200)}`}`,
    };
  } catch (error) {
    // An engine that does not answer says nothing of the workload.
    const isEngines = error instanceof EngineError && error.code === 0;
    return {
      outcome: isEngines ? 'unreachable' : 'fail',
      message: `${command.join(' ')}: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function answerOf(error: unknown, address: ProbeAddress): ProbeAnswer {
  const code = codeOf(error);
  const message = `${address.host}:${address.port}: ${wordsOf(error, code)}`;
  // Where others answer, who refuses does so itself. Silence may still be the way's: reeve may have left that network.
  const isTheirs = address.certain || (address.isProven === true && code === refused);
  const unreachable = unreachableCodes.has(code) || (!isTheirs && doubtfulCodes.has(code));
  return { outcome: unreachable ? 'unreachable' : 'fail', message };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error.name === 'TimeoutError') return 'ETIMEDOUT';
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function wordsOf(error: unknown, code: string): string {
  if (code === 'ECONNREFUSED') return 'connection refused';
  if (code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT') return 'no answer in time';
  return error instanceof Error && error.message !== '' ? error.message : code;
}
