// Complete recovery on a real engine: from everything killed, in order, each started once; what stops it, and who decides.

import { beforeAll, describe, expect, test } from 'vitest';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage, testImage } from '../support/images.ts';
import { keep, platformFor, untilAllReady } from '../support/kept.ts';
import { onceOnly } from '../support/once-only.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { until } from '../support/until.ts';
import { act, inspect, remove, runForeign } from '../support/world.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

const sleeper = (name: string, ...more: readonly string[]): string =>
  service(name, ['init: true', 'command: [sh, -c, "echo begun; exec sleep 9999"]', ...more]);

/** Eight: a database and a cache, a critical one that needs both, five others of which one needs another. */
const shop = (): readonly string[] => [
  sleeper('db', 'tier: core'),
  sleeper('cache', 'tier: core'),
  sleeper('boss', 'tier: critical', 'depends_on: [db, cache]'),
  sleeper('a', 'depends_on: [boss]'),
  sleeper('b', 'depends_on: [boss]'),
  sleeper('c'),
  sleeper('d'),
  sleeper('e', 'depends_on: [d]'),
];
const all = ['db', 'cache', 'boss', 'a', 'b', 'c', 'd', 'e'].map((name) => `Service/${name}`);

interface Report {
  readonly state: string;
  readonly choices: readonly string[];
  readonly message: string;
  readonly log: readonly { readonly state: string }[];
  readonly stages: readonly { name: string; why?: Readonly<Record<string, string>> }[];
}

async function report(p: TestPlatform, id: string): Promise<Report> {
  const { stdout } = await p.reeve('procedures', 'show', id, '-o', 'json', '-f', p.manifests);
  return JSON.parse(stdout) as Report;
}

