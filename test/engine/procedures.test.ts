// Procedures on a real engine: a batched restart that outlives its controller, and one that stops for a decision.

import { beforeAll, describe, expect, test } from 'vitest';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { onceOnly } from '../support/once-only.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { patienceMs, until } from '../support/until.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

const sleeper = (name: string, ...more: readonly string[]): string =>
  service(name, ['init: true', 'command: [sleep, "9999"]', ...more]);

/** Restarts by reeve of each, from the events that it stored. */
async function restarts(p: TestPlatform): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const { reason, regarding, count } of await p.events())
    if (reason === 'Restarted') counts[regarding] = (counts[regarding] ?? 0) + count;
  return counts;
}

async function report(
  p: TestPlatform,
  id: string,
): Promise<{ state: string; choices: string[]; message: string }> {
  const { stdout } = await p.reeve('procedures', 'show', id, '-o', 'json', '-f', p.manifests);
  return JSON.parse(stdout) as { state: string; choices: string[]; message: string };
}

async function begin(p: TestPlatform, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await p.reeve('restart', '--yes', '--no-wait', '-f', p.manifests, ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return /begun: (\S+);/.exec(stdout)?.[1] ?? '';
}

describe.concurrent('a batched restart', () => {
  test('goes by tiers and dependencies, and each is restarted once', async (t) => {
    const p = await platformFor(t);
    await p.declare([
      sleeper('db', 'tier: core'),
      sleeper('web', 'depends_on: [db]'),
      sleeper('api', 'depends_on: [db]'),
    ]);
    await p.apply();
    const { code, stdout } = await p.reeve(
      'restart',
      '--yes',
      '-l',
      'kind=Service',
      '--settle',
      '200ms',
      '-f',
      p.manifests,
    );
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/done\s+all restarted and ready/),
    });
    expect(await restarts(p)).toEqual({ 'Service/db': 1, 'Service/web': 1, 'Service/api': 1 });
    const [db, web] = [await p.container('Service/db'), await p.container('Service/web')];
    expect(db.State.StartedAt < web.State.StartedAt).toBe(true);
  });

  test('its controller killed -9 in the middle of a batch, the next goes on with that batch and restarts nobody twice', async (t) => {
    const p = await platformFor(t);
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    let controller = await keep(
      p,
      names.map((name) => sleeper(name)),
    );
    const id = await begin(p, '-l', 'kind=Service', '--batch', '2', '--settle', '300ms');
    for (const done of [1, 3]) {
      await until(
        async () => Object.keys(await restarts(p)).length >= done,
        patienceMs,
        `${done} are restarted`,
      );
      await controller.kill9();
      controller = await p.run();
    }
    await until(async () => (await report(p, id)).state === 'done', patienceMs, 'it is done');
    expect(await restarts(p)).toEqual(Object.fromEntries(names.map((name) => [`Service/${name}`, 1])));
  });

  test('one that takes its grace period when its controller is killed -9 is not sent again by the next', async (t) => {
    const p = await platformFor(t);
    const deaf = `command: [sh, -c, "trap 'echo told to end' TERM; while :; do sleep 0.2; done"]`;
    const slow = service('slow', [deaf]).replace('stop_grace_period: 1s', 'stop_grace_period: 8s');
    const controller = await keep(p, [slow]);
    const { Id } = await p.container('Service/slow');
    // By what it says itself: of its events an engine with much to do soon forgets the first.
    const told = async () => {
      const { body } = await askEngine(p.socket, 'GET', `/containers/${Id}/logs?stdout=1`);
      return body.match(/told to end/g)?.length ?? 0;
    };
    const id = await begin(p, 'slow', '--settle', '0s');
    await until(async () => (await told()) > 0, patienceMs, 'it is being stopped');
    await controller.kill9();
    await p.run();
    await until(async () => (await report(p, id)).state === 'done', patienceMs, 'it is done');
    expect(await told()).toBe(1);
    expect(await restarts(p)).toEqual({ 'Service/slow': 1 });
  });

  test('a core one that does not come up again stops it; what is decided is done', async (t) => {
    const p = await platformFor(t);
    await keep(p, [onceOnly('db', 'tier: core'), sleeper('web', 'depends_on: [db]')]);
    const web = await p.container('Service/web');
    const id = await begin(p, '-l', 'kind=Service', '--settle', '0s', '--timeout', '3s');
    const stopped = await until(
      async () => {
        const found = await report(p, id);
        return found.choices.length > 0 ? found : undefined;
      },
      patienceMs,
      'it waits for a decision',
    );
    expect(stopped.message).toContain('Service/db');
    expect((await p.container('Service/web')).State.StartedAt).toBe(web.State.StartedAt);
    const shown = await p.reeve('procedures', 'show', id, '-f', p.manifests);
    expect(shown.stdout).toContain(`reeve decide ${id} abort`);
    expect((await p.reeve('decide', id, 'abort', '-f', p.manifests)).code).toBe(0);
    expect((await report(p, id)).state).toBe('aborted');
    expect((await p.container('Service/web')).State.StartedAt).toBe(web.State.StartedAt);
  });

  test('paused, it begins no other batch until it is resumed', async (t) => {
    const p = await platformFor(t);
    await keep(p, [sleeper('a'), sleeper('b', 'depends_on: [a]')]);
    const id = await begin(p, '-l', 'kind=Service', '--settle', '12s');
    expect((await p.reeve('pause', id, '-f', p.manifests)).code).toBe(0);
    await until(async () => (await report(p, id)).state === 'paused', patienceMs, 'it is paused');
    expect(await restarts(p)).toEqual({ 'Service/a': 1 });
    expect((await p.reeve('resume', id, '-f', p.manifests)).code).toBe(0);
    await until(async () => (await report(p, id)).state === 'done', patienceMs, 'it is done');
    expect(await restarts(p)).toEqual({ 'Service/a': 1, 'Service/b': 1 });
  });

  test('with the platform taken down it is aborted, and says by whom', async (t) => {
    const p = await platformFor(t);
    await keep(p, [sleeper('a'), sleeper('b', 'depends_on: [a]')]);
    const id = await begin(p, '-l', 'kind=Service', '--settle', '1h');
    expect((await p.reeve('down', '--yes')).code).toBe(0);
    expect((await report(p, id)).state).toBe('aborted');
    const told = (await p.events()).find(({ reason }) => reason === 'ProcedureAborted');
    expect(told?.message).toMatch(new RegExp(`^${id}: aborted by .*\\(down\\)$`));
  });
});
