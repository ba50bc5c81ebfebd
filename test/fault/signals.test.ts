// Fault 10: being told to end. SIGTERM finishes the running step and exits within 5 s; SIGINT twice exits at once.

import { beforeAll, describe, expect, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { within } from '../support/pace.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { patienceMs, until } from '../support/until.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

/** Deaf to TERM: stopping it takes its whole grace. */
const deaf = (grace: string, mode: string): string =>
  service('web', ['command: [sleep, "9999"]', `environment: {MODE: ${mode}}`]).replace(
    'stop_grace_period: 1s',
    `stop_grace_period: ${grace}`,
  );

/** Steps that began and have no outcome, in all plans. */
async function unfinished(p: TestPlatform): Promise<readonly string[]> {
  const plans = await p.fromStore((s) => s.plans(20));
  return plans
    .flatMap((plan) => plan.steps)
    .filter((s) => s.startedAt !== undefined && s.endedAt === undefined)
    .map((s) => s.id);
}

const untilStopping = (p: TestPlatform) =>
  until(
    async () => (await unfinished(p)).some((id) => id.includes('stopContainer')),
    patienceMs,
    'the stop is under way',
  );

describe('told to end', () => {
  test('a controller at rest exits with 0 and leaves the containers running', async (t) => {
    const p = await platformFor(t);
    const controller = await keep(p, [service('web')]);
    expect(await within(5_000, () => controller.stop())).toMatchObject({ code: 0 });
    expect((await p.container('Service/web')).State.Running).toBe(true);
  });

  test('a controller in the middle of a step finishes it and exits within 5 s', async (t) => {
    const p = await platformFor(t);
    const controller = await keep(p, [deaf('1s', 'a')]);
    await p.declare([deaf('1s', 'b')]);
    await untilStopping(p);
    expect(await within(5_000, () => controller.stop())).toMatchObject({ code: 0 });
    expect(await unfinished(p)).toEqual([]);
    await p.apply();
    expect(await p.containers()).toHaveLength(1);
    expect((await p.container('Service/web')).Config.Env).toContain('MODE=b');
  });

  test('a step that takes longer does not hold it beyond 5 s, and the next start goes on from there', async (t) => {
    const p = await platformFor(t);
    const controller = await keep(p, [deaf('20s', 'a')]);
    await p.declare([deaf('20s', 'b')]);
    await untilStopping(p);
    await within(5_000, () => controller.stop());
    await p.run();
    await p.untilContainer('Service/web', 'is the new one', (c) => c.Config.Env?.includes('MODE=b') === true);
  });

  test('an apply: SIGTERM finishes the running steps and exits within 5 s', async (t) => {
    const p = await platformFor(t);
    const documents = Array.from({ length: 40 }, (_, i) => service(`s${i}`));
    // Few at once: on a busy machine eight starts side by side may take longer than an ending waits for them.
    await p.declare(documents, 'policy: {concurrency: 2}');
    const apply = p.spawn('apply', '--yes', '-f', p.manifests);
    await until(
      async () => (await p.containers()).some((c) => c.state === 'running'),
      patienceMs,
      'it is at it',
    );
    const { code } = await within(5_000, () => {
      apply.process.kill('SIGTERM');
      return apply.ended;
    });
    expect(code).not.toBe(0);
    expect(await unfinished(p)).toEqual([]);
    expect((await p.containers()).filter((c) => c.state === 'running').length).toBeLessThan(40);
  });

  test.for(['run', 'apply'])('%s: SIGINT twice ends it at once', async (verb, t) => {
    const p = await platformFor(t);
    await p.declare([deaf('20s', 'a')]);
    await p.apply();
    await p.declare([deaf('20s', 'b')]);
    const args = verb === 'run' ? [] : ['--yes'];
    const running = p.spawn(verb, ...args, '-f', p.manifests);
    await untilStopping(p);
    running.process.kill('SIGINT');
    await until(() => /Ctrl-C again/.test(running.output().stderr), patienceMs, 'it says what it finishes');
    await within(1_000, () => {
      running.process.kill('SIGINT');
      return running.ended;
    });
  });
});
