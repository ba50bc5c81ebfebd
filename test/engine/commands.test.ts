// What a hostile user finds at the commands, on a real engine: what is refused, what is waited for, how each ends.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { startEngineProxy } from '../support/engine-proxy.ts';
import { ensureTestImage } from '../support/images.ts';
import { platformFor } from '../support/kept.ts';
import { within } from '../support/pace.ts';
import { document, service, type TestPlatform } from '../support/platform.ts';
import { reeve, spawnReeve } from '../support/reeve.ts';
import { patienceMs, until } from '../support/until.ts';
import { act } from '../support/world.ts';

let socket: string;

beforeAll(async () => {
  ({ socket } = await ensureEngine());
  await ensureTestImage(socket);
});

/** A platform of this test's own, with one service declared. */
async function begin(t: TestContext, documents: readonly string[] = [alone('web')]): Promise<TestPlatform> {
  const p = await platformFor(t);
  await p.declare(documents);
  return p;
}

/** A service that needs no network, and ends at once on TERM. */
function alone(name: string, ...more: readonly string[]): string {
  const loop = `command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1 & wait $$!; done']`;
  return service(name, [
    'network_mode: none',
    ...(more.some((m) => m.startsWith('command')) ? [] : [loop]),
    ...more,
  ]);
}

test.concurrent('a plan says that a pause will be ended, and apply does just that', async (t) => {
  const p = await begin(t);
  await p.apply();
  await act(p.socket, (await p.container('Service/web')).Id, 'pause');
  const plan = await p.reeve('plan', '--detailed-exitcode', '-f', p.manifests);
  expect(plan).toMatchObject({ code: 2, stdout: expect.stringContaining('unpause Service/web') });
  expect((await p.apply()).stdout).toMatch(/applied: 1 step done/);
  expect((await p.container('Service/web')).State.Status).toBe('running');
});

describe('run, while the engine is away', () => {
  test.concurrent('waits for it, says so, refuses a second one, and keeps the platform once it answers', async (t) => {
    const p = await begin(t);
    const through = join(p.folder, 'engine.sock');
    const options = { state: p.state, cwd: p.manifests, socket: through };
    const first = spawnReeve(['run'], options);
    try {
      await until(
        () => /waiting for it/.test(first.output().stderr),
        patienceMs,
        'it says what it waits for',
      );
      const second = await reeve(['run'], { ...options, state: join(p.folder, 'other') });
      expect(second).toMatchObject({ code: 75, stderr: expect.stringContaining(`pid ${first.pid}`) });
      const proxy = await startEngineProxy({ target: socket, socket: through });
      await p.untilReady('Service/web');
      first.process.kill('SIGTERM');
      expect((await first.ended).code).toBe(0);
      await proxy.close();
    } finally {
      first.process.kill('SIGKILL');
    }
  });

  test('ends at once on SIGTERM', async (t) => {
    const p = await begin(t);
    const waiting = spawnReeve(['run'], {
      state: p.state,
      cwd: p.manifests,
      socket: join(p.folder, 'no.sock'),
    });
    await until(
      () => /waiting for it/.test(waiting.output().stderr),
      patienceMs,
      'it says what it waits for',
    );
    const { code } = await within(2_000, () => {
      waiting.process.kill('SIGTERM');
      return waiting.ended;
    });
    expect(code).toBe(0);
  });
});

