// The "keeping" table, row by row, on a real engine: a person or a fault changes something behind reeve's back, and the
// controller does the smallest sufficient act and tells why. Every test has a platform and a controller of its own.

import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor, untilAllReady } from '../support/kept.ts';
import { document, service, type TestPlatform } from '../support/platform.ts';
import { throughout, until } from '../support/until.ts';
import { act, type Inspected, inspect, remove, runForeign } from '../support/world.ts';

const web = 'Service/web';
const MiB = 1024 * 1024;

/** Runs until told to end; `before` goes first. */
const loop = (before = ':'): string =>
  `command: ['sh', '-c', '${before}; trap "exit 0" TERM; while :; do sleep 1 & wait $!; done']`;
const okFile = loop('touch /tmp/ok');
const healthcheck =
  'healthcheck: {test: ["CMD", "test", "-e", "/tmp/ok"], interval: 500ms, timeout: 2s, retries: 1}';

const running = (c: Inspected): boolean => c.State.Status === 'running';

/** It runs on as it did: the same container, the same process, one of it. */
async function expectUntouched(p: TestPlatform, before: Inspected): Promise<void> {
  const now = await p.container(
    `${before.Config.Labels['reeve.kind']}/${before.Config.Labels['reeve.name']}`,
  );
  expect({ id: now.Id, pid: now.State.Pid, at: now.State.StartedAt }).toEqual({
    id: before.Id,
    pid: before.State.Pid,
    at: before.State.StartedAt,
  });
}

async function exec(p: TestPlatform, id: string, command: readonly string[]): Promise<void> {
  const { body } = await askEngine(p.socket, 'POST', `/containers/${id}/exec`, { Cmd: command });
  const { Id } = JSON.parse(body) as { Id: string };
  await askEngine(p.socket, 'POST', `/exec/${Id}/start`, { Detach: true });
}

/** Steps that were carried out for a resource, in order. */
async function stepsOf(p: TestPlatform, ref: string): Promise<readonly string[]> {
  const plans = await p.fromStore((s) => s.plans(200));
  return plans
    .toReversed()
    .flatMap((plan) => plan.steps.filter((s) => s.ref === ref && s.outcome !== undefined))
    .map((s) => s.op);
}

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

