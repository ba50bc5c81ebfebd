// One call to the engine: version prefix, time-out, abort, answer read to its end and checked, errors in our words.
// Everything goes through dockerode's dial as a stream, because its plain calls wait for ever on an answer that is cut
// in the middle, take garbage for data and hide the headers that version negotiation needs.

import type { IncomingMessage } from 'node:http';
import Docker from 'dockerode';
import { EngineError, exitStatus, ReeveError } from '../errors.ts';
import { garbledError, lostError, refusedError, timedOutError, unreachableError } from './errors.ts';
import { negotiate } from './version.ts';

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

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Without version and query: `/containers/json`. */
  readonly path: string;
  /** What is tried, for messages: `create container web`. */
  readonly what: string;
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  readonly body?: object;
  /** A tar archive as the body. */
  readonly archive?: Buffer;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

export interface EngineClient {
  readonly host: string;
  /** Negotiated once; asks the engine on first use. */
  apiVersion(): Promise<string>;
  ping(signal?: AbortSignal): Promise<void>;
  /** A call whose answer is a JSON object or array. */
  json<T>(call: Call): Promise<T>;
  /** A call whose answer's body is of no interest; resolves with its HTTP status (2xx or 304). */
  done(call: Call): Promise<number>;
  /** The open answer; the time-out covers only its beginning. The caller destroys it. */
  stream(call: Call): Promise<IncomingMessage>;
}

interface Modem {
  dial(options: object, callback: (error: Error | null, result: unknown) => void): void;
}

/** Every status is an answer to docker-modem; ours are told apart here. */
const allStatuses = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [i + 100, true]));

/** A client of one engine. Connects lazily: creating it never fails because the engine is down. */
export function createClient(dialled: Dialled, defaultTimeoutMs: number): EngineClient {
  const modem = createModem(dialled);
  let version: Promise<string> | undefined;

  async function open(call: Call, path: string, guard: Guard): Promise<IncomingMessage> {
    try {
      return await dial(modem, call, path, guard.signal);
    } catch (cause) {
      throw guard.explain(cause) ?? connectionError(dialled, call, cause);
    }
  }

  /** Runs with the time-out covering the whole of `read`. */
  async function ask<T>(call: Call, path: string, read: (answer: IncomingMessage) => Promise<T>): Promise<T> {
    const guard = guardOf(call, defaultTimeoutMs);
    try {
      const answer = await open(call, path, guard);
      try {
        await throwIfRefused(call, answer);
        return await read(answer);
      } catch (cause) {
        if (cause instanceof ReeveError) throw cause;
        throw guard.explain(cause) ?? lostError(call.what, brokenBecause(dialled, cause), cause);
      }
    } finally {
      guard.clear();
    }
  }

  async function askPing(signal?: AbortSignal): Promise<string> {
    const call: Call = { method: 'GET', path: '/_ping', what: 'ping', ...(signal ? { signal } : {}) };
    return ask(call, call.path, async (answer) => {
      await drain(answer);
      return String(answer.headers['api-version'] ?? '');
    });
  }

  function apiVersion(): Promise<string> {
    version ??= askPing().then((theirs) => negotiate(dialled.host, theirs));
    const asked = version;
    asked.catch(() => {
      if (version === asked) version = undefined;
    });
    return asked;
  }

  /** An engine upgraded under us may refuse the version agreed before: agree anew, once. */
  async function versioned<T>(run: (prefix: string) => Promise<T>): Promise<T> {
    const agreed = await apiVersion();
    try {
      return await run(`/v${agreed}`);
    } catch (error) {
      if (!isVersionRefused(error)) throw error;
      version = undefined;
      const anew = await apiVersion();
      if (anew === agreed) throw versionRefused(dialled.host, agreed, error);
      return run(`/v${anew}`);
    }
  }

  return {
    host: dialled.host,
    apiVersion,
    async ping(signal) {
      await askPing(signal);
    },
    json: (call) =>
      versioned((prefix) =>
        ask(call, prefix + call.path, async (answer) => parse(call, await drain(answer))),
      ),
    done: (call) =>
      versioned((prefix) =>
        ask(call, prefix + call.path, async (answer) => {
          await drain(answer);
          return answer.statusCode ?? 0;
        }),
      ),
    stream: (call) =>
      versioned(async (prefix) => {
        const guard = guardOf(call, defaultTimeoutMs);
        try {
          const answer = await open(call, prefix + call.path, guard);
          await throwIfRefused(call, answer);
          return answer;
        } finally {
          guard.stopClock();
        }
      }),
  };
}

