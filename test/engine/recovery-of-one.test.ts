// Recoveries on a real engine: what fails by itself is started again at once, and goes along with a procedure that keeps
// the evidence, says why, and calls a person where nothing helps.

import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { throwawayImage, untag } from '../support/throwaway-image.ts';
import { patienceMs, until } from '../support/until.ts';
import { act, remove, runForeign } from '../support/world.ts';

const web = 'Service/web';
/** Waits and budgets that a test has the time for. */
const quick =
  'policy: {resync: 2s, backoff: {initial: 100ms, max: 2s}, restartBudget: {restarts: 3, within: 1m}, recovery: {settle: 3s, verify: 4s}}';

interface Shown {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly message: string;
  readonly endedAt?: string;
  readonly choices: readonly string[];
  readonly details: readonly { readonly name: string; readonly lines: readonly string[] }[];
  readonly log: readonly { readonly state: string }[];
}

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

const shell = (name: string, script: string, ...more: readonly string[]): string =>
  service(name, ['init: true', `command: [sh, -c, '${script.replaceAll('$', '$$$$')}']`, ...more]);

async function recoveries(p: TestPlatform): Promise<readonly Shown[]> {
  const { stdout } = await p.reeve('procedures', '-o', 'json', '-f', p.manifests);
  const { procedures } = JSON.parse(stdout) as { procedures: readonly Shown[] };
  return procedures.filter((r) => r.kind === 'recovery');
}

async function show(p: TestPlatform, id: string): Promise<Shown> {
  const { stdout } = await p.reeve('procedures', 'show', id, '-o', 'json', '-f', p.manifests);
  return JSON.parse(stdout) as Shown;
}

/** The newest recovery, once it is in one of these states. */
async function untilState(p: TestPlatform, state: RegExp, ms = patienceMs): Promise<Shown> {
  const row = await until(
    async () => {
      const found = await recoveries(p);
      if (found[0] === undefined || !state.test(found[0].state))
        throw new Error(JSON.stringify(found.map((r) => [r.state, r.message])));
      return found[0];
    },
    ms,
    `the recovery is ${state}`,
  );
  return show(p, row.id);
}

const linesOf = (shown: Shown, name: string): string =>
  (shown.details.find((d) => d.name === name)?.lines ?? []).join('\n');
const reasonsOf = async (p: TestPlatform, ref: string): Promise<readonly string[]> =>
  (await p.events()).filter((e) => e.regarding === ref).map((e) => e.reason);

/** A container of nobody's that has the port; gives its name. */
async function takePort(
  t: Pick<TestContext, 'onTestFinished'>,
  p: TestPlatform,
  port: number,
): Promise<string> {
  const name = `${p.name}-other`;
  const id = await runForeign(p.socket, name, {
    Image: 'reeve-test:1',
    Cmd: ['sleep', '9999'],
    ExposedPorts: { '80/tcp': {} },
    HostConfig: { Init: true, PortBindings: { '80/tcp': [{ HostPort: String(port) }] } },
  });
  t.onTestFinished(() => remove(p.socket, id));
  return name;
}

/** Runs a script in its container, once that runs. */
async function exec(p: TestPlatform, ref: string, script: string): Promise<void> {
  await until(
    async () => {
      const { Id: container } = await p.container(ref);
      const { body } = await askEngine(p.socket, 'POST', `/containers/${container}/exec`, {
        Cmd: ['sh', '-c', script],
      });
      const { Id } = JSON.parse(body) as { Id: string };
      await askEngine(p.socket, 'POST', `/exec/${Id}/start`, { Detach: true });
      return true;
    },
    patienceMs,
    `${script} in ${ref}`,
  );
}

