// The few calls of the Docker Engine API that scripts and test support need to prepare an engine, on plain node:http.
// Not for the product: controller/docker is the product's only way to an engine.

import { type IncomingMessage, request } from 'node:http';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** The Unix socket of the engine in use: DOCKER_HOST if it is one, else Docker's own. */
export function engineSocket(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const host = env['DOCKER_HOST'] ?? '';
  if (host === '') return '/var/run/docker.sock';
  if (host.startsWith('unix://')) return host.slice('unix://'.length);
  throw new Error(
    `DOCKER_HOST is ${host}; an engine on a Unix socket is needed here (unset it to use Docker's own)`,
  );
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** One API call; the body is sent as JSON, or as a tar stream. Does not judge the status. */
export async function callEngine(
  socketPath: string,
  method: string,
  path: string,
  body?: Readable | object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const stream = body !== undefined && 'pipe' in body ? body : undefined;
    const type = stream === undefined ? 'application/json' : 'application/x-tar';
    const call = request(
      { socketPath, method, path, headers: { 'Content-Type': type, ...headers } },
      resolve,
    );
    call.on('error', reject);
    if (stream === undefined) {
      call.end(body === undefined ? undefined : JSON.stringify(body));
    } else {
      stream.on('error', (error) => call.destroy(error));
      stream.pipe(call);
    }
  });
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}

/** As callEngine, but anything else than 2xx (and the statuses allowed) throws with the engine's own message. */
export async function askEngine(
  socketPath: string,
  method: string,
  path: string,
  body?: Readable | object,
  allowed: readonly number[] = [],
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const answer = await callEngine(socketPath, method, path, body, headers);
  const fine = (answer.status >= 200 && answer.status < 300) || allowed.includes(answer.status);
  if (!fine)
    throw new Error(`${method} ${path}: the engine answered ${answer.status}: ${answer.body.trim()}`);
  return answer;
}
