// Complete recovery on an engine that is restarted in the middle of it: what the engine starts by itself waits for its
// turn all the same, and the recovery goes on where it stood.

import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore } from '../../controller/store/sqlite.ts';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { type OwnEngine, startOwnEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { service } from '../support/platform.ts';
import { patienceMs, until } from '../support/until.ts';

let engine: OwnEngine;
beforeAll(async () => {
  engine = await startOwnEngine();
  await ensureTestImage(engine.socket);
}, 60_000);
afterAll(() => engine.close(), 60_000);

const sleeper = (name: string, ...more: readonly string[]): string =>
  service(name, ['init: true', 'restart: always', 'command: [sleep, "9999"]', ...more]);

test('the engine restarted in the middle of a batch: it goes on, and what waits for its turn goes on waiting', async (t) => {
  const p = await platformFor(t, { socket: engine.socket, enter: engine.enter });
  await keep(p, [sleeper('db', 'tier: core'), sleeper('a'), sleeper('b', 'depends_on: [a]')]);
  const { stdout } = await p.reeve('recover', '--yes', '--no-wait', '--settle', '8s', '-f', p.manifests);
  const id = /begun: (\S+);/.exec(stdout)?.[1] ?? '';
  const report = async () => {
    const shown = await p.reeve('procedures', 'show', id, '-o', 'json', '-f', p.manifests);
    return JSON.parse(shown.stdout) as { state: string; done: number; message: string };
  };
  await until(async () => (await report()).state === 'settling', patienceMs, 'batch 2 settles');
  await engine.stop();
  await engine.start();
  await until(
    async () => {
      const found = await report();
      if (found.state !== 'done') throw new Error(`${found.state}: ${found.message}`);
      return true;
    },
    60_000,
    'it is done',
  );
  expect((await report()).message).toBe('all 3 are ready');
  const [a, b] = [await p.container('Service/a'), await p.container('Service/b')];
  expect(a.State.StartedAt < b.State.StartedAt).toBe(true);
}, 150_000);

test('begun while the engine is away, it waits for it and says so', async (t) => {
  const p = await platformFor(t, { socket: engine.socket, enter: engine.enter });
  await keep(p, [sleeper('db', 'tier: core'), sleeper('a')]);
  await engine.stop();
  const begun = await p.reeve('recover', '--yes', '--no-wait', '--settle', '0s', '-f', p.manifests);
  const id = /begun: (\S+);/.exec(begun.stdout)?.[1] ?? '';
  expect(begun.stdout).toContain('the engine does not answer');
  const show = async () => (await p.reeve('procedures', 'show', id, '-f', p.manifests)).stdout;
  expect(await show()).toContain('waits for an answer of the engine');
  await engine.start();
  await until(async () => (await show()).includes('all 2 are ready'), 60_000, 'it is done');
}, 150_000);

/** An image without a name, as a build that was done again leaves it. */
async function danglingImage(from: string): Promise<string> {
  const { body } = await askEngine(engine.socket, 'POST', `/commit?container=${from}`);
  return (JSON.parse(body) as { Id: string }).Id;
}

async function imageIds(): Promise<readonly string[]> {
  const { body } = await askEngine(engine.socket, 'GET', '/images/json?all=1');
  return (JSON.parse(body) as { Id: string }[]).map((image) => image.Id);
}

test('a disk above the mark: what nobody needs is freed, what a revision needs is not, and nothing is stopped', async (t) => {
  const p = await platformFor(t, { socket: engine.socket, enter: engine.enter });
  const controller = await keep(p, [sleeper('db', 'tier: core')]);
  const db = await p.container('Service/db');
  const [useless, pinned] = [await danglingImage(db.Id), await danglingImage(db.Id)];
  await controller.stop();
  const store = await openStore(join(p.state, 'store.db'));
  await store.setFacts([{ fact: 'pins', key: 'old:1', value: pinned }]);
  await store.close();
  await p.run();
  const begun = await p.reeve('recover', '--yes', '--no-wait', '--max-disk', '0.001', '-f', p.manifests);
  const id = /begun: (\S+);/.exec(begun.stdout)?.[1] ?? '';
  expect(begun.stdout).toContain('above 0.001 %');
  const shown = await until(
    async () => {
      const { stdout } = await p.reeve('procedures', 'show', id, '-f', p.manifests);
      return stdout.includes(`reeve decide ${id} continue`) ? stdout : undefined;
    },
    patienceMs,
    'it waits for a decision',
  );
  expect(shown.replaceAll(/\s+/g, ' ')).toMatch(
    /images without a name .* gave \d+ MiB, the build cache gave/,
  );
  const images = await imageIds();
  expect([images.includes(useless), images.includes(pinned)]).toEqual([false, true]);
  expect((await p.container('Service/db')).State.StartedAt).toBe(db.State.StartedAt);
}, 150_000);

test('what fails for want of room has the disk freed by its recovery, which goes on with it then', async (t) => {
  const p = await platformFor(t, { socket: engine.socket, enter: engine.enter });
  const full = ['init: true', 'command: [sh, -c, "echo no space left on device; exec sleep 9999"]'];
  await keep(p, [service('full', full)], { spec: 'policy: {host: {maxDisk: 0.001%}}' });
  const { Id, State } = await p.container('Service/full');
  const useless = await danglingImage(Id);
  process.kill(State.Pid, 'SIGKILL');
  await until(async () => !(await imageIds()).includes(useless), patienceMs, 'the image is gone');
  const shown = async () => (await p.reeve('procedures', '-f', p.manifests)).stdout;
  await until(async () => /recovery-\w+ +(settling|escalated)/.test(await shown()), patienceMs, 'it goes on');
  const told = await p.reeve('describe', 'full', '-f', p.manifests);
  expect(told.stdout).toMatch(/engine disk +images \d+ MiB, containers/);
}, 150_000);