describe.concurrent('a container that does not run as it should', () => {
  test('removed by hand, it is made anew', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    const before = await p.container(web);
    const removedAt = Date.now();
    await remove(p.socket, before.Id);
    const after = await p.untilContainer(web, 'runs again', running);
    expect(after.Id).not.toBe(before.Id);
    const told = await p.untilEvent(web, 'Removed');
    expect(told.at - removedAt).toBeLessThan(3_000);
  });

  test('stopped by hand, it is started, and the event says how to keep it stopped', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    const before = await p.container(web);
    await act(p.socket, before.Id, 'stop');
    const after = await p.untilContainer(
      web,
      'runs again',
      (c) => running(c) && c.State.Pid !== before.State.Pid,
    );
    expect(after.Id).toBe(before.Id);
    await p.untilEvent(web, 'StoppedByHand', /reeve hold/);
  });

  test('killed through the API, it is started', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    const before = await p.container(web);
    await act(p.socket, before.Id, 'kill');
    const after = await p.untilContainer(
      web,
      'runs again',
      (c) => running(c) && c.State.Pid !== before.State.Pid,
    );
    expect(after.Id).toBe(before.Id);
  });

  test('its process died by itself, it is started', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    const before = await p.container(web);
    process.kill(before.State.Pid, 'SIGKILL');
    await p.untilContainer(web, 'runs again', (c) => running(c) && c.State.Pid !== before.State.Pid);
    await p.untilEvent(web, 'Exited');
  });

  test('exit 0 of what is to run for long is a failure to keep running', async (t) => {
    const p = await platformFor(t);
    await p.declare([service('web', ['command: [sh, -c, "sleep 0.2"]'])]);
    await p.run();
    await p.untilCondition(web, 'Degraded', /BackingOff|Exited|CrashLoopBackOff/);
  });

  // The engine calls what was paused unhealthy until its next healthcheck: no reason to restart it.
  test('paused, it is left alone for the grace and then unpaused, without a restart', async (t) => {
    const p = await platformFor(t);
    await keep(p, [
      service('web', [
        okFile,
        'healthcheck: {test: ["CMD", "test", "-e", "/tmp/ok"], interval: 2s, retries: 2}',
      ]),
    ]);
    const before = await p.container(web);
    await act(p.socket, before.Id, 'pause');
    await throughout(
      async () => (await inspect(p.socket, before.Id)).State.Paused,
      1_200,
      'it stays paused at first',
    );
    await p.untilContainer(web, 'is unpaused', (c) => !c.State.Paused);
    await p.untilCondition(web, 'Ready', /^Healthy$/);
    await expectUntouched(p, before);
  });

  test('renamed by hand, it gets its name back without a restart', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    const before = await p.container(web);
    await askEngine(p.socket, 'POST', `/containers/${before.Id}/rename?name=${p.name}-else`);
    await p.untilContainer(web, 'has its name', (c) => c.Name === before.Name);
    await expectUntouched(p, before);
  });

  test('unhealthy, it is restarted', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web', [okFile, healthcheck])]);
    const before = await p.container(web);
    await exec(p, before.Id, ['rm', '/tmp/ok']);
    const after = await p.untilContainer(
      web,
      'was restarted and is healthy',
      (c) => c.State.StartedAt !== before.State.StartedAt && c.State.Health?.Status === 'healthy',
      20_000,
    );
    expect(after.Id).toBe(before.Id);
    await p.untilEvent(web, 'Unhealthy');
  });

  test('its probe failing past the threshold, it is restarted', async (t) => {
    const p = await platformFor(t);
    const probe = 'probe: {exec: {command: [test, -e, /tmp/ok]}, every: 500ms, timeout: 2s, threshold: 2}';
    await keep(p, [service('web', [okFile, probe]), service('other'), service('third'), service('fourth')]);
    const before = await p.container(web);
    await exec(p, before.Id, ['rm', '/tmp/ok']);
    await p.untilContainer(
      web,
      'was restarted',
      (c) => running(c) && c.State.StartedAt !== before.State.StartedAt,
      20_000,
    );
    await p.untilReady(web);
  });

  test('what depends on a broken thing is held, not restarted', async (t) => {
    const p = await platformFor(t);
    await keep(p, [
      service('db', [okFile, healthcheck]),
      service('web', [okFile, healthcheck, 'depends_on: [db]']),
    ]);
    const [db, dependent] = [await p.container('Service/db'), await p.container(web)];
    await askEngine(p.socket, 'POST', `/containers/${db.Id}/pause`);
    await exec(p, dependent.Id, ['rm', '/tmp/ok']);
    await p.untilCondition(web, 'Degraded', /DependencyNotReady/);
    expect((await inspect(p.socket, dependent.Id)).State.StartedAt).toBe(dependent.State.StartedAt);
    await untilAllReady(p, undefined, 40_000);
  });
});

describe.concurrent('a restart policy of the engine', () => {
  test('restarts a crash by itself; reeve does not start beside it', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web', ['restart: always'])]);
    const before = await p.container(web);
    process.kill(before.State.Pid, 'SIGKILL');
    const after = await p.untilContainer(
      web,
      'runs again',
      (c) => running(c) && c.State.Pid !== before.State.Pid,
    );
    expect(after.RestartCount).toBe(1);
    await p.untilReady(web);
    expect(await stepsOf(p, web)).toEqual(['createContainer', 'startContainer']);
  });

  test('does not act after a kill through the API: reeve steps in', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web', ['restart: always'])]);
    const before = await p.container(web);
    await act(p.socket, before.Id, 'kill');
    await p.untilContainer(web, 'runs again', (c) => running(c) && c.State.Pid !== before.State.Pid);
    expect((await p.container(web)).RestartCount).toBe(0);
  });
});

