// A stand-in for an engine with more containers than this machine could run: a program that speaks the part of the Engine API
// that reeve needs to keep containers (ping, version, info, list, inspect, create, start, networks, volumes, images,
// events) on a Unix socket, argv[2]. No container runs behind it: it is for rows about size, and for nothing else.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { inspectOf, type ManyContainer, ManyContainers, manyImage } from './many-containers.ts';
import { Storm, type StormWish } from './many-storm.ts';

const [socket = ''] = process.argv.slice(2);
const containers = new ManyContainers();
const volumes = new Map<string, object>();
const streams = new Set<ServerResponse>();
const counts = { lists: 0, inspects: 0, starts: 0 };
let storm: Storm | undefined;

type Handler = (call: IncomingMessage, url: URL, id: string) => unknown;
const missing = Symbol('missing');
/** Answered with 204. */
const done = Symbol('done');

const routes: readonly (readonly [RegExp, Handler])[] = [
  [/^GET \/(_ping)$/, () => 'OK'],
  [
    /^GET \/(version)$/,
    () => ({ Version: '20.10.24', ApiVersion: '1.41', MinAPIVersion: '1.12', Os: 'linux' }),
  ],
  [/^GET \/(info)$/, () => info],
  [/^GET \/containers\/(json)$/, list],
  [/^GET \/containers\/(.+)\/json$/, inspect],
  [/^POST \/containers\/(create)$/, create],
  [/^POST \/containers\/(.+)\/start$/, start],
  [
    /^GET \/images\/(.+)\/json$/,
    (_, __, id) => (id === 'many:1' || id === manyImage.Id ? manyImage : missing),
  ],
  [/^GET \/(networks)$/, () => [{ Id: 'bridge', Name: 'bridge', Driver: 'bridge', Labels: {} }]],
  [/^GET \/(volumes)$/, () => ({ Volumes: [...volumes.values()] })],
  [/^POST \/volumes\/(create)$/, createVolume],
  [/^GET \/volumes\/(.+)$/, (_, __, id) => volumes.get(id) ?? missing],
  [/^DELETE \/volumes\/(.+)$/, (_, __, id) => (volumes.delete(id) ? done : missing)],
  // Not of the API: what was asked for so far, and a storm with its report.
  [/^GET \/bench\/(counts)$/, () => counts],
  [/^POST \/bench\/(storm)$/, runStorm],
];

const info = {
  Name: 'many',
  ServerVersion: '20.10.24',
  OperatingSystem: 'none',
  NCPU: 64,
  MemTotal: 512 * 2 ** 30,
  LoggingDriver: 'json-file',
  DefaultRuntime: 'runc',
};

// As the engine does: an idle connection is never closed.
const server = createServer({ keepAliveTimeout: 0 }, (call, answer) => {
  const url = new URL(call.url ?? '', 'http://engine');
  const path = decodeURIComponent(url.pathname.replace(/^\/v[\d.]+/, ''));
  if (path === '/events') return void follow(answer);
  respond(call, url, `${call.method} ${path}`, answer).catch((error: unknown) => {
    answer.writeHead(500).end(JSON.stringify({ message: String(error) }));
  });
});
// Its input is the bench's end of a pipe: without a bench, no stand-in.
process.stdin.resume().on('end', () => process.exit());
server.listen(socket, () => process.stdout.write('listening\n'));

async function respond(call: IncomingMessage, url: URL, line: string, answer: ServerResponse): Promise<void> {
  answer.setHeader('Api-Version', '1.41');
  for (const [shape, handle] of routes) {
    const id = shape.exec(line)?.[1];
    if (id === undefined) continue;
    const body = await handle(call, url, id);
    if (body === done) return void answer.writeHead(204).end();
    if (body === missing) return void answer.writeHead(404).end(JSON.stringify({ message: `no such ${id}` }));
    return void answer.end(typeof body === 'string' ? body : JSON.stringify(body));
  }
  answer.writeHead(501).end(JSON.stringify({ message: `the stand-in does not know ${line}` }));
}

function list(_: IncomingMessage, url: URL): string {
  counts.lists++;
  const filters = JSON.parse(url.searchParams.get('filters') ?? '{}') as { readonly id?: readonly string[] };
  return containers.list(filters.id);
}

function inspect(_: IncomingMessage, __: URL, id: string): unknown {
  counts.inspects++;
  const found = containers.get(id);
  return found === undefined ? missing : inspectOf(found);
}

async function create(call: IncomingMessage, url: URL): Promise<object> {
  const made = containers.create(url.searchParams.get('name') ?? '', (await json(call)) as object);
  emit('create', made);
  return { Id: made.id, Warnings: [] };
}

function start(_: IncomingMessage, __: URL, id: string): unknown {
  const found = containers.get(id);
  if (found === undefined) return missing;
  counts.starts++;
  containers.start(found);
  storm?.noteStart(found);
  emit('start', found);
  return done;
}

async function createVolume(call: IncomingMessage): Promise<object> {
  const wish = (await json(call)) as { readonly Name: string };
  const volume = volumes.get(wish.Name) ?? { ...wish, Driver: 'local', CreatedAt: new Date().toISOString() };
  volumes.set(wish.Name, volume);
  return volume;
}

/** Filters and `since` are not heeded: all that is said is of the kinds that reeve asks for, and it looks at the start. */
function follow(answer: ServerResponse): void {
  answer.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
  streams.add(answer);
  answer.on('close', () => streams.delete(answer));
}

function emit(action: string, { id, name, body }: ManyContainer, more: object = {}): void {
  const Attributes = { ...body.Labels, name, image: 'many:1', ...more };
  const at = performance.timeOrigin + performance.now();
  const event = { Type: 'container', Action: action, Actor: { ID: id, Attributes }, timeNano: at * 1e6 };
  for (const stream of streams) stream.write(`${JSON.stringify(event)}\n`);
}

async function runStorm(call: IncomingMessage): Promise<object> {
  const before = { ...counts };
  storm = new Storm({
    containers: containers.all,
    emit,
    end: (container) => containers.end(container),
    unread: () => [...streams].reduce((sum, stream) => sum + stream.writableLength, 0),
  });
  const report = await storm.run((await json(call)) as StormWish);
  return {
    ...report,
    lists: counts.lists - before.lists,
    inspects: counts.inspects - before.inspects,
    streams: streams.size,
  };
}