describe('a saved plan', () => {
  test.concurrent('of a platform with a secret, made before anything was applied, is done as it was shown', async (t) => {
    const p = await begin(t);
    process.env['TEST_COMMANDS_TOKEN'] = 'canary-5a1c';
    const token = document('Secret', 'token', '{env: TEST_COMMANDS_TOKEN}');
    await p.declare([token, alone('web', 'environment: {TOKEN: {secret: token}}')]);
    expect((await p.reeve('plan', '--out', 'change.plan')).code).toBe(0);
    expect(await p.reeve('apply', 'change.plan')).toMatchObject({ code: 0, stderr: '' });
    process.env['TEST_COMMANDS_TOKEN'] = 'canary-6b2d';
    await p.reeve('plan', '--out', 'change.plan');
    process.env['TEST_COMMANDS_TOKEN'] = 'canary-7c3e';
    expect(await p.reeve('apply', 'change.plan')).toMatchObject({
      code: 73,
      stderr: expect.stringContaining('the manifests have changed'),
    });
  });

  test.concurrent('is refused once what runs is no longer as it was', async (t) => {
    const p = await begin(t);
    await p.apply();
    expect((await p.reeve('plan', '--out', 'change.plan')).code).toBe(0);
    await act(socket, (await p.container('Service/web')).Id, 'kill');
    await p.untilContainer('Service/web', 'is down', (c) => !c.State.Running);
    expect(await p.reeve('apply', 'change.plan')).toMatchObject({
      code: 73,
      stderr: expect.stringContaining('what runs has changed'),
    });
  });

  test.concurrent('goes through the controller, which refuses it once the manifests have changed', async (t) => {
    const p = await begin(t);
    await p.run();
    await p.untilReady('Service/web');
    await p.reeve('plan', '--out', 'change.plan');
    expect((await p.reeve('apply', 'change.plan')).code).toBe(0);
    await p.replaceIn('reeve.yaml', 'sleep 1', 'sleep 2');
    expect(await p.reeve('apply', 'change.plan')).toMatchObject({
      code: 73,
      stderr: expect.stringContaining('the manifests have changed'),
    });
  });

  test.concurrent('that cannot be written, or is not there, is told plainly', async (t) => {
    const p = await begin(t);
    expect(await p.reeve('plan', '--out', '/nonexistent/change.plan')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/plan could not be saved.*\/nonexistent/),
    });
    expect(await p.reeve('apply', '--yes', 'change.plan')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('there is no file change.plan'),
    });
  });
});

test.concurrent('--host of another engine is refused where a controller keeps the platform', async (t) => {
  const p = await begin(t);
  await p.run();
  const elsewhere = { state: p.state, cwd: p.manifests, socket: '/nonexistent/engine.sock' };
  for (const line of [['apply', '--yes'], ['plan'], ['status'], ['down', '--yes']]) {
    expect(await reeve(line, elsewhere), line.join(' ')).toMatchObject({
      code: 75,
      stderr: expect.stringContaining('not on unix:///nonexistent/engine.sock'),
    });
  }
});

describe('an apply that is interrupted', () => {
  /** Ends at once, but its old container takes its whole grace to stop. */
  const stubborn = (name: string, value: number) =>
    alone(
      name,
      `environment: {V: '${value}'}`,
      `command: ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done']`,
    ).replace('stop_grace_period: 1s', 'stop_grace_period: 30s');
  const four = (value: number) => ['a', 'b', 'c', 'd'].map((name) => stubborn(name, value));

  test.for(['SIGINT', 'SIGTERM'] as const)(
    'by %s ends within five seconds, and the next goes on',
    async (signal, t) => {
      const p = await begin(t, four(1));
      await p.apply();
      await p.declare(four(2));
      const applying = p.spawn('apply', '--yes');
      await until(() => /renamed|created/.test(applying.output().stdout), patienceMs, 'it has begun');
      const { code, stdout } = await within(5_000, () => {
        applying.process.kill(signal);
        return applying.ended;
      });
      expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('interrupted: ') });
      await Promise.all((await p.containers()).map((c) => act(socket, c.id, 'kill').catch(() => undefined)));
      await p.apply();
      expect((await p.containers()).map((c) => c.ref).sort()).toEqual(
        ['a', 'b', 'c', 'd'].map((name) => `Service/${name}`),
      );
    },
  );
});