describe.concurrent('a job', () => {
  test('that ended well stays so, until a person wants it again', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('job', ['restart: "no"', 'command: [sh, -c, "exit 0"]'])], { ready: [] });
    await p.untilCondition('Service/job', 'Ready', /Completed/);
    const first = await p.container('Service/job');
    await throughout(
      async () => (await p.container('Service/job')).State.StartedAt === first.State.StartedAt,
      2_000,
      'it is not run again',
    );
    expect((await p.reeve('rerun', 'job', '-f', p.manifests)).code).toBe(0);
    await until(
      async () => (await p.container('Service/job')).State.StartedAt !== first.State.StartedAt,
      10_000,
      'it ran again',
    );
  });

  test('runs again when its spec changes', async (t) => {
    const p = await platformFor(t);
    const job = (word: string) => service('job', ['restart: "no"', `command: [sh, -c, "echo ${word}"]`]);
    await keep(p, [job('one')], { ready: [] });
    await p.untilCondition('Service/job', 'Ready', /Completed/);
    await p.declare([job('two')]);
    await until(
      async () => (await p.container('Service/job')).Config.Cmd?.at(-1) === 'echo two',
      15_000,
      'the new job is there',
    );
    await p.untilCondition('Service/job', 'Ready', /Completed/);
  });
});

describe.concurrent('what only a new container can have', () => {
  test('recreates; the old one stays stopped beside it until the new one is ready', async (t) => {
    const p = await platformFor(t);
    const slow =
      'healthcheck: {test: ["CMD", "test", "-e", "/tmp/ok"], interval: 300ms, timeout: 2s, retries: 40}';
    const spec = (mode: string) => [
      loop('sleep 2; touch /tmp/ok'),
      slow,
      'restart: always',
      `environment: {MODE: ${mode}}`,
    ];
    await keep(p, [service('web', spec('a'))]);
    const before = await p.container(web);
    await p.declare([service('web', spec('b'))]);
    await until(
      async () => {
        const all = await p.containers();
        const old = all.find((c) => c.id === before.Id);
        if (all.length !== 2 || old === undefined) return false;
        const seen = await inspect(p.socket, before.Id);
        return (
          seen.State.Status === 'exited' &&
          seen.HostConfig.RestartPolicy.Name === 'no' &&
          seen.Name !== before.Name
        );
      },
      15_000,
      'the old one is kept, stopped, renamed and without its restart policy',
    );
    await until(async () => (await p.containers()).length === 1, 20_000, 'only the new one is left');
    const after = await p.container(web);
    expect(after.Name).toBe(before.Name);
    expect(after.Config.Env).toContain('MODE=b');
    expect(after.State.Health?.Status).toBe('healthy');
    expect(after.HostConfig.RestartPolicy.Name).toBe('always');
  });

  test('gives up where the new one never is ready: the old one comes back', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web', ['restart: always'])]);
    const before = await p.container(web);
    await p.declare([service('web', ['restart: always', 'command: [no-such-program]'])]);
    await p.untilCondition(web, 'Degraded', /./, 20_000);
    const after = await p.untilContainer(
      web,
      'is the old one again',
      (c) => c.Id === before.Id && running(c),
      20_000,
    );
    expect(after.Name).toBe(before.Name);
    expect(after.HostConfig.RestartPolicy.Name).toBe('always');
    await throughout(async () => (await p.container(web)).Id === before.Id, 1_500, 'it stays');
  });

  test('a secret in the environment with another value recreates, and the value shows nowhere', async (t) => {
    const p = await platformFor(t);
    await p.write('secret.txt', 'first-value-xyz\n');
    const documents = [
      document('Secret', 'token', '{file: secret.txt}'),
      service('web', ['environment: {TOKEN: {secret: token}}']),
    ];
    await keep(p, documents);
    const before = await p.container(web);
    await p.write('secret.txt', 'second-value-xyz\n');
    const after = await p.untilContainer(
      web,
      'is a new one',
      (c) => c.Id !== before.Id && running(c),
      20_000,
    );
    expect(after.Config.Env).toContain('TOKEN=second-value-xyz');
    expect(JSON.stringify(await p.events())).not.toMatch(/value-xyz/);
    expect(JSON.stringify(after.Config.Labels)).not.toMatch(/value-xyz/);
    expect((await readFile(`${p.state}/store.db-wal`)).includes('value-xyz')).toBe(false);
  });

  test('a tag that means another image is not followed by itself, but with --update-images', async (t) => {
    const p = await platformFor(t);
    const image = `${p.name}:1`;
    const tag = (name: string) => askEngine(p.socket, 'POST', `/images/${name}/tag?repo=${p.name}&tag=1`);
    await tag('reeve-test:1');
    t.onTestFinished(async () => {
      await askEngine(p.socket, 'DELETE', `/images/${image}?force=1`, undefined, [404, 409]);
    });
    await p.declare([service('web').replace('reeve-test:1', image)]);
    await p.apply();
    const before = await p.container(web);
    const { body } = await askEngine(
      p.socket,
      'POST',
      `/commit?container=${before.Id}&repo=${p.name}&tag=1&pause=0`,
      {},
    );
    const { Id } = JSON.parse(body) as { Id: string };
    await p.apply();
    await expectUntouched(p, before);
    await p.apply('--update-images');
    const after = await p.container(web);
    expect(after.Image).toBe(Id);
  });
});

