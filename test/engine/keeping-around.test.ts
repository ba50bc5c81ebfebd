// What stands around containers, on a real engine: volumes, what is not ours or declared no more, files, a person's word.

import { readFile, writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { freePort } from '../support/free-port.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor } from '../support/kept.ts';
import { expectUntouched, running, web } from '../support/misdeeds.ts';
import { document, service } from '../support/platform.ts';
import { patienceMs, throughout, until } from '../support/until.ts';
import { act, type Inspected, inspect, remove, runForeign } from '../support/world.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
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

describe.concurrent('what is set when a network or a volume is made', () => {
  test('is told once the manifest says otherwise, and the members go on', async (t) => {
    const p = await platformFor(t);
    const icc = 'com.docker.network.bridge.enable_icc';
    const member = service('web', ['networks: [back]', 'volumes: ["data:/data"]']);
    const options = `{labels: {a: "1"}, driver_opts: {${icc}: "true"}, ipam: {driver: default, options: {o: "1"}}}`;
    await keep(p, [
      document('Network', 'back', options),
      document('Volume', 'data', '{driver_opts: {type: tmpfs, device: tmpfs}}'),
      member,
    ]);
    const before = await p.container(web);
    expect((await p.reeve('status', '-f', p.manifests)).stdout).not.toContain('Differs');
    await p.declare([document('Network', 'back', '{labels: {a: "2"}}'), document('Volume', 'data'), member]);
    await p.untilEvent(
      'Network/back',
      'NetworkDiffers',
      new RegExp(`^ipam option o, option ${icc}, label a of network`),
    );
    await p.untilEvent('Volume/data', 'VolumeDiffers', /option device, option type of volume/);
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
      patienceMs,
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
    const port = await freePort();
    const foreign = await runForeign(p.socket, `${p.name}-theirs`, {
      Image: 'reeve-test:1',
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostPort: String(port) }] } },
    });
    t.onTestFinished(() => remove(p.socket, foreign));
    await p.declare([service('web', [`ports: ["${port}:80"]`]), service('other')]);
    await p.run();
    const { message } = await p.untilCondition(web, 'Degraded', /PortTaken/);
    expect(message).toContain(`${p.name}-theirs`);
    await p.untilReady('Service/other');
    expect((await inspect(p.socket, foreign)).State.Running).toBe(true);
    await remove(p.socket, foreign);
    await p.untilContainer(web, 'runs', running);
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
    await until(
      async () => (await p.containers()).length === kept.length,
      patienceMs,
      'its container is gone',
    );
    const gone = async (path: string) =>
      (await askEngine(p.socket, 'GET', path, undefined, [404])).status === 404;
    await until(() => gone(`/networks/${p.name}_back`), patienceMs, 'its network is gone');
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
      patienceMs,
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
        patienceMs,
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
