// Fault 2: the engine is stopped, killed −9 and started, with and without live-restore, while keeping and during an
// apply. A condition and an event, back-off, no busy loop, no crash, and convergence once it answers again.

import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { callEngine } from '../../scripts/lib/docker-api.ts';
import { type OwnEngine, startOwnEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor, untilAllReady } from '../support/kept.ts';
import { cpuShare } from '../support/pace.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { patienceMs, throughout, until } from '../support/until.ts';
import { rounds, tell } from './scale.ts';

let engine: OwnEngine;
beforeAll(async () => {
  engine = await startOwnEngine();
  await ensureTestImage(engine.socket);
});
afterAll(() => engine.close());

const documents = [
  service('web', ['restart: always']),
  service('db'),
  ...Array.from({ length: 4 }, (_, i) => service(`s${i}`)),
];
const downMs = rounds(2_500, 10_000);

interface Way {
  readonly how: 'stop' | 'kill9';
  readonly liveRestore: boolean;
}
const ways: readonly Way[] = [
  { how: 'stop', liveRestore: false },
  { how: 'kill9', liveRestore: false },
  { how: 'stop', liveRestore: true },
  { how: 'kill9', liveRestore: true },
];

/** A platform on the test's own engine, which answers again before the platform is taken off it. */
async function platformOf(t: TestContext, liveRestore: boolean): Promise<TestPlatform> {
  await engine.stop();
  await engine.start({ liveRestore });
  const p = await platformFor(t, { socket: engine.socket, enter: engine.enter });
  t.onTestFinished(async () => {
    const answers = await callEngine(engine.socket, 'GET', '/_ping').catch(() => undefined);
    if (answers?.status !== 200) await engine.start({ liveRestore });
  });
  return p;
}

/** What is told as the reason for which containers did not run. */
async function causesOf(p: TestPlatform): Promise<readonly string[]> {
  const ends = new Set(['EngineStopped', 'StoppedByHand', 'Stopped', 'Exited', 'OomKilled', 'Removed']);
  const told = (await p.events()).filter((e) => e.regarding.startsWith('Service/') && ends.has(e.reason));
  return [...new Set(told.map((e) => e.reason))];
}

describe('the engine goes away', () => {
  test.for(ways)('while keeping: $how, live-restore $liveRestore', async ({ how, liveRestore }, t) => {
    const p = await platformOf(t, liveRestore);
    const controller = await keep(p, documents);
    const before = await p.container('Service/db');
    await engine[how]();
    await p.untilEvent(`Platform/${p.name}`, 'EngineUnreachable');
    const share = await cpuShare(controller.cpuMs, () =>
      throughout(() => controller.process.exitCode === null, downMs, 'the controller lives'),
    );
    tell(
      `engine gone (${how}, live-restore ${liveRestore}): controller's CPU ${(share * 100).toFixed(1)} % of a core`,
    );
    expect(share).toBeLessThan(0.1);
    const status = await p.reeve('status', '-f', p.manifests);
    expect(`${status.stdout}${status.stderr}`).toMatch(/EngineUnreachable|cannot be reached|not answer/i);
    await engine.start({ liveRestore });
    await p.untilEvent(`Platform/${p.name}`, 'EngineReachable', /./);
    await p.untilContainer('Service/db', 'runs', (c) => c.State.Running);
    await untilAllReady(p);
    expect(await p.containers()).toHaveLength(documents.length);
    // With live-restore nothing stopped, so nothing may be restarted.
    if (liveRestore) expect((await p.container('Service/db')).State.StartedAt).toBe(before.State.StartedAt);
    expect(await causesOf(p)).toEqual(liveRestore ? [] : ['EngineStopped']);
    if (!liveRestore) await p.untilEvent(`Platform/${p.name}`, 'EngineStopped', /containers of the platform/);
    expect((await p.fromStore((s) => s.facts())).attempts).toEqual({});
    await controller.stop();
  });

  test.for(ways.filter((w) => !w.liveRestore))('during an apply: $how', async ({ how, liveRestore }, t) => {
    const p = await platformOf(t, liveRestore);
    const many = Array.from({ length: 20 }, (_, i) => service(`s${i}`));
    await p.declare(many);
    const apply = p.spawn('apply', '--yes', '-f', p.manifests);
    await until(
      async () => (await p.containers()).some((c) => c.state === 'running'),
      patienceMs,
      'it is at it',
    );
    await engine[how]();
    await engine.start({ liveRestore });
    const { code, stdout, stderr } = await apply.ended;
    expect(stderr).not.toMatch(/\n\s+at /);
    // It went on by itself, or it gave up with words; either way the next apply ends well.
    expect([0, 1, 69], `${stdout}\n${stderr}`).toContain(code);
    tell(`engine ${how} during an apply of 20: the apply ended with ${code}`);
    await p.apply();
    const containers = await p.containers();
    expect(containers.map((c) => c.ref).sort()).toEqual(many.map((_, i) => `Service/s${i}`).sort());
    expect(containers.every((c) => c.state === 'running')).toBe(true);
  });

  test('a controller that starts while the engine is away waits for it', async (t) => {
    const p = await platformOf(t, false);
    await p.declare([service('web')]);
    await p.apply();
    await engine.stop();
    const controller = p.spawn('run', '-f', p.manifests);
    await throughout(() => controller.process.exitCode === null, 1_500, 'it waits').catch(
      (error: unknown) => {
        throw new Error(controller.output().stderr, { cause: error });
      },
    );
    await engine.start();
    await p.untilContainer('Service/web', 'runs', (c) => c.State.Running);
  });
});