describe.concurrent('what the engine can change in place', () => {
  test('docker update of limits and restart policy is undone without a restart', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web', ['restart: always', 'mem_limit: 64m', 'cpus: 0.5', 'pids_limit: 50'])]);
    const before = await p.container(web);
    await act(p.socket, before.Id, 'update', {
      Memory: 128 * MiB,
      MemorySwap: 256 * MiB,
      NanoCpus: 1e9,
      PidsLimit: 99,
      RestartPolicy: { Name: 'no' },
    });
    await p.untilContainer(web, 'has its limits again', ({ HostConfig: h }) => {
      return (
        h.Memory === 64 * MiB && h.NanoCpus === 5e8 && h.PidsLimit === 50 && h.RestartPolicy.Name === 'always'
      );
    });
    await expectUntouched(p, before);
    await p.untilEvent(web, 'Drifted');
  });

  test('a changed limit in the manifest is an update, no restart', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web', ['mem_limit: 64m'])]);
    const before = await p.container(web);
    await p.declare([service('web', ['mem_limit: 96m'])]);
    await p.untilContainer(web, 'has the new limit', (c) => c.HostConfig.Memory === 96 * MiB);
    await expectUntouched(p, before);
  });

  test('with drift: report it is told and left', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web', ['mem_limit: 64m', 'drift: report'])]);
    const before = await p.container(web);
    await act(p.socket, before.Id, 'update', { Memory: 128 * MiB, MemorySwap: 256 * MiB });
    await until(
      async () => (await p.reeve('status', '-f', p.manifests)).stdout.match(/mem_limit|128/) !== null,
      15_000,
      'status tells the drift',
    );
    expect((await p.container(web)).HostConfig.Memory).toBe(128 * MiB);
    await expectUntouched(p, before);
  });

  test('disconnected from a network, it is reconnected with its aliases', async (t) => {
    const p = await platformFor(t);
    const networks = 'networks: {back: {aliases: [shop]}, front: {}}';
    await keep(p, [document('Network', 'back'), document('Network', 'front'), service('web', [networks])]);
    const before = await p.container(web);
    await askEngine(p.socket, 'POST', `/networks/${p.name}_back/disconnect`, {
      Container: before.Id,
      Force: true,
    });
    const after = await p.untilContainer(
      web,
      'is on the network',
      (c) => (c.NetworkSettings.Networks[`${p.name}_back`]?.NetworkID ?? '') !== '',
    );
    expect(after.NetworkSettings.Networks[`${p.name}_back`]?.Aliases).toContain('shop');
    await expectUntouched(p, before);
  });

  test('an alias missing, it is reconnected in place', async (t) => {
    const p = await platformFor(t);
    await keep(p, [document('Network', 'back'), service('web', ['networks: {back: {aliases: [shop]}}'])]);
    const before = await p.container(web);
    const network = `${p.name}_back`;
    await askEngine(p.socket, 'POST', `/networks/${network}/disconnect`, {
      Container: before.Id,
      Force: true,
    });
    await askEngine(p.socket, 'POST', `/networks/${network}/connect`, { Container: before.Id }, [403]);
    await p.untilContainer(
      web,
      'has its alias',
      (c) => c.NetworkSettings.Networks[network]?.Aliases?.includes('shop') === true,
    );
    await expectUntouched(p, before);
  });

  test('a network removed while in use is made anew and its members join it', async (t) => {
    const p = await platformFor(t);
    await keep(p, [
      document('Network', 'back'),
      service('web', ['networks: [back]']),
      service('db', ['networks: [back]']),
    ]);
    const before = [await p.container(web), await p.container('Service/db')];
    const network = `${p.name}_back`;
    const oldId = before[0]?.NetworkSettings.Networks[network]?.NetworkID;
    await until(
      async () => {
        for (const c of before) {
          await askEngine(
            p.socket,
            'POST',
            `/networks/${oldId}/disconnect`,
            { Container: c.Id, Force: true },
            [404, 500],
          );
        }
        // Reeve may be quicker and reconnect in between: until it is really gone.
        const { status } = await askEngine(
          p.socket,
          'DELETE',
          `/networks/${oldId}`,
          undefined,
          [403, 404, 409],
        );
        return status === 204 || status === 404;
      },
      15_000,
      'the network is removed',
    );
    for (const c of before) {
      await until(
        async () => {
          const id = (await inspect(p.socket, c.Id)).NetworkSettings.Networks[network]?.NetworkID ?? oldId;
          return id !== '' && id !== oldId;
        },
        15_000,
        `${c.Name} is on the new network`,
      );
      await expectUntouched(p, c);
    }
  });
});