/** Every option is given, absent ones too: what is not given dockerode takes from DOCKER_HOST by itself. */
function createModem({ socketPath, tcp }: Dialled): Modem {
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

function dial(modem: Modem, call: Call, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  const query = Object.fromEntries(Object.entries(call.query ?? {}).filter(([, v]) => v !== undefined));
  const hasQuery = Object.keys(query).length > 0;
  return new Promise((resolve, reject) => {
    modem.dial(
      {
        path: hasQuery ? `${path}?` : path,
        method: call.method,
        options: { _query: query, _body: call.body ?? {} },
        ...(call.archive === undefined ? {} : { file: call.archive }),
        abortSignal: signal,
        isStream: true,
        statusCodes: allStatuses,
      },
      (error, result) => (error === null ? resolve(result as IncomingMessage) : reject(error)),
    );
  });
}

interface Guard {
  readonly signal: AbortSignal;
  /** Why the call was ended by us, if it was. */
  explain(cause: unknown): unknown;
  stopClock(): void;
  clear(): void;
}

/** Joins the caller's abort with the call's own time-out. A plain timer: AbortSignal.any is slow to collect. */
function guardOf(call: Call, defaultTimeoutMs: number): Guard {
  const timeoutMs = call.timeoutMs ?? defaultTimeoutMs;
  const controller = new AbortController();
  const forward = () => controller.abort(call.signal?.reason);
  const timer = setTimeout(() => controller.abort(timedOutError(call.what, timeoutMs)), timeoutMs);
  if (call.signal?.aborted) forward();
  call.signal?.addEventListener('abort', forward, { once: true });
  return {
    signal: controller.signal,
    explain: () => (controller.signal.aborted ? controller.signal.reason : undefined),
    stopClock: () => clearTimeout(timer),
    clear() {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', forward);
    },
  };
}

async function drain(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function throwIfRefused(call: Call, answer: IncomingMessage): Promise<void> {
  const code = answer.statusCode ?? 0;
  if ((code >= 200 && code < 300) || code === 304) return;
  throw refusedError(call.what, code, wordsOf(await drain(answer)));
}

/** The engine wraps its words in `{"message": …}`. */
function wordsOf(text: string): string {
  try {
    const { message } = JSON.parse(text);
    if (typeof message === 'string') return message;
  } catch {
    // Not JSON: a proxy's page or plain text; its beginning says enough.
  }
  return text.slice(0, 500);
}

function parse<T>(call: Call, text: string): T {
  try {
    const value = JSON.parse(text);
    if (value !== null && typeof value === 'object') return value;
  } catch (cause) {
    throw garbledError(call.what, cause);
  }
  throw garbledError(call.what);
}

function connectionError(dialled: Dialled, call: Call, cause: unknown): EngineError {
  const why = brokenBecause(dialled, cause);
  const code = codeOf(cause);
  const broken = ['ECONNRESET', 'EPIPE', 'HPE_INVALID_CONSTANT'].includes(code) || code.startsWith('HPE_');
  if (broken && dialled.complaint?.() === undefined) return lostError(call.what, why, cause);
  return unreachableError(dialled.host, why, cause);
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

function brokenBecause(dialled: Dialled, cause: unknown): string {
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
      return 'the connection broke';
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}

function isVersionRefused(error: unknown): boolean {
  return (
    error instanceof EngineError &&
    error.code === 400 &&
    /client version .* is too (old|new)/i.test(error.message)
  );
}

function versionRefused(host: string, version: string, cause: unknown): ReeveError {
  return new ReeveError(`the engine at ${host} refuses API version ${version}`, {
    hint: 'its newest version is older, or its oldest newer, than what reeve speaks',
    cause,
  });
}
