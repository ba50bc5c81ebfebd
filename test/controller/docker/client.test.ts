// The client against engines that are not there, too old, too new, silent or no engines at all: tiny servers on a
// Unix socket that speak just that much.

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connectEngine } from '../../../controller/docker/connect.ts';

let folder: string;
let socket: string;
let server: Server | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-client-'));
  socket = join(folder, 'engine.sock');
});

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  server = undefined;
});

afterAll(() => rm(folder, { recursive: true }));

async function serve(answer: RequestListener): Promise<void> {
  const started = createServer(answer);
  server = started;
  await new Promise<void>((resolve) => started.listen(socket, resolve));
}

/** An engine that announces a version, and answers lists with nothing; keeps the paths that were asked for. */
function engineOf(
  version: () => string,
  paths: string[],
  refuse: (path: string) => string | undefined = () => undefined,
) {
  return serve((call, answer) => {
    const path = call.url ?? '';
    paths.push(path);
    const refused = refuse(path);
    if (refused !== undefined) return void answer.writeHead(400).end(JSON.stringify({ message: refused }));
    return void answer.writeHead(200, { 'api-version': version() }).end(path === '/_ping' ? 'OK' : '[]');
  });
}

const connect = (timeoutMs = 20_000) => connectEngine({ host: `unix://${socket}`, env: {}, timeoutMs });

describe('an engine that is not there', () => {
  test('does not fail the connecting, but every call, with where and what to do', async () => {
    const engine = await connect();
    for (const call of [() => engine.ping(), () => engine.info(), () => engine.containers()]) {
      await expect(call()).rejects.toMatchObject({
        code: 0,
        reason: 'EngineUnreachable',
        status: 69,
        retryable: true,
        message: `engine at unix://${socket} cannot be reached: there is no such socket`,
        hint: expect.stringContaining('is dockerd running?'),
      });
    }
    const events = engine.events(0, new AbortController().signal)[Symbol.asyncIterator]();
    await expect(events.next()).rejects.toMatchObject({ reason: 'EngineUnreachable' });
  });

  test('is found once it is there', async () => {
    const engine = await connect();
    await expect(engine.containers()).rejects.toMatchObject({ reason: 'EngineUnreachable' });
    await engineOf(() => '1.41', []);
    await expect(engine.containers()).resolves.toEqual([]);
  });

  test('is told apart from one that does not answer', async () => {
    await serve(() => {});
    const engine = await connect(100);
    await expect(engine.containers()).rejects.toMatchObject({ code: 0, reason: 'CallTimedOut', status: 69 });
    await expect(engine.ping(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('the API version', () => {
  test.each([
    ['1.41', '/v1.41/'],
    ['1.44', '/v1.44/'],
    ['1.51', '/v1.51/'],
    ['1.99', '/v1.51/'],
  ])('%s is spoken as %s', async (theirs, prefix) => {
    const paths: string[] = [];
    await engineOf(() => theirs, paths);
    const engine = await connect();
    await engine.containers();
    await engine.networks();
    expect(paths).toEqual(['/_ping', `${prefix}containers/json?all=true`, `${prefix}networks`]);
  });

  test('that is too old is refused in words', async () => {
    await engineOf(() => '1.40', []);
    const engine = await connect();
    await expect(engine.containers()).rejects.toThrow('speaks API 1.40; reeve needs 1.41 or newer');
  });

  test('that ours is not accepted by is refused in words', async () => {
    const words = 'client version 1.51 is too old. Minimum supported API version is 1.60';
    await engineOf(
      () => '1.70',
      [],
      (path) => (path === '/_ping' ? undefined : words),
    );
    const engine = await connect();
    await expect(engine.containers()).rejects.toThrow('refuses API version 1.51');
  });

  test('is agreed anew when the engine is upgraded under us', async () => {
    let version = '1.41';
    const paths: string[] = [];
    await engineOf(
      () => version,
      paths,
      (path) =>
        version !== '1.41' && path.startsWith('/v1.41/')
          ? 'client version 1.41 is too old. Minimum supported API version is 1.44'
          : undefined,
    );
    const engine = await connect();
    await engine.containers();
    version = '1.50';
    await expect(engine.containers()).resolves.toEqual([]);
    expect(paths.at(-1)).toBe('/v1.50/containers/json?all=true');
  });

  test('of something that is no engine', async () => {
    await serve((_, answer) => void answer.end('hello'));
    const engine = await connect();
    await expect(engine.containers()).rejects.toThrow('does not answer as a Docker engine');
  });
});

describe('answers', () => {
  test('that are not what was asked for are garbled, not data', async () => {
    await serve((call, answer) => {
      answer.setHeader('api-version', '1.41');
      answer.end(call.url === '/_ping' ? 'OK' : call.url?.includes('volumes') ? '[1' : '{"odd": true}');
    });
    const engine = await connect();
    await expect(engine.containers()).rejects.toMatchObject({ code: 0, reason: 'AnswerGarbled' });
    await expect(engine.volumes()).rejects.toMatchObject({ code: 0, reason: 'AnswerGarbled' });
    const mask = { secretKeys: new Set<string>(), digest: String };
    await expect(engine.inspect('x', mask)).rejects.toMatchObject({ reason: 'AnswerGarbled' });
  });

  test('of a proxy are quoted', async () => {
    await serve((call, answer) => {
      answer.setHeader('api-version', '1.41');
      if (call.url !== '/_ping') answer.statusCode = 502;
      answer.end(call.url === '/_ping' ? 'OK' : '<h1>Bad gateway</h1>');
    });
    const engine = await connect();
    await expect(engine.containers()).rejects.toMatchObject({
      code: 502,
      reason: 'EngineRefused',
      message: 'list containers: <h1>Bad gateway</h1>',
    });
  });
});