describe.concurrent('volumes', () => {
  test('a lost one is not made anew in silence; a person accepts the loss', async (t) => {
    const p = await platformFor(t);
    await keep(p, [document('Volume', 'data'), service('web', ['volumes: ["data:/data"]'])]);
    const before = await p.container(web);
    const volume = `${p.name}_data`;
    expect((await p.reeve('suspend', '-f', p.manifests)).code).toBe(0);
    await remove(p.socket, before.Id);
    await askEngine(p.socket, 'DELETE', `/volumes/${volume}`);
    expect((await p.reeve('resume', '-f', p.manifests)).code).toBe(0);
    await p.untilCondition('Volume/data', 'Degraded', /VolumeLost/);
    const there = async () =>
      (await askEngine(p.socket, 'GET', `/volumes/${volume}`, undefined, [404])).status === 200;
    await throughout(async () => !(await there()), 1_500, 'it is not made');
    const said = await p.untilEvent('Volume/data', 'VolumeLost', /accept-data-loss/);
    expect(said.type).toBe('Warning');
    const released = await p.reeve('release', 'Volume/data', '--accept-data-loss', '-f', p.manifests);
    expect(released.code).toBe(0);
    await p.untilContainer(web, 'runs', running);
    expect(await there()).toBe(true);
  });

  test('one whose declared options differ is reported and never recreated', async (t) => {
    const p = await platformFor(t);
    await keep(p, [document('Volume', 'data'), service('web', ['volumes: ["data:/data"]'])]);
    const before = await p.container(web);
    await p.declare([
      document('Volume', 'data', '{driver_opts: {type: tmpfs, device: tmpfs}}'),
      service('web', ['volumes: ["data:/data"]']),
    ]);
    await p.untilCondition('Volume/data', 'Degraded', /VolumeDiffers/);
    await expectUntouched(p, before);
  });
});

