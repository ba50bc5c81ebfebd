// Pulls, against a tiny server that streams what an engine does: there is no registry to pull from in tests.

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectEngine } from '../../../controller/docker/connect.ts';
import { referenceQuery } from '../../../controller/docker/registry/reference.ts';
import type { StepOutcome } from '../../../controller/engine.ts';
import type { Step } from '../../../reconcilers/plan.ts';

let folder: string;
let server: Server;
/** What the stream says, and whether it ends. */
let lines: object[] = [];
let ends = true;
let asked = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-pull-'));
  server = createServer((call, answer) => {
    if (call.url === '/_ping') return void answer.writeHead(200, { 'api-version': '1.41' }).end('OK');
    if (call.url?.endsWith('/json')) return void answer.end(JSON.stringify({ Id: 'sha256:pulled' }));
    asked = call.url ?? '';
    answer.writeHead(200);
    // Cut anywhere: a line may come in two pieces.
    const text = lines.map((line) => JSON.stringify(line)).join('\r\n');
    answer.write(text.slice(0, text.length / 2));
    setImmediate(() =>
      ends ? answer.end(text.slice(text.length / 2)) : answer.write(text.slice(text.length / 2)),
    );
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 's'), resolve));
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function pull(image: string, told: string[] = [], timeoutMs = 20_000): Promise<StepOutcome> {
  const engine = await connectEngine({ host: `unix://${join(folder, 's')}`, env: {} });
  const step: Step = {
    id: 'Service/x:pullImage',
    ref: 'Service/x',
    cause: { reason: 'ImageMissing', message: 'x' },
    after: [],
    needs: [],
    wave: 1,
    interrupts: false,
    op: 'pullImage',
    args: { image },
  };
  const signal = new AbortController().signal;
  return engine.perform(step, { secrets: new Map(), signal, progress: (m) => told.push(m), timeoutMs });
}

const layer = (id: string, status: string, current?: number, total?: number) => ({
  id,
  status,
  ...(total === undefined ? {} : { progressDetail: { current, total } }),
});

test('tells its progress in words, over all layers', async () => {
  ends = true;
  lines = [
    { status: 'Pulling from library/postgres', id: '15' },
    layer('a', 'Pulling fs layer'),
    layer('a', 'Downloading', 10, 100),
    layer('b', 'Downloading', 0, 100),
    layer('a', 'Downloading', 68, 100),
    layer('a', 'Download complete'),
    layer('b', 'Download complete'),
    layer('a', 'Extracting', 1, 100),
    { status: 'Status: Downloaded newer image for postgres:15' },
  ];
  const told: string[] = [];
  expect(await pull('postgres:15', told)).toEqual({ changed: true, imageId: 'sha256:pulled' });
  expect(told).toEqual([
    'postgres:15: downloading 10 %',
    'postgres:15: downloading 5 %',
    'postgres:15: downloading 34 %',
    'postgres:15: downloading 50 %',
    'postgres:15: downloading 100 %',
    'postgres:15: extracting',
  ]);
  expect(asked).toBe('/v1.41/images/create?fromImage=postgres&tag=15');
});

test('of what is there already changes nothing', async () => {
  ends = true;
  lines = [{ status: 'Status: Image is up to date for postgres:15' }];
  expect(await pull('postgres:15')).toEqual({ changed: false, imageId: 'sha256:pulled' });
});

test('that fails in the stream has failed', async () => {
  ends = true;
  lines = [
    { status: 'Pulling' },
    { errorDetail: { message: 'manifest unknown' }, error: 'manifest unknown' },
  ];
  await expect(pull('postgres:99')).rejects.toMatchObject({
    code: 404,
    reason: 'ImageMissing',
    retryable: false,
  });
  lines = [{ error: 'dial tcp: lookup registry-1.docker.io: no such host' }];
  await expect(pull('postgres:15')).rejects.toMatchObject({ reason: 'ImagePullFailed', retryable: true });
});

test('that stands still is given up', async () => {
  ends = false;
  lines = [layer('a', 'Downloading', 1, 100)];
  await expect(pull('postgres:15', [], 1_000)).rejects.toMatchObject({ code: 0, reason: 'CallTimedOut' });
});

test.each([
  ['postgres', 'postgres', 'latest'],
  ['postgres:15', 'postgres', '15'],
  ['localhost:5000/a/b', 'localhost:5000/a/b', 'latest'],
  ['localhost:5000/a/b:1', 'localhost:5000/a/b', '1'],
  ['a/b@sha256:0f', 'a/b', 'sha256:0f'],
  ['localhost:5000/b:1@sha256:0f', 'localhost:5000/b', 'sha256:0f'],
])('%s is asked for as %s and %s', (image, fromImage, tag) => {
  expect(referenceQuery(image)).toEqual({ fromImage, tag });
});
