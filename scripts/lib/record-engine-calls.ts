// Lets a real Compose v5 bring up test/compose/recorded/project, and create each service of test/engine/parity, and writes
// down what it asked the engine for. Started by scripts/record-compose --engine, never by a test.

import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  type CasesRecording,
  type Fields,
  fields,
  type ProjectRecording,
  type RecordedCall,
  type RecordedService,
  recordedFolder,
  shortened,
  type Zero,
} from '../../test/compose/calls.ts';
import { created, newer, started } from '../../test/engine/parity/cases.ts';
import { files, writeProject } from '../../test/engine/parity/project.ts';
import { ensureTestImage } from '../../test/support/images.ts';
import { makeImages, postgres, redis } from './demo-images.ts';
import { askEngine, engineSocket } from './docker-api.ts';
import { repository } from './node-modules.ts';
import { type HeardCall, type RecordingProxy, startRecordingProxy } from './recording-proxy.ts';

const [binary = '', version = ''] = process.argv.slice(2);
const engine = engineSocket();
const patienceMs = 120_000;

await ensureTestImage(engine);
await makeImages([postgres, redis]);
await recordProject();
await recordCases();

interface Session {
  readonly folder: string;
  readonly project: string;
  readonly proxy: RecordingProxy;
  /** Resolves with its words where it fails. */
  compose(...args: readonly string[]): Promise<string | undefined>;
  /** Words in braces for the names of this one session. */
  scrub(text: string): string;
}