describe.concurrent('what is not ours', () => {
  test('a copy that inherited our labels is reported and never touched', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    const original = await p.container(web);
    await askEngine(p.socket, 'POST', `/commit?container=${original.Id}&repo=${p.name}-copy&tag=1`, {});
    t.onTestFinished(async () => {
      await askEngine(p.socket, 'DELETE', `/images/${p.name}-copy:1?force=1`, undefined, [404, 409]);
    });
    const copy = await runForeign(p.socket, `${p.name}-copy`, { Image: `${p.name}-copy:1` });
    expect((await inspect(p.socket, copy)).Config.Labels['reeve.platform']).toBe(p.name);
    await until(
      async () => (await p.reeve('status', '-f', p.manifests)).stdout.includes(`${p.name}-copy`),
      15_000,
      'status names the copy',
    );
    await throughout(async () => (await inspect(p.socket, copy)).State.Running, 1_000, 'the copy runs on');
    expect((await inspect(p.socket, original.Id)).State.StartedAt).toBe(original.State.StartedAt);
  });

  test('a foreign container that has the name is named and never touched; when it goes, we go on', async (t) => {
    const p = await platformFor(t);
    await p.declare([service('web', [`container_name: ${p.name}-mine`]), service('other')]);
    const foreign = await runForeign(p.socket, `${p.name}-mine`, { Image: 'reeve-test:1' });
    t.onTestFinished(() => remove(p.socket, foreign));
    await p.run();
    await p.untilCondition(web, 'Degraded', /NameTaken/);
    await p.untilReady('Service/other');
    expect((await inspect(p.socket, foreign)).State.Running).toBe(true);
    await remove(p.socket, foreign);
    await p.untilContainer(web, 'runs', running);
  });

  test('a foreign container that has the host port is named and never touched; when it goes, we go on', async (t) => {
    const p = await platformFor(t);
    const foreign = await runForeign(p.socket, `${p.name}-theirs`, {
      Image: 'reeve-test:1',
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '39471' }] } },
    });
    t.onTestFinished(() => remove(p.socket, foreign));
    await p.declare([service('web', ['ports: ["39471:80"]']), service('other')]);
    await p.run();
    const { message } = await p.untilCondition(web, 'Degraded', /PortTaken/);
    expect(message).toContain(`${p.name}-theirs`);
    await p.untilReady('Service/other');
    expect((await inspect(p.socket, foreign)).State.Running).toBe(true);
    await remove(p.socket, foreign);
    await p.untilContainer(web, 'runs', running, 30_000);
  });
});

describe.concurrent('what is declared no more', () => {
  test('is removed only where the source that declared it is part of the load', async (t) => {
    const p = await platformFor(t);
    const spec = 'policy: {maxDelete: 100%}';
    await p.write('one.yaml', p.manifest([service('a'), service('b')], spec));
    await p.write('two.yaml', [service('c'), service('d')].join('---\n'));
    const apply = (...files: string[]) =>
      p.reeve('apply', '--yes', ...files.flatMap((file) => ['-f', p.path(file)]));
    const names = async () => (await p.containers()).map((c) => c.ref).sort();
    expect(await apply('one.yaml', 'two.yaml')).toMatchObject({ code: 0 });
    expect(await names()).toEqual(['Service/a', 'Service/b', 'Service/c', 'Service/d']);
    await p.write('one.yaml', p.manifest([service('a')], spec));
    expect(await apply('one.yaml')).toMatchObject({ code: 0 });
    expect(await names()).toEqual(['Service/a', 'Service/c', 'Service/d']);
  });

  test('goes by itself under a controller, with its network, and the volume stays', async (t) => {
    const p = await platformFor(t);
    const kept = [service('a'), service('b'), service('c'), service('d'), service('e'), service('f')];
    const going = [
      document('Network', 'back'),
      document('Volume', 'data'),
      service('web', ['networks: [back]', 'volumes: ["data:/data"]']),
    ];
    const spec = 'policy: {maxDelete: 50%}';
    await keep(p, [...kept, ...going], { spec });
    await p.declare(kept, spec);
    await until(async () => (await p.containers()).length === kept.length, 15_000, 'its container is gone');
    const gone = async (path: string) =>
      (await askEngine(p.socket, 'GET', path, undefined, [404])).status === 404;
    await until(() => gone(`/networks/${p.name}_back`), 10_000, 'its network is gone');
    expect(await gone(`/volumes/${p.name}_data`)).toBe(false);
  });

  test('more than maxDelete at once: nothing goes without --allow-delete', async (t) => {
    const p = await platformFor(t);
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => service(name));
    await p.declare(all);
    await p.apply();
    await p.declare(all.slice(0, 2));
    const refused = await p.reeve('apply', '--yes', '-f', p.manifests);
    expect(refused.code).toBe(73);
    expect(`${refused.stdout}${refused.stderr}`).toContain('--allow-delete');
    expect(await p.containers()).toHaveLength(5);
    await p.apply('--allow-delete');
    expect((await p.containers()).map((c) => c.ref)).toEqual(['Service/a', 'Service/b']);
  });

  test('protected, it stays', async (t) => {
    const p = await platformFor(t);
    await p.declare([service('a'), service('b', ['protect: true'])]);
    await p.apply();
    await p.declare([service('a')]);
    await p.reeve('apply', '--yes', '--allow-delete', '-f', p.manifests);
    expect((await p.container('Service/b')).State.Running).toBe(true);
  });
});