describe('the platform itself', () => {
  test.concurrent('is shown with what is wrong with it, by status and explain, for as long as it stands', async (t) => {
    const p = await begin(t);
    await p.run();
    await p.untilReady('Service/web');
    await p.replaceIn('reeve.yaml', 'image:', 'imagge:');
    await p.untilCondition(`Platform/${p.name}`, 'Degraded', /^ManifestsInvalid$/);
    expect((await p.reeve('status')).stdout).toMatch(/ManifestsInvalid since .*imagge/);
    expect((await p.reeve('explain', `Platform/${p.name}`)).stdout).toMatch(/degraded \(ManifestsInvalid\)/);
    await p.replaceIn('reeve.yaml', 'imagge:', 'image:');
    await p.untilEvent(`Platform/${p.name}`, 'ManifestsValid');
    expect((await p.reeve('status')).stdout).not.toContain('ManifestsInvalid since');
    expect((await p.reeve('explain', p.name)).stdout).toContain('1 of 1 resources ready');
    const whole = await readFile(p.path('reeve.yaml'), 'utf8');
    await p.write('reeve.yaml', '');
    await p.untilCondition(`Platform/${p.name}`, 'Degraded', /^ManifestsInvalid$/);
    await p.write('reeve.yaml', whole.replace(p.name, 'another'));
    await p.untilCondition(`Platform/${p.name}`, 'Degraded', /^PlatformRenamed$/);
    expect((await p.reeve('status', '-p', p.name)).stdout).toContain('PlatformRenamed since');
    await p.write('reeve.yaml', whole);
    await until(
      async () => !(await p.reeve('status')).stdout.includes('PlatformRenamed since'),
      patienceMs,
      'it is whole again',
    );
  });

  test.concurrent('shows that its engine is away, and no longer once it answers', async (t) => {
    const p = await begin(t);
    const through = join(p.folder, 'engine.sock');
    const proxy = await startEngineProxy({ target: socket, socket: through });
    const running = spawnReeve(['run'], { state: p.state, cwd: p.manifests, socket: through });
    const status = () => reeve(['status'], { state: p.state, cwd: p.manifests, socket: through });
    try {
      await p.untilReady('Service/web');
      await proxy.close();
      await until(
        async () => /EngineUnreachable since/.test((await status()).stdout),
        patienceMs,
        'status says that the engine is away',
      );
      const again = await startEngineProxy({ target: socket, socket: through });
      await p.untilEvent(`Platform/${p.name}`, 'EngineReachable');
      expect((await status()).stdout).not.toContain('EngineUnreachable since');
      await again.close();
    } finally {
      running.process.kill('SIGKILL');
      await running.ended;
    }
  });

  test.concurrent('suspended, is so in every plan, and an apply is refused before anything is asked', async (t) => {
    const p = await begin(t);
    await p.apply();
    await p.reeve('suspend', '--reason', 'moving the host');
    await p.replaceIn('reeve.yaml', 'sleep 1', 'sleep 2');
    expect(await p.reeve('plan')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('moving the host'),
    });
    expect((await p.reeve('status')).stdout).toContain('(moving the host)');
    expect(await p.reeve('apply', '--yes')).toMatchObject({
      code: 73,
      stderr: expect.stringContaining('until: reeve resume'),
    });
    expect((await p.reeve('resume')).code).toBe(0);
    await p.apply();
  });
});

describe('down', () => {
  test.concurrent.for([['a controller', true] as const, ['no controller', false] as const])(
    'with %s takes all away and keeps it so; volumes go only when asked for',
    async ([_, kept], t) => {
      const p = await begin(t, [alone('web', 'volumes: ["data:/data"]'), document('Volume', 'data')]);
      if (kept) await p.run();
      else await p.apply();
      await p.untilReady('Service/web');
      for (let round = 0; round < 3; round++) {
        expect(await p.reeve('down', '--yes')).toMatchObject({
          code: 0,
          stdout: expect.stringMatching(/taken down: 2 steps done/),
        });
        expect(await p.containers()).toEqual([]);
        expect(await volumesOf(p)).toEqual([`${p.name}_data`]);
        expect((await p.reeve('status')).stdout).toContain('it was taken down');
        expect(await p.reeve('apply', '--yes')).toMatchObject({
          code: 0,
          stdout: expect.stringContaining('2 of 2 ready'),
        });
        expect((await p.containers()).map((c) => c.state)).toEqual(['running']);
      }
      expect(await p.reeve('down', '--yes', '--volumes')).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(new RegExp(`1 volume: ${p.name}_data`)),
      });
      expect(await volumesOf(p)).toEqual([]);
    },
  );

  async function volumesOf(p: TestPlatform): Promise<readonly string[]> {
    const { body } = await askEngine(socket, 'GET', '/volumes');
    const { Volumes } = JSON.parse(body) as { Volumes: readonly { Name: string }[] | null };
    return (Volumes ?? []).map(({ Name }) => Name).filter((name) => name.startsWith(p.name));
  }
});
