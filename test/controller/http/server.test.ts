// The controller's API over a real Unix socket: what it answers, what it refuses, and that nobody's leaving stops it.

import { existsSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Progress } from '../../../controller/control.ts';
import { EngineError, ReeveError } from '../../../controller/errors.ts';
import { RemoteControl } from '../../../controller/http/client.ts';
import { findController } from '../../../controller/http/find.ts';
import { type Server, serve } from '../../../controller/http/server.ts';
import { openStore } from '../../../controller/store/sqlite.ts';
import type { Store } from '../../../controller/store/store.ts';
import { InvalidManifest } from '../../../desired-state/diagnostic.ts';
import { until } from '../../support/until.ts';
import { MemoryControl, outcome } from './memory-control.ts';

let folder: string;
let socketPath: string;
let store: Store;
let control: MemoryControl;
let server: Server;
let remote: RemoteControl;

const noPlan = { names: [], allowDelete: false, updateImages: false };
const by = 'root@test (apply)';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-http-'));
  socketPath = join(folder, 'control.sock');
  store = await openStore(join(folder, 'store.db'));
  control = new MemoryControl();
  server = await start();
  remote = new RemoteControl(socketPath);
});

afterEach(async () => {
  await remote.close();
  await server.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

function start(): Promise<Server> {
  return serve(control, {
    socketPath,
    store,
    sources: ['/srv/reeve.yaml'],
    platform: 'demo',
    engine: 'unix:///var/run/docker.sock',
    version: '0.1.0',
    now: Date.now,
  });
}

describe('the socket', () => {
  test('is for its owner alone', () => {
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  });

  test('goes with the controller', async () => {
    await server.close();
    expect(existsSync(socketPath)).toBe(false);
    expect(await findController(socketPath)).toBeUndefined();
  });

  test('of a dead controller is replaced', async () => {
    await server.close();
    writeFileSync(socketPath, '');
    server = await start();
    expect((await findController(socketPath))?.health.platform).toBe('demo');
  });

  test('that nobody listens on is no controller', async () => {
    await server.close();
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(join(folder, 'dead.sock'), resolve));
    const { rename } = await import('node:fs/promises');
    await rename(join(folder, 'dead.sock'), socketPath);
    await new Promise((resolve) => dead.close(resolve));
    expect(existsSync(socketPath)).toBe(true);
    expect(await findController(socketPath)).toBeUndefined();
  });

  test('that answers nothing is told as a controller that hangs', async () => {
    await server.close();
    const mute = createServer(() => undefined);
    await new Promise<void>((resolve) => mute.listen(socketPath, resolve));
    try {
      await expect(findController(socketPath)).rejects.toMatchObject({ status: 75 });
    } finally {
      mute.close();
    }
  });

  test('that ends before it answers is told as a controller that went away, with where to look', async () => {
    await server.close();
    const dying = createServer((connection) => connection.once('data', () => connection.destroy()));
    await new Promise<void>((resolve) => dying.listen(socketPath, resolve));
    try {
      await expect(remote.statuses()).rejects.toMatchObject({
        message: 'the controller went away before it answered',
        hint: expect.stringContaining('reeve procedures'),
      });
    } finally {
      dying.close();
    }
  });
});

describe('reading', () => {
  test('health says who keeps what', async () => {
    expect(await remote.health()).toMatchObject({
      platform: 'demo',
      engine: 'unix:///var/run/docker.sock',
      pid: process.pid,
      sources: ['/srv/reeve.yaml'],
    });
  });

  test('status, resources and events are the reports of the command line', async () => {
    const at = Date.now();
    await store.saveStatuses(
      [
        {
          ref: 'Service/web',
          conditions: [{ type: 'Ready', status: false, reason: 'Exited', message: 'exited with status 1' }],
        },
      ],
      at,
    );
    await store.record([
      { at, type: 'Warning', reason: 'Exited', regarding: 'Service/web', message: 'exited', by: 'engine' },
    ]);
    expect(await get('/v1/status')).toMatchObject({
      platform: 'demo',
      total: 1,
      ready: 0,
      notReady: [{ ref: 'Service/web', reason: 'Exited' }],
      warnings: [{ regarding: 'Service/web', count: 1 }],
      controller: { pid: process.pid },
    });
    expect(await get('/v1/resources')).toMatchObject({ resources: [{ ref: 'Service/web', ready: false }] });
    const { events, after } = (await get('/v1/events?after=0')) as { events: unknown[]; after: number };
    expect(events).toHaveLength(1);
    expect(await get(`/v1/events?after=${after}`)).toEqual({ events: [], after });
  });
});

describe('acting', () => {
  test('a sync says what came, and what is asked for comes along', async () => {
    expect(await remote.sync({ pin: 'v1.4.0' }, 'ana@host (sync)')).toMatch(/^main is at commit 4c2e1f0/);
    expect(control.calls.at(-1)).toEqual({
      name: 'sync',
      options: { pin: 'v1.4.0', by: 'ana@host (sync)' },
    });
  });

  test('an apply streams its progress, then its outcome', async () => {
    const seen: Progress[] = [];
    const ended = await remote.apply({ ...noPlan, by }, (p) => seen.push(p), new AbortController().signal);
    expect(ended).toEqual(outcome);
    expect(seen.map((p) => p.type)).toEqual(['plan', 'note', 'outcome']);
  });

  test('an apply goes on when its client is gone', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    control.gate = promise;
    const leave = new AbortController();
    const applying = remote.apply({ ...noPlan, by }, () => leave.abort(), leave.signal);
    await expect(applying).rejects.toThrow('the controller goes on');
    resolve();
    await until(() => control.finished === 1, 20_000, 'the apply ends without its client');
  });

  test('a controller that breaks down in the middle is told as such', async () => {
    const { path, die } = await dyingController();
    const remote = new RemoteControl(path);
    try {
      const applying = remote.apply({ ...noPlan, by }, () => die(), new AbortController().signal);
      await expect(applying).rejects.toThrow('went away before it was done');
    } finally {
      await remote.close();
    }
  });

  test('a controller that ends, ends the apply as an interrupt would', async () => {
    control.gate = new Promise(() => undefined);
    const applying = remote.apply({ ...noPlan, by }, () => undefined, new AbortController().signal);
    await until(() => control.calls.length === 1, 20_000, 'the apply began');
    const [ended] = await Promise.allSettled([applying, server.close()]);
    expect(control.finished).toBe(1);
    if (ended.status === 'fulfilled') expect(ended.value.ok).toBe(false);
    else expect(ended.reason).toBeInstanceOf(ReeveError);
  });

  test('acts say what was done', async () => {
    expect(await remote.act({ verb: 'hold', name: 'Service/web', stopped: true }, by)).toBe('hold done');
    expect(control.calls[0]?.options).toEqual({
      act: { verb: 'hold', name: 'Service/web', stopped: true },
      by,
    });
  });

  test('down lists first and then goes', async () => {
    const options = { by, volumes: false };
    expect((await remote.downPlan(options)).platform).toBe('demo');
    expect(await remote.down(options, () => undefined, new AbortController().signal)).toEqual(outcome);
  });

  test('the plan of a recovery comes back as it was shown, and is what begins', async () => {
    const asked = {
      ...{ keepHealthy: true, batchSize: 5, settleMs: 0, adaptive: true },
      ...{ timeoutMs: 1_000, diskPercent: 90, memoryBytes: 1 },
    };
    const plan = await remote.procedures.recoverPlan(asked);
    const disk = { path: '/data', usedPercent: 41, freeBytes: 7 };
    const shown = {
      ...plan,
      batches: [{ tier: 'core' as const, refs: ['Service/db' as const] }],
      room: { disk, memoryAvailableBytes: 9 },
    };
    expect(await remote.procedures.recover(shown, by)).toBe('complete-recovery-1');
    expect(control.calls.map((c) => c.options)).toEqual([asked, { plan: shown, by }]);
  });

  test('statuses and plans cross the socket whole', async () => {
    const applying = { ...noPlan, by, timeoutMs: 5 };
    expect((await remote.plan(applying)).fingerprint).toBe('f1');
    expect((await remote.statuses()).plan.platform).toBe('demo');
  });
});