describe.concurrent('files of the manifests’ folder', () => {
  test('a read-only mounted file that changed restarts, and the container sees the new content', async (t) => {
    const p = await platformFor(t);
    await p.write('app.conf', 'one\n');
    await keep(p, [service('web', ['volumes: ["./app.conf:/etc/app.conf:ro"]'])]);
    const before = await p.container(web);
    await p.write('app.conf', 'two\n');
    const after = await p.untilContainer(
      web,
      'was restarted',
      (c) => running(c) && c.State.StartedAt !== before.State.StartedAt,
    );
    expect(after.Id).toBe(before.Id);
    const seen = await readFile(`/proc/${after.State.Pid}/root/etc/app.conf`, 'utf8');
    expect(seen).toBe('two\n');
  });

  test('onChange: ignore leaves it, a signal is sent where declared', async (t) => {
    const p = await platformFor(t);
    await p.write('conf/app.conf', 'one\n');
    const onHup = `command: ['sh', '-c', 'trap "touch /tmp/hup" HUP; trap "exit 0" TERM; while :; do sleep 0.1 & wait $!; done']`;
    const mount = 'volumes: ["./conf:/etc/app:ro"]';
    await keep(p, [
      service('web', [onHup, mount, 'watch: [conf]', 'onChange: {signal: SIGHUP}']),
      service('deaf', [mount, 'watch: [conf]', 'onChange: ignore']),
    ]);
    const before = [await p.container(web), await p.container('Service/deaf')] as const;
    await p.write('conf/app.conf', 'two\n');
    await until(
      () => readFile(`/proc/${before[0].State.Pid}/root/tmp/hup`).then(() => true),
      15_000,
      'the signal came',
    );
    for (const c of before) await expectUntouched(p, c);
  });

  test('a mounted folder is not watched, unless it is named', async (t) => {
    const p = await platformFor(t);
    await p.write('logs/run.log', 'one\n');
    await p.write('conf/app.conf', 'one\n');
    await keep(p, [
      service('web', ['volumes: ["./logs:/logs:ro"]']),
      service('named', ['volumes: ["./conf:/conf:ro"]', 'watch: [conf]']),
    ]);
    const before = { web: await p.container(web), named: await p.container('Service/named') };
    await writeFile(p.path('logs/run.log'), 'two\n', { flag: 'a' });
    await p.write('conf/app.conf', 'two\n');
    await p.untilContainer(
      'Service/named',
      'was restarted',
      (c) => c.State.StartedAt !== before.named.State.StartedAt,
    );
    await expectUntouched(p, before.web);
  });
});

describe.concurrent('a person’s word', () => {
  test('hold: reeve leaves it as it is until it is released', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    const before = await p.container(web);
    expect((await p.reeve('hold', 'web', '-f', p.manifests)).code).toBe(0);
    await act(p.socket, before.Id, 'stop');
    await throughout(
      async () => !(await inspect(p.socket, before.Id)).State.Running,
      2_000,
      'it stays stopped',
    );
    await p.untilCondition(web, 'Held', /./);
    expect((await p.reeve('release', 'web', '-f', p.manifests)).code).toBe(0);
    await p.untilContainer(web, 'runs again', running);
  });

  test('hold --stopped: it is stopped, and stays so', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    expect((await p.reeve('hold', 'web', '--stopped', '-f', p.manifests)).code).toBe(0);
    await p.untilContainer(web, 'is stopped', (c) => !c.State.Running);
    await throughout(async () => !(await p.container(web)).State.Running, 1_000, 'it stays stopped');
  });

  test('suspend: nothing is done until resume', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    expect((await p.reeve('suspend', '-f', p.manifests)).code).toBe(0);
    const { Id } = await p.container(web);
    await act(p.socket, Id, 'kill');
    await throughout(async () => !(await inspect(p.socket, Id)).State.Running, 2_000, 'it stays down');
    expect((await p.reeve('resume', '-f', p.manifests)).code).toBe(0);
    await p.untilContainer(web, 'runs again', running);
  });
});