describe.concurrent('a workload that fails', () => {
  test('crashed once: started again, its last words kept, and no word of it once it stays well', async (t) => {
    const p = await platformFor(t);
    const once =
      'if test ! -e /was; then touch /was; sleep 1; echo the last words; exit 3; fi; exec sleep 9999';
    await keep(p, [shell('web', once)], { spec: quick });
    const done = await untilState(p, /^recovered$/);
    expect(linesOf(done, 'log')).toContain('the last words');
    expect(linesOf(done, 'failed')).toContain('status 3');
    expect(linesOf(done, 'verdict')).toContain('crash');
    expect(done.log.map((l) => l.state)).toEqual(
      expect.arrayContaining(['assessing', 'restarting', 'verifying', 'settling', 'recovered']),
    );
    const reasons = await reasonsOf(p, web);
    expect(reasons).not.toContain('Recovered');
    expect(reasons).not.toContain('RecoveryEscalated');
    expect(await recoveries(p)).toHaveLength(1);
    const explained = await p.reeve('explain', 'web', '-f', p.manifests);
    expect(explained.stdout).toContain('the last words');
  });

  test('killed or stopped through the API it has not failed: started again, and no recovery', async (t) => {
    const p = await platformFor(t);
    await keep(p, [shell('web', 'exec sleep 9999')], { spec: quick });
    for (const verb of ['kill', 'stop']) {
      const before = await p.container(web);
      await act(p.socket, before.Id, verb);
      await p.untilContainer(web, 'runs again', (c) => c.State.Running && c.State.Pid !== before.State.Pid);
    }
    await p.untilReady(web);
    expect(await recoveries(p)).toEqual([]);
  });

  test('it crashes again and again: a person is told once, with the verdict and what to type', async (t) => {
    const p = await platformFor(t);
    const broken = 'echo cannot find the thing; test -e /mended || exit 4; exec sleep 9999';
    await p.declare([shell('web', broken)], quick);
    await p.run();
    const told = await p.untilEvent(web, 'RecoveryEscalated', /status 4/);
    const [{ id } = { id: '' }] = await recoveries(p);
    expect(told.message).toContain(`reeve decide ${id} retry|hold|resolve`);
    const stuck = await untilState(p, /^escalated$/);
    expect(stuck.choices).toEqual(['retry', 'hold', 'resolve']);
    expect(linesOf(stuck, 'log')).toContain('cannot find the thing');
    expect((await p.reeve('status', '-f', p.manifests)).stdout).toContain(`reeve procedures show ${id}`);
    // Held by a person, it rests; released, it goes on; mended, it is well again.
    expect(await p.reeve('decide', id, 'hold', '-f', p.manifests)).toMatchObject({ code: 0, stderr: '' });
    await untilState(p, /^held$/);
    expect((await p.fromStore((s) => s.facts())).holds[web]).toMatchObject({ stopped: false });
    await p.declare([shell('web', 'exec sleep 9999')], quick);
    expect((await p.reeve('release', 'web', '-f', p.manifests)).code).toBe(0);
    await p.untilReady(web);
    expect((await untilState(p, /^recovered$/)).id).toBe(id);
    await p.untilEvent(web, 'Recovered', /failures/);
    expect((await p.events()).filter((e) => e.reason === 'RecoveryEscalated')).toHaveLength(1);
  });

  test('why it fails is found: the kernel, the command, the port, the disk, the healthcheck, its own words', async (t) => {
    const p = await platformFor(t);
    const port = 20_000 + Math.floor(Math.random() * 9_000);
    await p.declare(
      [
        shell('oom', 'sleep 0.3; tail /dev/zero', 'mem_limit: 16m', 'memswap_limit: 16m'),
        service('command', ['command: [no-such-thing]']),
        shell('port', 'exec sleep 9999', `ports: ["${port}:80"]`),
        shell('disk', 'dd if=/dev/zero of=/data/x bs=1k count=200 || exit 5', 'tmpfs: ["/data:size=64k"]'),
        shell(
          'sick',
          'exec sleep 9999',
          'healthcheck: {test: ["CMD-SHELL", "echo the queue is stuck; exit 1"], interval: 300ms, timeout: 2s, retries: 2}',
        ),
        shell('config', 'echo cannot open /run/secrets/token: No such file; exit 1'),
      ],
      quick,
    );
    const other = await takePort(t, p, port);
    await p.run();
    const found: Readonly<Record<string, RegExp>> = {
      oom: /out of memory/,
      command: /command cannot be run.*no-such-thing/,
      port: new RegExp(`${port}/tcp is taken by container ${other}`),
      disk: /disk that is full.*No space left/,
      sick: /does not do its work.*the queue is stuck/,
      config: /secret.*missing.*\/run\/secrets\/token/,
    };
    for (const [name, words] of Object.entries(found))
      await p.untilEvent(`Service/${name}`, 'RecoveryEscalated', words, 40_000);
    const ids = (await recoveries(p)).map((r) => r.id);
    expect(ids).toHaveLength(Object.keys(found).length);
    // No restart can help these: their few tries are no loop.
    const { attempts } = await p.fromStore((s) => s.facts());
    expect(attempts['Service/port']).toBeUndefined();
    // The port is free again: it goes on by itself.
    await remove(p.socket, other);
    await p.untilReady('Service/port');
  });

  test('its image is gone with its container: a person is told; with another image it recovers', async (t) => {
    const p = await platformFor(t);
    const image = `localhost:1/${p.name}-gone:1`;
    t.onTestFinished(() => untag(image));
    await throwawayImage(image);
    await keep(p, [shell('web', 'exec sleep 9999').replace('reeve-test:1', image)], { spec: quick });
    const { Id } = await p.container(web);
    await remove(p.socket, Id);
    await untag(image);
    await p.untilEvent(web, 'RecoveryEscalated', /image is gone/);
    expect((await p.container(web).catch(() => undefined))?.Id).toBeUndefined();
    const [{ id } = { id: '' }] = await recoveries(p);
    await p.replaceIn('reeve.yaml', image, 'reeve-test:1');
    expect((await untilState(p, /^recovered$/)).id).toBe(id);
  });
});

