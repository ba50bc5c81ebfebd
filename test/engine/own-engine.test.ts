// The test support for engines of a test's own: tests that break engines rest on it.

import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askEngine, callEngine } from '../../scripts/lib/docker-api.ts';
import { type OwnEngine, startOwnEngine } from '../support/engine.ts';
import { ensureTestImage, testImage } from '../support/images.ts';

let engine: OwnEngine;
beforeAll(async () => {
  engine = await startOwnEngine();
});
afterAll(() => engine.close());

async function startContainer(): Promise<string> {
  const created = await askEngine(engine.socket, 'POST', '/containers/create', { Image: testImage });
  const { Id } = JSON.parse(created.body) as { Id: string };
  await askEngine(engine.socket, 'POST', `/containers/${Id}/start`);
  return Id;
}

async function isRunning(id: string): Promise<boolean> {
  const { body } = await askEngine(engine.socket, 'GET', `/containers/${id}/json`);
  return (JSON.parse(body) as { State: { Running: boolean } }).State.Running;
}

test('an own engine has nothing of the machine’s engine and runs containers', async () => {
  const { body } = await askEngine(engine.socket, 'GET', '/containers/json?all=1');
  expect(JSON.parse(body)).toEqual([]);
  await ensureTestImage(engine.socket);
  expect(await isRunning(await startContainer())).toBe(true);
});

test('stopped, it does not answer; started, it answers again', async () => {
  await engine.stop();
  await expect(callEngine(engine.socket, 'GET', '/_ping')).rejects.toThrow();
  await engine.start();
  expect((await callEngine(engine.socket, 'GET', '/_ping')).status).toBe(200);
});

test('killed −9 with live-restore, its containers run on over the next start', async () => {
  await engine.stop();
  await engine.start({ liveRestore: true });
  const id = await startContainer();
  await engine.kill9();
  expect(existsSync(`${dirname(engine.socket)}/docker.pid`)).toBe(true);
  await engine.start({ liveRestore: true });
  expect(await isRunning(id)).toBe(true);
});

test('killed −9 without live-restore, its containers are stopped by the next start', async () => {
  await engine.stop();
  await engine.start();
  const id = await startContainer();
  await engine.kill9();
  await engine.start();
  expect(await isRunning(id)).toBe(false);
});

test('closed, it leaves no folder, no mount and no process behind', async () => {
  const other = await startOwnEngine();
  const folder = dirname(other.socket);
  await ensureTestImage(other.socket);
  await other.close();
  expect(existsSync(folder)).toBe(false);
  expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(folder);
});