/** A project in a folder of its own, and a proxy before the engine; leaves nothing behind. */
async function inSession(run: (session: Session) => Promise<void>): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'reeve-record-')));
  const project = `recorded${randomBytes(3).toString('hex')}`;
  const socket = join(folder, 'engine.sock');
  const proxy = await startRecordingProxy(engine, socket);
  const images = await imageIds();
  const compose = async (...args: readonly string[]): Promise<string | undefined> => {
    const { code, words } = await runCompose(folder, socket, ['-p', project, ...args]);
    return code === 0 ? undefined : words;
  };
  const scrub = (text: string): string => {
    const named = containerIds(proxy).reduce((now, [id, name]) => now.replaceAll(id, `{id ${name}}`), text);
    const known = images.reduce((now, [id, tag]) => now.replaceAll(id, `{image ${tag}}`), named);
    return known.replaceAll(folder, '{folder}').replaceAll(project, '{project}');
  };
  try {
    await run({ folder, project, proxy, compose, scrub });
  } finally {
    await compose('down', '--volumes', '--remove-orphans', '--timeout', '0');
    await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function recordProject(): Promise<void> {
  const zero = await zeroBodies();
  await inSession(async ({ folder, proxy, compose, scrub }) => {
    cpSync(join(recordedFolder, 'project'), folder, { recursive: true });
    const words = await compose('up', '-d');
    if (words !== undefined) throw new Error(`Compose did not bring the project up: ${words}`);
    const calls = proxy.calls.map((call) => shortened(callOf(call, scrub), zero));
    const recording: ProjectRecording = { compose: version, zero, calls };
    write('project.json', recording, `${calls.length} calls that bring the project up`);
  });
}

async function recordCases(): Promise<void> {
  const zero = await zeroBodies();
  await inSession(async ({ folder, project, proxy, compose, scrub }) => {
    await writeProject({ project, folder, disk: '/dev/disk' });
    const refusals = new Map<string, string>();
    const names = Object.keys({ ...created, ...started, ...newer });
    for (const name of names) {
      const which = files.flatMap((file) => ['-f', file]);
      const words = await compose(...which, '--profile', 'extra', 'create', name);
      if (words !== undefined) refusals.set(name, scrub(lastLine(words)));
    }
    const heard = proxy.calls.map((call) => shortened(callOf(call, scrub), zero));
    const services = Object.fromEntries(
      names.map((name) => [name, serviceOf(name, heard, refusals.get(name))] as const),
    );
    const parts = heard
      .filter(({ path }) => /\/(networks|volumes)\/create/.test(path))
      .map(withoutComposeLabels);
    const recording: CasesRecording = { compose: version, zero, services, parts };
    write('services.json', recording, `${Object.keys(services).length} services`);
  });
}

/** The first creates of it (a refused one may be tried again as another's dependency) and its further networks. */
function serviceOf(
  name: string,
  heard: readonly RecordedCall[],
  refused: string | undefined,
): RecordedService {
  const own = heard.filter(({ path, body }, i) => {
    if (path.endsWith('/connect')) return String(fields(body)['Container']).includes(`-${name}-`);
    const label = fields(fields(body)['Labels'])['com.docker.compose.service'];
    return label === name && heard.findIndex((call) => call.path === path) === i;
  });
  if (own.length > 0)
    return { calls: own.map(withoutComposeLabels), ...(refused === undefined ? {} : { refused }) };
  if (refused === undefined) throw new Error(`${name}: Compose asked for nothing`);
  return { refused };
}

/** They are of the project, not of what a service says. */
function withoutComposeLabels(call: RecordedCall): RecordedCall {
  if (call.body?.['Labels'] === undefined) return call;
  const own = Object.entries(fields(call.body['Labels'])).filter(
    ([key]) => !key.startsWith('com.docker.compose.'),
  );
  return { ...call, body: { ...call.body, Labels: Object.fromEntries(own) } };
}

/** What a service with nothing but an image is asked for with, less its labels and its network. */
async function zeroBodies(): Promise<Zero> {
  let zero: Zero | undefined;
  await inSession(async ({ folder, proxy, compose }) => {
    writeFileSync(join(folder, 'compose.yaml'), 'services: {nothing: {image: "reeve-test:1"}}\n');
    await compose('create');
    const call = proxy.calls.find(({ path }) => path.includes('/containers/create'));
    const { HostConfig, NetworkingConfig, Labels: _, Image: __, ...container } = bodyOf(call);
    const { NetworkMode: ___, ...host } = fields(HostConfig);
    const [endpoint] = Object.values(fields(fields(NetworkingConfig)['EndpointsConfig']));
    const { Aliases: ____, ...rest } = fields(endpoint);
    zero = { container, host, endpoint: rest };
  });
  if (zero === undefined) throw new Error('no body of a service with nothing');
  return zero;
}

function callOf(
  { method, path, contentType, body }: HeardCall,
  scrub: (text: string) => string,
): RecordedCall {
  const call = { method, path: scrub(path) };
  if (body.length === 0) return call;
  if (!contentType.includes('json')) return { ...call, tar: gzipSync(body).toString('base64') };
  return { ...call, body: JSON.parse(scrub(body.toString())) as Fields };
}

function bodyOf(call: HeardCall | undefined): Fields {
  if (call === undefined) throw new Error('Compose created no container');
  return JSON.parse(call.body.toString()) as Fields;
}

/** From the engine's answers to the creates. */
function containerIds({ calls }: RecordingProxy): [id: string, name: string][] {
  return calls.flatMap(({ path, status, answer }) => {
    const name = /\/containers\/create\?.*name=([^&]+)/.exec(path)?.[1];
    if (name === undefined || status !== 201) return [];
    return [[(JSON.parse(answer) as { Id: string }).Id, decodeURIComponent(name)]];
  });
}

async function imageIds(): Promise<[id: string, tag: string][]> {
  const ids = ['reeve-test:1', postgres.tag, redis.tag].map(async (tag): Promise<[string, string]> => {
    const { body } = await askEngine(engine, 'GET', `/images/${tag}/json`);
    return [(JSON.parse(body) as { Id: string }).Id, tag];
  });
  return Promise.all(ids);
}

/** Not spawnSync: the proxy is of this process. */
async function runCompose(
  folder: string,
  socket: string,
  args: readonly string[],
): Promise<{ code: number | null; words: string }> {
  const env = { HOME: folder, PATH: '/usr/bin:/bin', PWD: folder, DOCKER_HOST: `unix://${socket}` };
  const child = spawn(binary, [...args], { cwd: folder, env, timeout: patienceMs });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words += chunk));
  child.stdout.resume();
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  return { code, words };
}

function lastLine(words: string): string {
  return words.trim().split('\n').at(-1) ?? '';
}

function write(file: string, recording: ProjectRecording | CasesRecording, what: string): void {
  writeFileSync(join(recordedFolder, file), `${JSON.stringify(recording, undefined, 1)}\n`);
  spawnSync('node_modules/.bin/biome', ['format', '--write', join(recordedFolder, file)], {
    cwd: repository,
  });
  console.log(`${what} recorded with Compose ${version}`);
}
