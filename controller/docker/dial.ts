// The one place that touches dockerode: opens a request and gives the raw answer, and says why a connection broke.

import type { IncomingMessage } from 'node:http';
import { type EngineError, exitStatus, ReeveError } from '../errors.ts';
import type { Call } from './call.ts';
import { Docker } from './dockerode.ts';
import { lostError, unreachableError } from './errors.ts';

/** Where dockerode connects to: a Unix socket (also a relay's) or a host, with TLS or without. */
export interface Dialled {
  /** As the user knows it, for messages. */
  readonly host: string;
  readonly socketPath?: string;
  readonly tcp?: {
    readonly hostname: string;
    readonly port: number;
    readonly tls?: { readonly ca: string; readonly cert?: string; readonly key?: string };
  };
  /** What the transport itself has to say about a broken connection (ssh's last words). */
  readonly complaint?: () => string | undefined;
}

export interface Modem {
  dial(options: object, callback: (error: Error | null, result: unknown) => void): void;
}

/** Every status is an answer to docker-modem; ours are told apart here. */
const allStatuses = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [i + 100, true]));

/** Every option is given, absent ones too: what is not given dockerode takes from DOCKER_HOST by itself. */
export function createModem({ socketPath, tcp }: Dialled): Modem {
  const tls = tcp?.tls;
  const options = {
    socketPath,
    host: tcp?.hostname,
    port: tcp?.port,
    protocol: tls === undefined ? ('http' as const) : ('https' as const),
    ca: tls?.ca,
    cert: tls?.cert,
    key: tls?.key,
    username: undefined,
    timeout: undefined,
    pathPrefix: '/',
  };
  try {
    return new Docker(options).modem;
  } catch (cause) {
    throw new ReeveError(cause instanceof Error ? cause.message : String(cause), {
      status: exitStatus.usage,
      hint: 'unset DOCKER_HOST and DOCKER_CERT_PATH, or correct them',
      cause,
    });
  }
}

export function dial(modem: Modem, call: Call, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  const query = Object.fromEntries(Object.entries(call.query ?? {}).filter(([, v]) => v !== undefined));
  const hasQuery = Object.keys(query).length > 0;
  return new Promise((resolve, reject) => {
    modem.dial(
      {
        path: hasQuery ? `${path}?` : path,
        method: call.method,
        options: { _query: query, _body: call.body ?? {} },
        ...(call.archive === undefined ? {} : { file: call.archive }),
        ...(call.headers === undefined ? {} : { headers: { ...call.headers } }),
        abortSignal: signal,
        isStream: true,
        statusCodes: allStatuses,
      },
      (error, result) => (error === null ? resolve(result as IncomingMessage) : reject(error)),
    );
  });
}

/** A ping asks for nothing: without its answer the engine is not reached. */
export function connectionError(dialled: Dialled, call: Call, cause: unknown): EngineError {
  const why = brokenBecause(dialled, cause);
  const mayHaveActed = isBroken(cause) && dialled.complaint?.() === undefined && call.path !== '/_ping';
  return mayHaveActed ? lostError(call.what, why, cause) : unreachableError(dialled.host, why, cause);
}

export function isBroken(cause: unknown): boolean {
  const code = codeOf(cause);
  return code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_');
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

export function brokenBecause(dialled: Dialled, cause: unknown): string {
  const complaint = dialled.complaint?.();
  if (complaint !== undefined) return complaint;
  switch (codeOf(cause)) {
    case 'ENOENT':
      return 'there is no such socket';
    case 'ECONNREFUSED':
      return 'nobody listens there';
    case 'EACCES':
      return 'permission denied';
    case 'ENOTFOUND':
      return 'the host name is unknown';
    case 'ECONNRESET':
    case 'EPIPE':
      return dialled.tcp?.tls === undefined
        ? 'the connection broke'
        : 'the connection broke (does it accept the client certificate?)';
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}
