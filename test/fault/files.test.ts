// Faults 5 and 8: manifests that break while the controller runs, and files that change all at once. The last good
// revision stays in force; whatever way files are replaced, there is one load of the final state.

import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor, untilAllReady } from '../support/kept.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { type Controller, startController } from '../support/reeve.ts';
import { patienceMs, throughout, until } from '../support/until.ts';

const run = promisify(execFile);

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

const loads = (controller: Controller): number =>
  controller.log().filter((line) => line['msg'] === 'manifests loaded').length;

/** The loads that a change brought, once the container shows the change and for a while after. */
async function loadsOf(
  p: TestPlatform,
  controller: Controller,
  change: () => Promise<unknown>,
  last: string,
): Promise<number> {
  const before = loads(controller);
  await change();
  await p.untilContainer(
    'Service/web',
    `has ${last}`,
    (c) => c.Config.Env?.includes(`MODE=${last}`) === true,
  );
  await throughout(() => true, 1_000, 'no more loads come');
  return loads(controller) - before;
}

/** As one burst, however long this machine takes to write it: the controller sees nothing before it is over. */
function atOnce(controller: Controller, change: () => Promise<unknown>): () => Promise<void> {
  return async () => {
    controller.process.kill('SIGSTOP');
    try {
      await change();
    } finally {
      controller.process.kill('SIGCONT');
    }
  };
}

/** What a change brings has come, however late. */
async function untilNoMoreLoads(controller: Controller): Promise<void> {
  for (let before = -1; before !== loads(controller); ) {
    before = loads(controller);
    await throughout(() => true, 1_500, 'loads come');
  }
}

const web = (mode: string): string => service('web', [`environment: {MODE: ${mode}}`]);

describe.concurrent('a manifest that breaks while the controller runs', () => {
  test('leaves the last good revision in force and says where; mended, it goes on', async (t) => {
    const p = await platformFor(t);
    await keep(p, [web('a')]);
    const before = await p.container('Service/web');
    await p.write('reeve.yaml', `${p.manifest([web('b')])}  comand: [x]\n`);
    const event = await p.untilEvent(`Platform/${p.name}`, 'ManifestsInvalid', /reeve\.yaml:\d+:\d+.*comand/);
    expect(event.type).toBe('Warning');
    const status = await p.reeve('status', '-f', p.manifests);
    expect(`${status.stdout}${status.stderr}`).toMatch(/reeve\.yaml:\d+:\d+/);
    expect((await p.container('Service/web')).Id).toBe(before.Id);
    // Still kept: what is killed meanwhile comes back as the good revision says.
    process.kill(before.State.Pid, 'SIGKILL');
    const kept = await p.untilContainer(
      'Service/web',
      'runs again',
      (c) => c.State.Running && c.State.Pid !== before.State.Pid,
    );
    expect(kept.Config.Env).toContain('MODE=a');
    await p.declare([web('b')]);
    await p.untilEvent(`Platform/${p.name}`, 'ManifestsValid');
    await p.untilContainer('Service/web', 'is the new one', (c) => c.Config.Env?.includes('MODE=b') === true);
  });

  test('a controller that starts on a broken manifest keeps what was in force', async (t) => {
    const p = await platformFor(t);
    await p.declare([web('a')]);
    await p.apply();
    await p.write('reeve.yaml', 'apiVersion: reeve/v1\nkind: [\n');
    const controller = await startController(['-f', p.manifests, '-p', p.name], {
      state: p.state,
      cwd: p.manifests,
      socket: p.socket,
    });
    t.onTestFinished(async () => {
      await controller.kill9();
    });
    const before = await p.container('Service/web');
    process.kill(before.State.Pid, 'SIGKILL');
    await p.untilContainer(
      'Service/web',
      'runs again',
      (c) => c.State.Running && c.State.Pid !== before.State.Pid,
    );
  });
});

describe.concurrent('files that change all at once are one load of the final state', () => {
  test('200 files saved in one go', async (t) => {
    const p = await platformFor(t);
    const file = (i: number, mode: string): string =>
      `apiVersion: reeve/v1\nkind: ResourceLimits\nmetadata: {name: l${i}, labels: {mode: ${mode}}}\nspec: {selector: {name: web}, limits: {pids: ${100 + i}}}\n`;
    const write = (mode: string) =>
      Promise.all([
        ...Array.from({ length: 199 }, (_, i) => p.write(`l${i}.yaml`, file(i, mode))),
        p.write('web.yaml', web(mode)),
      ]);
    await write('a');
    const controller = await keep(p, []);
    expect(
      await loadsOf(
        p,
        controller,
        atOnce(controller, () => write('b')),
        'b',
      ),
    ).toBe(1);
  });

  test('a git checkout under the watcher', async (t) => {
    const p = await platformFor(t);
    const git = (...args: string[]) =>
      run('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: p.manifests });
    const commit = async (mode: string) => {
      await p.declare([web(mode)]);
      await Promise.all(
        Array.from({ length: 30 }, (_, i) => p.write(`s${i}.yaml`, `# ${mode}\n${limits(i)}`)),
      );
      await git('add', '-A');
      await git('commit', '-qm', mode);
    };
    await git('init', '-q', '-b', 'one');
    await commit('a');
    await git('checkout', '-q', '-b', 'two');
    await commit('b');
    await git('checkout', '-q', 'one');
    const controller = await p.run();
    await untilAllReady(p);
    expect(
      await loadsOf(
        p,
        controller,
        atOnce(controller, () => git('checkout', '-q', 'two')),
        'b',
      ),
    ).toBe(1);
  });

  test('a symlink swapped as a mounted ConfigMap is', async (t) => {
    const p = await platformFor(t);
    const version = async (name: string, mode: string) => {
      await mkdir(p.path(name), { recursive: true });
      await writeFile(join(p.path(name), 'reeve.yaml'), p.manifest([web(mode)]));
    };
    await version('..v1', 'a');
    await version('..v2', 'b');
    await version('..v3', 'c');
    await symlink('..v1', p.path('..data'));
    await symlink('..data/reeve.yaml', p.path('reeve.yaml'));
    const controller = await p.run();
    await untilAllReady(p);
    const swap = async (to: string) => {
      await symlink(to, p.path('..data_tmp'));
      await rename(p.path('..data_tmp'), p.path('..data'));
    };
    expect(
      await loadsOf(
        p,
        controller,
        atOnce(controller, () => swap('..v2')),
        'b',
      ),
    ).toBe(1);
    await rm(p.path('..v1'), { recursive: true });
    await untilNoMoreLoads(controller);
    expect(
      await loadsOf(
        p,
        controller,
        atOnce(controller, () => swap('..v3')),
        'c',
      ),
    ).toBe(1);
    expect(await readdir(p.manifests)).toContain('reeve.yaml');
  });

  test('an editor that truncates and writes in two strokes never shows a half file', async (t) => {
    const p = await platformFor(t);
    const controller = await keep(p, [web('a')]);
    const text = p.manifest([web('b')]);
    await loadsOf(
      p,
      controller,
      async () => {
        await writeFile(p.path('reeve.yaml'), text.slice(0, text.length / 2));
        await writeFile(p.path('reeve.yaml'), text);
      },
      'b',
    );
    await until(async () => (await p.containers()).length === 1, patienceMs, 'one container is left');
  });
});

function limits(i: number): string {
  return `apiVersion: reeve/v1\nkind: ResourceLimits\nmetadata: {name: l${i}}\nspec: {selector: {name: web}, limits: {pids: ${100 + i}}}\n`;
}