describe('errors keep their words and their exit status', () => {
  test.each([
    ['the user', new ReeveError('no such resource', { status: 64, hint: 'did you mean "web"?' })],
    ['blocked', new ReeveError('stale', { status: 73 })],
    ['the engine away', new EngineError('engine unreachable', { code: 0, reason: 'EngineUnreachable' })],
  ])('%s', async (_what, error) => {
    control.failure = error;
    await expect(remote.plan(noPlan)).rejects.toMatchObject({ message: error.message, status: error.status });
    control.failure = error;
    await expect(
      remote.apply({ ...noPlan, by }, () => undefined, new AbortController().signal),
    ).rejects.toMatchObject({ message: error.message, status: error.status });
  });

  test('every mistake of a manifest, with its place', async () => {
    const diagnostic = {
      file: 'reeve.yaml',
      line: 3,
      column: 5,
      severity: 'error' as const,
      code: 'UnknownKey',
      message: 'unknown key "imge"',
      hint: 'did you mean "image"?',
    };
    control.failure = new InvalidManifest([diagnostic]);
    const error = await remote.plan(noPlan).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidManifest);
    expect(error).toMatchObject({ diagnostics: [diagnostic] });
  });

  test('an apply of other manifests is refused naming those that are kept', async () => {
    const other = new RemoteControl(socketPath, ['/home/other.yaml']);
    try {
      await expect(
        other.apply({ ...noPlan, by }, () => undefined, new AbortController().signal),
      ).rejects.toMatchObject({ status: 75, message: expect.stringContaining('/srv/reeve.yaml') });
      expect(control.calls).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('an apply of the same manifests is not', async () => {
    const same = new RemoteControl(socketPath, ['/srv/reeve.yaml']);
    try {
      expect((await same.plan(noPlan)).fingerprint).toBe('f1');
    } finally {
      await same.close();
    }
  });

  test.each([
    ['POST', '/v1/plan', '{"nmes":[]}', 400, 'nmes'],
    ['POST', '/v1/act', '{"by":"x","act":{"verb":"explode"}}', 400, 'verb'],
    ['POST', '/v1/plan', 'not json', 400, 'JSON'],
    ['GET', '/v1/nothing', undefined, 404, '/v1/nothing'],
    ['GET', '/v1/events?after=soon', undefined, 400, 'after'],
  ])('%s %s %s is refused in words', async (method, path, body, status, word) => {
    const answer = await request(method, path, body);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({
      error: { status: 64, message: expect.stringContaining(word) },
    });
  });
});

/** Answers an apply with one line and then hangs, until it dies. */
async function dyingController(): Promise<{ path: string; die: () => void }> {
  const path = join(folder, 'dying.sock');
  const line = `${JSON.stringify({ type: 'note', ref: 'Service/web', message: 'one' })}\n`;
  const sockets: Socket[] = [];
  const dying = createServer((socket) => {
    sockets.push(socket);
    socket.once('data', () =>
      socket.write(
        `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${line.length.toString(16)}\r\n${line}\r\n`,
      ),
    );
  });
  await new Promise<void>((resolve) => dying.listen(path, resolve));
  return {
    path,
    die: () => {
      for (const socket of sockets) socket.destroy();
      dying.close();
    },
  };
}

async function get(path: string): Promise<unknown> {
  return JSON.parse((await request('GET', path)).body);
}

/** A request as any program would write it, without our client. */
function request(method: string, path: string, body?: string): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const socket = createConnection(socketPath);
  const head =
    body === undefined ? '' : `content-type: application/json\r\ncontent-length: ${body.length}\r\n`;
  socket.write(`${method} ${path} HTTP/1.1\r\nhost: reeve\r\nconnection: close\r\n${head}\r\n${body ?? ''}`);
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  socket.on('error', reject).on('close', () => {
    const [headers = '', ...rest] = text.split('\r\n\r\n');
    resolve({ status: Number(headers.split(' ')[1]), body: rest.join('\r\n\r\n') });
  });
  return promise;
}
