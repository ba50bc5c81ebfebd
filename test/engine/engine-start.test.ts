// Complete recovery with an engine that does not answer: the command that the policy names is run on the host, once an
// outage whoever ends meanwhile; without one the engine is waited for, and both are said.

import { readFile } from 'node:fs/promises';
import { describe, expect, type TestContext, test } from 'vitest';
import { type OwnEngine, startOwnEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { platformFor, untilAllReady } from '../support/kept.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { patienceMs, until } from '../support/until.ts';

const sleeper = (name: string, ...more: readonly string[]): string =>
  service(name, ['init: true', 'command: [sleep, "9999"]', ...more]);

interface World {
  readonly engine: OwnEngine;
  readonly p: TestPlatform;
  readonly runs: () => Promise<number>;
}

/** Two workloads under a controller, on an engine of the test's own that a command starts. */
async function worldFor(
  t: Pick<TestContext, 'onTestFinished' | 'task'>,
  policy: (command: string) => string,
): Promise<World> {
  const engine = await startOwnEngine();
  t.onTestFinished(() => engine.close(), 60_000);
  await ensureTestImage(engine.socket);
  const { command, runs } = await engine.startCommand();
  const p = await platformFor(t, { socket: engine.socket, enter: engine.enter });
  await p.declare([sleeper('db', 'tier: core'), sleeper('a')], `policy: {${policy(command[0] ?? '')}}`);
  return {
    engine,
    p,
    runs: async () => (await readFile(runs, 'utf8').catch(() => '')).split('\n').length - 1,
  };
}

async function recover(p: TestPlatform): Promise<string> {
  const { stdout } = await p.reeve('recover', '--yes', '--no-wait', '--settle', '0s', '-f', p.manifests);
  return /begun: (\S+);/.exec(stdout)?.[1] ?? '';
}

const show = async (p: TestPlatform, id: string): Promise<string> =>
  (await p.reeve('procedures', 'show', id, '-f', p.manifests)).stdout;

describe.concurrent('an engine that does not answer', () => {
  test('is started by the command of the policy, and the recovery goes on to its end', async (t) => {
    const { engine, p, runs } = await worldFor(t, (command) => `engine: {startCommand: [${command}]}`);
    await p.run();
    await untilAllReady(p);
    await engine.stop();
    const id = await recover(p);
    const platform = `Platform/${p.name}`;
    await p.untilEvent(platform, 'EngineStarting', /runs \S+\/start on this host, for 30s at most/);
    await p.untilEvent(platform, 'EngineStartEnded', /ended with status 0: begun/);
    await p.untilEvent(platform, 'EngineBack', /the engine answers again/, 60_000);
    await until(async () => (await show(p, id)).includes('all 2 are ready'), 60_000, 'it is done');
    expect(await runs()).toBe(1);
    // The next outage is another one.
    await engine.end();
    await recover(p);
    await until(async () => (await runs()) === 2, 60_000, 'it is run for the second outage');
  }, 180_000);

  test('is waited for without a command, and so it is said', async (t) => {
    const { engine, p, runs } = await worldFor(t, () => 'resync: 2s');
    await p.run();
    await untilAllReady(p);
    await engine.stop();
    const id = await recover(p);
    await p.untilEvent(`Platform/${p.name}`, 'EngineAwaited', /policy\.engine\.startCommand/);
    expect(await show(p, id)).toContain('the engine does not answer; waits for it');
    await engine.start();
    await until(async () => (await show(p, id)).includes('all 2 are ready'), 60_000, 'it is done');
    expect(await runs()).toBe(0);
  }, 180_000);

  test('the command is killed when its time is over, and not run again in that outage', async (t) => {
    const { engine, p } = await worldFor(
      t,
      () => 'engine: {startCommand: [sh, -c, "echo at it; sleep 99 & wait"], startTimeout: 2s}',
    );
    const controller = await p.run();
    await untilAllReady(p);
    await engine.stop();
    const id = await recover(p);
    await p.untilEvent(`Platform/${p.name}`, 'EngineStartFailed', /was killed after 2s: at it/);
    expect(await show(p, id)).toContain('it is not run again in this outage: start the engine by hand');
    const looks = () => controller.output().stderr.split('looking again later').length;
    const before = looks();
    await until(async () => looks() > before + 1, patienceMs, 'it looks again and again');
    await engine.start();
    await until(async () => (await show(p, id)).includes('all 2 are ready'), 60_000, 'it is done');
    const events = (await p.events()).filter((e) => e.reason === 'EngineStarting');
    expect(events.map((e) => e.count)).toEqual([1]);
  }, 180_000);

  test('a controller killed after it began: the next one does not run it a second time', async (t) => {
    const { engine, p, runs } = await worldFor(
      t,
      (command) => `engine: {startCommand: [${command}], startTimeout: 20s}`,
    );
    const controller = await p.run();
    await untilAllReady(p);
    await engine.stop();
    const id = await recover(p);
    await until(async () => (await runs()) === 1, patienceMs, 'the command has begun');
    controller.process.kill('SIGKILL');
    await controller.ended;
    await p.run();
    await until(async () => (await show(p, id)).includes('all 2 are ready'), 90_000, 'it is done');
    expect(await runs()).toBe(1);
  }, 180_000);
});
