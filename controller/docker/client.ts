// One call to the engine: version prefix, time-out, abort, answer read to its end and checked, errors in our words.
// Everything goes through dockerode's dial as a stream, because its plain calls wait for ever on an answer that is cut
// in the middle, take garbage for data and hide the headers that version negotiation needs.

import type { IncomingMessage } from 'node:http';
import { EngineError, ReeveError } from '../errors.ts';
import type { Call } from './call.ts';
import { brokenBecause, connectionError, createModem, type Dialled, dial, isBroken } from './dial.ts';
import { garbledError, lostError, refusedError } from './errors.ts';
import { abortable, type Guard, guardOf } from './guard.ts';
import { negotiate } from './version.ts';

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

/**
 * A client of one engine. Connects lazily: creating it never fails because the engine is down. `mayAct` is asked immediately
 * before each call that is more than a look, and throws where it may not be made.
 */
export function createClient(
  dialled: Dialled,
  defaultTimeoutMs: number,
  mayAct: () => void = () => undefined,
): EngineClient {
  const modem = createModem(dialled);
  let version: Promise<string> | undefined;

  /**
   * A kept connection may have died with the engine's last life; Node notices only when it is used. Looking is done
   * once more then; for acting, whoever acts decides.
   */
  async function open(call: Call, path: string, guard: Guard): Promise<IncomingMessage> {
    if (call.method !== 'GET') mayAct();
    try {
      return await dial(modem, call, path, guard.signal).catch((cause) => {
        if (call.method !== 'GET' || !isBroken(cause) || guard.signal.aborted) throw cause;
        return dial(modem, call, path, guard.signal);
      });
    } catch (cause) {
      throw guard.why() ?? connectionError(dialled, call, cause);
    }
  }

  /** Runs with the time-out covering the whole of `read`. */
  async function ask<T>(call: Call, path: string, read: (answer: IncomingMessage) => Promise<T>): Promise<T> {
    const guard = guardOf(call, defaultTimeoutMs);
    try {
      const answer = await open(call, path, guard);
      return await checked(call, guard, async () => {
        await throwIfRefused(call, answer);
        return read(answer);
      });
    } finally {
      guard.clear();
    }
  }

  /** What breaks while an answer is read is a lost answer, unless we ended it. */
  async function checked<T>(call: Call, guard: Guard, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (cause) {
      if (cause instanceof ReeveError) throw cause;
      throw guard.why() ?? lostError(call.what, brokenBecause(dialled, cause), cause);
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
  async function versioned<T>(call: Call, run: (prefix: string) => Promise<T>): Promise<T> {
    const agreed = await abortable(apiVersion(), call.signal);
    try {
      return await run(`/v${agreed}`);
    } catch (error) {
      if (!isVersionRefused(error)) throw error;
      version = undefined;
      const anew = await abortable(apiVersion(), call.signal);
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
      versioned(call, (prefix) =>
        ask(call, prefix + call.path, async (answer) => parse(call, await drain(answer))),
      ),
    done: (call) =>
      versioned(call, (prefix) =>
        ask(call, prefix + call.path, async (answer) => {
          await drain(answer);
          return answer.statusCode ?? 0;
        }),
      ),
    stream: (call) =>
      versioned(call, async (prefix) => {
        const guard = guardOf(call, defaultTimeoutMs);
        try {
          const answer = await open(call, prefix + call.path, guard);
          await checked(call, guard, () => throwIfRefused(call, answer));
          answer.once('close', guard.clear);
          guard.stopClock();
          return answer;
        } catch (error) {
          guard.clear();
          throw error;
        }
      }),
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
