// A real registry on loopback: Debian's docker-registry, with what it stores in a folder of its own, and a proxy before
// it that can be slow or break off in the middle of a layer.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { debianTree } from '../../scripts/lib/debian.ts';
import { askEngine, engineSocket } from '../../scripts/lib/docker-api.ts';

export interface Registry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Pushes a local image under a name of this registry, which stays on the engine as a tag; returns its digest. */
  push(image: string, name: string): Promise<string>;
  /**
   * What the proxy does with layers from now on. A slow one ends once so many have been under way at once, so that they
   * are seen together however busy the machine is; it waits for that no longer than it takes to be sure of the contrary.
   */
  behave(how: Behaviour, togetherAtLeast?: number): void;
  /** Downloads of layers so far, and the most that were under way at one time. */
  layers(): { readonly downloads: number; readonly mostAtOnce: number };
  /** Requests seen since the last call, as `GET /v2/…`. */
  requests(): readonly string[];
  close(): Promise<void>;
}

/** `cut`: a layer ends in its middle, and is gone when it is asked for again. `slow`: it comes in small pieces. */
export type Behaviour = 'well' | 'slow' | 'cut';

export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
}

/** The one user of a registry that asks for credentials; made with `htpasswd -nbB -C 4 reeve open-sesame`. */
export const login: RegistryLogin = { username: 'reeve', password: 'open-sesame' };
const htpasswd = 'reeve:$2y$04$u99Qyiop4bd6/CpVxf9DouksTgRuq1t8M6ZNOLcOq88er.30b8CAG';

export async function startRegistry(options: { readonly private?: boolean } = {}): Promise<Registry> {
  const tree = await debianTree(['docker-registry']);
  const folder = await mkdtemp(join(tmpdir(), 'reeve-registry-'));
  const port = await freePort();
  const config = join(folder, 'config.yml');
  const password = join(folder, 'htpasswd');
  await writeFile(password, `${htpasswd}\n`);
  const auth = options.private === true ? `auth: {htpasswd: {realm: test, path: ${password}}}\n` : '';
  await writeFile(
    config,
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${folder}/data}, delete: {enabled: true}}\nhttp: {addr: "127.0.0.1:${port}", relativeurls: true}\n${auth}`,
  );
  const server = spawn(join(tree, 'usr/bin/docker-registry'), ['serve', config], { stdio: 'ignore' });
  const proxy = await startProxy(port);
  const host = `127.0.0.1:${proxy.port}`;
  await untilAnswers(port, server);
  return {
    host,
    push: (image, name) => push(host, image, name),
    behave: proxy.behave,
    layers: proxy.layers,
    requests: proxy.requests,
    close: async () => {
      proxy.close();
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function push(host: string, image: string, name: string): Promise<string> {
  const [repository = '', tag = 'latest'] = name.split(':');
  const socket = engineSocket();
  const full = `${host}/${repository}`;
  await askEngine(socket, 'POST', `/images/${image}/tag?repo=${full}&tag=${tag}`);
  const auth = Buffer.from(JSON.stringify({ ...login, serveraddress: host })).toString('base64');
  const answer = await askEngine(socket, 'POST', `/images/${full}/push?tag=${tag}`, undefined, [], {
    'X-Registry-Auth': auth,
  });
  const digest = /"Digest":"(sha256:[0-9a-f]{64})"/.exec(answer.body)?.[1];
  if (digest === undefined) throw new Error(`${full}:${tag} was not pushed: ${answer.body.slice(-500)}`);
  return digest;
}

async function freePort(): Promise<number> {
  const server = createSocket();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilAnswers(port: number, server: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline && server.exitCode === null; ) {
    const status = await fetch(`http://127.0.0.1:${port}/v2/`).then(
      (r) => r.status,
      () => 0,
    );
    if (status === 200 || status === 401) return;
    await pause(50);
  }
  throw new Error('docker-registry does not answer');
}

const pieceBytes = 64 * 1024;
const patienceForOthersMs = 15_000;

async function startProxy(target: number) {
  let behaviour: Behaviour = 'well';
  let togetherAtLeast = 1;
  let [downloads, underWay, mostAtOnce] = [0, 0, 0];
  let seen: string[] = [];
  const haveMet = async (): Promise<void> => {
    const deadline = Date.now() + patienceForOthersMs;
    while (mostAtOnce < togetherAtLeast && Date.now() < deadline) await pause(20);
  };
  const cut = new Set<string>();
  const server = createServer((call, answer) => {
    seen.push(`${call.method} ${call.url}`);
    const isLayer = call.method === 'GET' && /\/blobs\//.test(call.url ?? '');
    if (behaviour === 'cut' && cut.has(call.url ?? '')) {
      answer.writeHead(404, { 'Content-Type': 'application/json' });
      answer.end('{"errors":[{"code":"BLOB_UNKNOWN","message":"blob unknown to registry"}]}');
      return;
    }
    forward(target, call, answer, (from) => {
      const length = Number(from.headers['content-length'] ?? 0);
      // A manifest's configuration is a blob too, and a small one.
      if (!isLayer || length < pieceBytes) return void from.pipe(answer);
      downloads++;
      mostAtOnce = Math.max(mostAtOnce, ++underWay);
      answer.once('close', () => underWay--);
      if (behaviour === 'well') from.pipe(answer);
      else if (behaviour === 'slow') void dribble(from, answer, haveMet);
      else {
        cut.add(call.url ?? '');
        cutOff(from, answer, length / 2);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    behave: (how: Behaviour, atLeast = 1) => {
      behaviour = how;
      togetherAtLeast = atLeast;
      cut.clear();
    },
    layers: () => ({ downloads, mostAtOnce }),
    requests: () => {
      const all = seen;
      seen = [];
      return all;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function forward(
  port: number,
  call: IncomingMessage,
  answer: ServerResponse,
  pass: (from: IncomingMessage) => void,
): void {
  const { method, url: path, headers } = call;
  const onward = request({ host: '127.0.0.1', port, method, path, headers }, (from) => {
    answer.writeHead(from.statusCode ?? 502, from.headers);
    pass(from);
  });
  onward.on('error', () => answer.destroy());
  call.pipe(onward);
}

/** The layer takes about two seconds. Its last piece waits until it may end: with it the engine has all that was promised. */
async function dribble(
  from: IncomingMessage,
  answer: ServerResponse,
  mayEnd: () => Promise<void>,
): Promise<void> {
  const length = Number(from.headers['content-length'] ?? 0);
  const size = Math.ceil(length / 20);
  let last: Buffer = Buffer.alloc(0);
  for await (const chunk of from as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; at += size) {
      answer.write(last);
      await pause(Math.ceil((2_000 * last.length) / length));
      last = chunk.subarray(at, at + size);
    }
  }
  await mayEnd();
  answer.end(last);
}

function cutOff(from: IncomingMessage, answer: ServerResponse, after: number): void {
  let sent = 0;
  from.on('data', (chunk: Buffer) => {
    sent += chunk.length;
    answer.write(chunk, () => {
      if (sent >= after) answer.destroy();
    });
  });
}
