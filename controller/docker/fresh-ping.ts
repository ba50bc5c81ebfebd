// A ping on a connection of its own. An engine that is being stopped takes no new connections, but goes on answering on
// those it has, lists its containers there and would even start one (measured on 20.10): only a new one tells.

import { brokenBecause, type Dialled } from './dial.ts';
import { unreachableError } from './errors.ts';

// An import of these would make every one of their exports, `WebSocket` too, and for that load all of Node's own undici.
const { request: http } = process.getBuiltinModule('node:http');
const { request: https } = process.getBuiltinModule('node:https');

/** Throws `EngineUnreachable` where no new connection is answered within `timeoutMs`. */
export function freshPing(dialled: Dialled, timeoutMs: number): Promise<void> {
  const { host, socketPath, tcp } = dialled;
  const { tls } = tcp ?? {};
  return new Promise((resolve, reject) => {
    const call = (tls === undefined ? http : https)({
      ...(socketPath === undefined ? { host: tcp?.hostname, port: tcp?.port } : { socketPath }),
      ...(tls ?? {}),
      path: '/_ping',
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
    });
    call.on('response', (answer) => {
      answer.resume();
      resolve();
    });
    call.on('error', (cause) => {
      const why = cause.name === 'AbortError' ? 'it takes no new connections' : brokenBecause(dialled, cause);
      reject(unreachableError(host, why, cause));
    });
    call.end();
  });
}
