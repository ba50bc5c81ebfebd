// A git host over http: git's own http-backend behind a small server, with a token that it wants and the power to be broken.

import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';

export interface GitHost {
  /** Of the repository. */
  readonly url: string;
  /** What requests brought as credentials, newest last; `undefined`: none. */
  readonly credentials: readonly (string | undefined)[];
  /** From now on every request gets this status; undefined: served again. */
  broken: number | undefined;
}

interface Cleanup {
  readonly onTestFinished: (work: () => Promise<void>) => void;
}

/** Serves the bare repository at `path`; with a `token`, to those who have it alone. */
export async function gitHostFor(
  { onTestFinished }: Cleanup,
  path: string,
  token?: string,
): Promise<GitHost> {
  const credentials: (string | undefined)[] = [];
  const host = { url: '', credentials, broken: undefined as number | undefined };
  const server = createServer((request, response) => {
    const given = passwordOf(request);
    credentials.push(given);
    if (host.broken !== undefined) return end(response, host.broken);
    if (token !== undefined && given !== token) {
      response.setHeader('WWW-Authenticate', 'Basic realm="git"');
      return end(response, 401);
    }
    backend(request, response, dirname(path));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => close(server));
  const { port } = server.address() as AddressInfo;
  host.url = `http://127.0.0.1:${port}/${path.slice(dirname(path).length + 1)}`;
  return host;
}

function passwordOf({ headers }: IncomingMessage): string | undefined {
  const [, encoded] = /^Basic (.*)$/.exec(headers.authorization ?? '') ?? [];
  return encoded === undefined
    ? undefined
    : Buffer.from(encoded, 'base64').toString().split(':').slice(1).join(':');
}

function end(response: ServerResponse, status: number): void {
  response.statusCode = status;
  response.end();
}

/** CGI: the request in variables and on standard input, the answer with its headers on standard output. */
function backend(request: IncomingMessage, response: ServerResponse, root: string): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'],
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
      GIT_PROTOCOL: request.headers['git-protocol'] as string | undefined,
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  request.pipe(child.stdin).on('error', () => undefined);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('close', () => {
    const all = Buffer.concat(chunks);
    const at = all.indexOf('\r\n\r\n');
    for (const line of all.subarray(0, at).toString().split('\r\n')) {
      const [name = '', value = ''] = line.split(/: (.*)/s);
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.end(all.subarray(at + 4));
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
