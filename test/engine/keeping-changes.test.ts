// What was changed of a container behind reeve's back, on a real engine: in place where the engine can, else a new one.

import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { exec, expectUntouched, loop, MiB, running, web } from '../support/misdeeds.ts';
import { document, service } from '../support/platform.ts';
import { patienceMs, throughout, until } from '../support/until.ts';
import { act, inspect } from '../support/world.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

describe.concurrent('what only a new container can have', () => {
  test('recreates; the old one stays stopped beside it until the new one is ready', async (t) => {
    const p = await platformFor(t);
    const slow =
      'healthcheck: {test: ["CMD", "test", "-e", "/tmp/ok"], interval: 300ms, timeout: 10s, retries: 1000}';
    // The second gets well when it is told to: until then the old one can be looked at.
    const wait = 'until [ $$MODE = a ] || [ -e /tmp/go ]; do sleep 0.1; done';
    const spec = (mode: string) => [
      loop(`${wait}; touch /tmp/ok`),
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
        if (!all.some((c) => c.id !== before.Id && c.state === 'running')) return false;
        const seen = await inspect(p.socket, before.Id);
        return (
          seen.State.Status === 'exited' &&
          seen.HostConfig.RestartPolicy.Name === 'no' &&
          seen.Name !== before.Name
        );
      },
      patienceMs,
      'the old one is kept, stopped, renamed and without its restart policy',
    );
    const next = (await p.containers()).find((c) => c.id !== before.Id && c.state === 'running');
    await exec(p, next?.id ?? '', ['touch', '/tmp/go']);
    await until(async () => (await p.containers()).length === 1, patienceMs, 'only the new one is left');
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
    await p.untilCondition(web, 'Degraded', /./);
    const after = await p.untilContainer(
      web,
      'is the old one again',
      (c) => c.Id === before.Id && running(c),
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
    const after = await p.untilContainer(web, 'is a new one', (c) => c.Id !== before.Id && running(c));
    expect(after.Config.Env).toContain('TOKEN=second-value-xyz');
    expect(JSON.stringify(await p.events())).not.toMatch(/value-xyz/);
    expect(JSON.stringify(after.Config.Labels)).not.toMatch(/value-xyz/);
    expect((await readFile(`${p.state}/store.db-wal`)).includes('value-xyz')).toBe(false);
  });

  test('what was taken away from the manifest is gone, and no difference of the new container', async (t) => {
    const p = await platformFor(t);
    const own = ['shm_size: 16m', 'logging: {driver: json-file, options: {max-size: 1m}}'];
    await p.declare([service('web', own)]);
    await p.apply();
    expect((await p.container(web)).HostConfig.ShmSize).toBe(16 * MiB);
    await p.declare([service('web')]);
    await p.apply();
    expect((await p.container(web)).HostConfig.ShmSize).toBe(64 * MiB);
    expect((await p.apply()).stdout).toContain('0 steps done');
    expect(JSON.stringify(await p.events())).not.toContain('NotTakenByEngine');
    expect((await p.reeve('status', '-f', p.manifests)).stdout).not.toMatch(/differ/);
  });

  test('it is seen also where that revision left the resource out, by plan as by apply', async (t) => {
    const p = await platformFor(t);
    const other = (v: string): string => service('other', [`environment: {V: "${v}"}`]);
    await p.declare([service('web', ['hostname: own']), other('1')]);
    await p.apply();
    const before = await p.container(web);
    expect(before.Config.Hostname).toBe('own');
    await p.declare([service('web'), other('2')]);
    await p.apply('other');
    expect((await p.container(web)).Id).toBe(before.Id);
    await p.declare([service('web'), other('3')]);
    const plan = await p.reeve('plan');
    expect(plan.stdout).toContain('hostname: own →');
    await p.apply();
    expect((await p.container(web)).Config.Hostname).not.toBe('own');
  });

  test('the address of a network is the container’s own on an older engine: another one is another container', async (t) => {
    const p = await platformFor(t);
    const on = (mac: string) => [
      document('Network', 'back'),
      service('web', [`networks: {back: {mac_address: "${mac}"}}`]),
    ];
    await p.declare(on('02:42:ac:11:00:61'));
    await p.apply();
    await p.declare(on('02:42:ac:11:00:62'));
    await p.apply();
    const { NetworkSettings } = await p.container(web);
    expect(NetworkSettings.Networks[`${p.name}_back`]).toMatchObject({ MacAddress: '02:42:ac:11:00:62' });
    expect((await p.apply()).stdout).toContain('0 steps done');
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
      patienceMs,
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
      patienceMs,
      'the network is removed',
    );
    for (const c of before) {
      await until(
        async () => {
          const id = (await inspect(p.socket, c.Id)).NetworkSettings.Networks[network]?.NetworkID ?? oldId;
          return id !== '' && id !== oldId;
        },
        patienceMs,
        `${c.Name} is on the new network`,
      );
      await expectUntouched(p, c);
    }
  });
});