describe.concurrent('what no act tells', () => {
  test('two that bear each other’s names get their own back, without a restart', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web'), service('other')]);
    const [a, b] = [await p.container(web), await p.container('Service/other')];
    expect((await p.reeve('suspend', '-f', p.manifests)).code).toBe(0);
    const rename = (id: string, name: string) =>
      askEngine(p.socket, 'POST', `/containers/${id}/rename?name=${name}`);
    await rename(a.Id, `${p.name}-aside`);
    await rename(b.Id, a.Name.slice(1));
    await rename(a.Id, b.Name.slice(1));
    expect((await p.reeve('resume', '-f', p.manifests)).code).toBe(0);
    await p.untilContainer(web, 'has its name', (c) => c.Name === a.Name);
    await p.untilContainer('Service/other', 'has its name', (c) => c.Name === b.Name);
    await expectUntouched(p, a);
    await expectUntouched(p, b);
  });

  test('a kill while suspended is told at once, and once', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web')]);
    expect((await p.reeve('suspend', '-f', p.manifests)).code).toBe(0);
    await act(p.socket, (await p.container(web)).Id, 'kill');
    await p.untilEvent(web, 'StoppedByHand', /nothing is done until reeve resume/);
    expect((await p.reeve('resume', '-f', p.manifests)).code).toBe(0);
    await p.untilContainer(web, 'runs again', running);
    const told = (await p.events()).filter((e) => e.reason === 'StoppedByHand');
    expect(told.map((e) => e.count)).toEqual([1]);
  });

  test('a limit that the manifest sets and takes back is no drift; by hand it is', async (t) => {
    const p = await platformFor(t);
    await keep(p, [service('web', ['pids_limit: 50'])]);
    const seenBroughtTo = new Set<string | undefined>([undefined]);
    for (const pids of [40, 50]) {
      await p.declare([service('web', [`pids_limit: ${pids}`])]);
      const { Id } = await p.untilContainer(web, `has ${pids}`, (c) => c.HostConfig.PidsLimit === pids);
      // A hand that is quicker than the look after our own act would be taken for a part of the change.
      const broughtTo = await until(
        async () => {
          const now = (await p.fromStore((s) => s.facts())).broughtTo[Id];
          return seenBroughtTo.has(now) ? undefined : now;
        },
        15_000,
        `the container is seen to have been brought to ${pids}`,
      );
      seenBroughtTo.add(broughtTo);
    }
    expect((await p.events()).filter((e) => e.reason === 'Drifted')).toEqual([]);
    await act(p.socket, (await p.container(web)).Id, 'update', { PidsLimit: 30 });
    await p.untilEvent(web, 'Drifted');
  });

  test('removals that are held back stand in the status, with what is left', async (t) => {
    const p = await platformFor(t);
    const declared = ['web', 'b', 'c', 'd'].map((name) => service(name));
    await keep(p, declared);
    await p.declare(declared.slice(0, 1));
    await p.untilEvent(`Platform/${p.name}`, 'DeletionBlocked');
    const { stdout } = await p.reeve('status', '-f', p.manifests);
    for (const words of ['DeletionBlocked', 'Service/b', 'declared no more']) expect(stdout).toContain(words);
    expect((await p.reeve('explain', 'b', '-f', p.manifests)).stdout).toContain('--allow-delete');
    expect((await p.reeve('logs', 'b', '-p', p.name)).code).toBe(0);
  });

  test('a network alias that the manifest takes away goes', async (t) => {
    const p = await platformFor(t);
    const on = (aliases: string) => [
      document('Network', 'back'),
      service('web', [`networks: {back: {aliases: [${aliases}]}}`]),
    ];
    await keep(p, on('database, primary'));
    const before = await p.container(web);
    await p.declare(on('database'));
    const aliasesOf = (c: Inspected) => Object.values(c.NetworkSettings.Networks)[0]?.Aliases ?? [];
    await p.untilContainer(web, 'has lost it', (c) => {
      const aliases = aliasesOf(c);
      return aliases.includes('database') && !aliases.includes('primary');
    });
    await expectUntouched(p, before);
  });
});