async function begin(p: TestPlatform, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await p.reeve('recover', '--yes', '--no-wait', '-f', p.manifests, ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return /begun: (\S+);/.exec(stdout)?.[1] ?? '';
}

function untilState(p: TestPlatform, id: string, state: string, ms = 60_000): Promise<Report> {
  return until(
    async () => {
      const found = await report(p, id);
      if (found.state !== state) throw new Error(`${found.state}: ${found.message}`);
      return found;
    },
    ms,
    `${id} is ${state}`,
  );
}

/** How often each was started, as its container says itself: an event of reeve's may be lost with its process. */
async function starts(p: TestPlatform): Promise<Readonly<Record<string, number>>> {
  const counts = (await p.containers()).map(async ({ id, ref }) => {
    const { body } = await askEngine(p.socket, 'GET', `/containers/${id}/logs?stdout=1`);
    return [ref, body.split('begun').length - 1] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

/** A count of the starts from now on. */
async function countStarts(p: TestPlatform): Promise<() => Promise<Readonly<Record<string, number>>>> {
  const before = await starts(p);
  return async () => {
    const now = Object.entries(await starts(p)).map(([ref, n]) => [ref, n - (before[ref] ?? 0)] as const);
    return Object.fromEntries(now.filter(([, n]) => n > 0));
  };
}

async function killAll(p: TestPlatform): Promise<void> {
  for (const { id, state } of await p.containers()) if (state === 'running') await act(p.socket, id, 'kill');
}

async function startedAt(p: TestPlatform, name: string): Promise<number> {
  return Date.parse((await p.container(`Service/${name}`)).State.StartedAt);
}

/** It is in this state, or was there and is further by now. */
function isPast({ state, log }: Report, asked: string): boolean {
  return state === asked || state === 'done' || log.filter((l) => l.state === asked).length > 1;
}

const once = Object.fromEntries(all.map((ref) => [ref, 1]));

describe.concurrent('a complete recovery', () => {
  test('from everything killed: core, critical, the rest, each started once and ready before what needs it', async (t) => {
    const p = await platformFor(t);
    await p.declare(shop());
    await p.apply();
    await killAll(p);
    const started = await countStarts(p);
    const { code, stdout } = await p.reeve('recover', '--yes', '--settle', '200ms', '-f', p.manifests);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('all 8 are ready') });
    expect(await started()).toEqual(once);
    const [db, cache, boss, a, d, e] = await Promise.all(
      ['db', 'cache', 'boss', 'a', 'd', 'e'].map((name) => startedAt(p, name)),
    );
    expect(Math.max(db ?? 0, cache ?? 0)).toBeLessThan(boss ?? 0);
    expect(boss).toBeLessThan(Math.min(a ?? 0, d ?? 0));
    expect(d).toBeLessThan(e ?? 0);
  });

  test('a core one that refuses to come up stops it before the agents; aborted, the rest comes up without it', async (t) => {
    const p = await platformFor(t);
    const [, ...others] = shop();
    const controller = await keep(p, [onceOnly('db', 'tier: core'), ...others]);
    const foreign = await runForeign(p.socket, `${p.name}-foreign`, {
      Image: testImage,
      Cmd: ['sleep', '9999'],
    });
    t.onTestFinished(() => remove(p.socket, foreign));
    const { State } = await inspect(p.socket, foreign);
    // Time for it to fail at least once on a busy machine, too.
    const id = await begin(p, '--settle', '0s', '--timeout', '15s');
    const stopped = await untilState(p, id, 'deciding');
    expect(stopped).toMatchObject({ choices: ['continue', 'retry', 'abort'] });
    expect(stopped.message).toContain('Service/db did not get ready');
    expect(stopped.stages.find((s) => s.name === '1 core')?.why?.['Service/db']).toMatch(
      /exited with status 1/,
    );
    for (const name of ['boss', 'a', 'c', 'd'])
      expect((await p.container(`Service/${name}`)).State.Running).toBe(false);
    const told = await p.reeve('explain', 'c', '-f', p.manifests);
    expect(told.stdout).toContain(`waits for its turn: batch 3 of 4 of ${id}`);
    expect(await p.reeve('status', '-f', p.manifests)).toMatchObject({
      stdout: expect.stringContaining(`waits for its turn: batch 2 of 4 of ${id}`),
    });
    await controller.kill9();
    await p.run();
    expect((await report(p, id)).state).toBe('deciding');
    expect((await p.reeve('abort', id, '-f', p.manifests)).code).toBe(0);
    for (const name of ['cache', 'c', 'd', 'e']) await p.untilReady(`Service/${name}`);
    expect((await p.container('Service/boss')).State.Running).toBe(false);
    expect((await inspect(p.socket, foreign)).State).toEqual(State);
  });

  test('three standard ones that never get ready: more than may fail stop it; decided to go on, it says who is missing', async (t) => {
    const p = await platformFor(t);
    const bad = ['x', 'y', 'z'].map((name) => onceOnly(name));
    await keep(p, [sleeper('db', 'tier: core'), ...bad, sleeper('w', 'depends_on: [db]')]);
    const id = await begin(p, '--settle', '0s', '--timeout', '4s', '--batch', '2', '--max-failures', '2');
    const stopped = await untilState(p, id, 'deciding');
    for (const name of ['x', 'y', 'z']) expect(stopped.message).toContain(`Service/${name}`);
    expect((await p.reeve('decide', id, 'continue', '-f', p.manifests)).code).toBe(0);
    const done = await untilState(p, id, 'done');
    expect(done.message).toMatch(/recovered, except: .*Service\/x.*Service\/y.*Service\/z not ready/);
    expect(done.stages.map((s) => s.name)).toEqual(['stop', '1 core', 'gate', '2 standard', '3 standard']);
    expect((await p.container('Service/w')).State.Running).toBe(true);
  });

  test('its controller killed -9 again and again, the next goes on where it stood, and each is started once', async (t) => {
    const p = await platformFor(t);
    let controller = await keep(p, shop());
    const started = await countStarts(p);
    const id = await begin(p, '--settle', '2s');
    for (const state of ['stopping', 'starting', 'settling', 'starting', 'settling', 'done']) {
      await until(async () => isPast(await report(p, id), state), 60_000, `it is ${state}`);
      await controller.kill9();
      controller = await p.run();
    }
    expect((await untilState(p, id, 'done')).message).toBe('all 8 are ready');
    await untilAllReady(p, all);
    expect(await started()).toEqual(once);
  });

  test('paused, it begins no other batch until it is resumed; it takes over from a batched restart', async (t) => {
    const p = await platformFor(t);
    const controller = await keep(p, shop());
    const restart = await p.reeve(
      ...['restart', '--yes', '--no-wait', '-l', 'kind=Service', '--settle', '60s', '-f', p.manifests],
    );
    const narrower = /begun: (\S+);/.exec(restart.stdout)?.[1] ?? '';
    // Long enough for a word to come before the last batch.
    const id = await begin(p, '--settle', '12s');
    expect((await report(p, narrower)).state).toBe('aborted');
    expect((await p.reeve('pause', id, '-f', p.manifests)).code).toBe(0);
    const paused = await untilState(p, id, 'paused');
    await controller.kill9();
    await p.run();
    const waiting = Number(/paused before batch (\d)/.exec(paused.message)?.[1]);
    const running = (await p.containers()).filter((c) => c.state === 'running').length;
    expect(running).toBe([0, 2, 3, 7][waiting - 1]);
    const again = await p.reeve('recover', '--yes', '--no-wait', '-f', p.manifests);
    expect(again).toMatchObject({ code: 73, stderr: expect.stringContaining(id) });
    expect((await p.reeve('resume', id, '-f', p.manifests)).code).toBe(0);
    expect((await untilState(p, id, 'done')).message).toBe('all 8 are ready');
  });

  test('--keep-healthy leaves running what is ready, and starts the rest', async (t) => {
    const p = await platformFor(t);
    await p.declare(shop());
    await p.apply();
    for (const name of ['boss', 'a']) await act(p.socket, (await p.container(`Service/${name}`)).Id, 'kill');
    const [db, started] = [await startedAt(p, 'db'), await countStarts(p)];
    const shown = await p.reeve('recover', '--keep-healthy', '--dry-run', '-f', p.manifests);
    expect(shown.stdout).toMatch(/left running .*Service\/db/);
    const { code } = await p.reeve('recover', '--yes', '--keep-healthy', '--settle', '0s', '-f', p.manifests);
    expect(code).toBe(0);
    expect(await started()).toEqual({ 'Service/boss': 1, 'Service/a': 1 });
    expect(await startedAt(p, 'db')).toBe(db);
  });
});