describe.concurrent('recoveries', () => {
  test('two roots broken at once: what depends on them is held, and restarted once they are ready and it fails still', async (t) => {
    const p = await platformFor(t);
    const check =
      'healthcheck: {test: ["CMD", "test", "-e", "/tmp/ok"], interval: 400ms, timeout: 2s, retries: 2}';
    const one = (name: string, ...on: readonly string[]) =>
      shell(
        name,
        'test -e /broken || touch /tmp/ok; exec sleep 9999',
        check,
        ...on.map((d) => `depends_on: [${d}]`),
      );
    const roots = ['root', 'other'];
    const dependents = ['middle', 'leaf', 'client'];
    const all = [
      one('root'),
      one('middle', 'root'),
      one('leaf', 'middle'),
      one('other'),
      one('client', 'other'),
    ];
    await keep(p, all, { spec: quick });
    for (const name of roots) await exec(p, `Service/${name}`, 'touch /broken; rm /tmp/ok');
    for (const name of roots) await p.untilEvent(`Service/${name}`, 'Restarted');
    for (const name of dependents) {
      await exec(p, `Service/${name}`, 'rm /tmp/ok');
      await p.untilEvent(`Service/${name}`, 'DependencyNotReady');
    }
    const counted = async () => {
      const restarted = (await p.events()).filter((e) => e.reason === 'Restarted');
      return Object.fromEntries(restarted.map((e) => [e.regarding, e.count]));
    };
    expect(Object.keys(await counted()).sort()).toEqual(['Service/other', 'Service/root']);
    for (const name of roots) await exec(p, `Service/${name}`, 'rm /broken; touch /tmp/ok');
    for (const name of dependents) await p.untilEvent(`Service/${name}`, 'Restarted', /./);
    for (const name of [...roots, ...dependents]) await p.untilReady(`Service/${name}`);
    expect(await counted()).toMatchObject({ 'Service/middle': 1, 'Service/leaf': 1, 'Service/client': 1 });
    const startedAt = async (name: string) =>
      Date.parse((await p.container(`Service/${name}`)).State.StartedAt);
    expect(await startedAt('leaf')).toBeGreaterThan(await startedAt('middle'));
  });

  test('its controller killed -9 in each state, the next goes on with the same one', async (t) => {
    const p = await platformFor(t);
    const flaky =
      'n=$(cat /n 2>/dev/null || echo 0); echo $((n+1)) > /n; echo try $n; sleep 0.7; test $n -ge 4 || exit 6; exec sleep 9999';
    await p.declare(
      [shell('web', flaky)],
      quick.replace('restarts: 3', 'restarts: 9').replace('settle: 3s', 'settle: 6s'),
    );
    let controller = await p.run();
    const killedIn = new Set<string>();
    const ids = new Set<string>();
    const end = await until(
      async () => {
        const [newest] = await p.fromStore((s) => s.procedures({ limit: 1 }));
        if (newest === undefined) return undefined;
        ids.add(newest.id);
        const { state, ended } = newest.machine;
        if (ended) return state;
        if (killedIn.has(state)) return undefined;
        await controller.kill9();
        killedIn.add(state);
        controller = await p.run();
        return undefined;
      },
      60_000,
      'it has ended',
    );
    expect(end).toBe('recovered');
    expect(killedIn).toContain('settling');
    expect(killedIn.size).toBeGreaterThanOrEqual(3);
    expect(ids.size).toBe(1);
  });
});
