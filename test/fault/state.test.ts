// Faults 7 and 9: a state folder that cannot be written, is full, is damaged or is gone. A clear error or a condition;
// what was acknowledged is still there; a lost store restarts nothing.

import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keep, platformFor, untilAllReady } from '../support/kept.ts';
import { cpuShare } from '../support/pace.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { patienceMs, throughout, until } from '../support/until.ts';
import { act } from '../support/world.ts';

const run = promisify(execFile);

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

/** A platform whose state folder is a small disk of its own. */
async function onSmallDisk(t: TestContext, size: string): Promise<TestPlatform> {
  const state = await mkdtemp(join(tmpdir(), 'reeve-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', state]);
  const p = await platformFor(t, { state });
  // After the platform's own end: finishers run last come, first served.
  t.onTestFinished(async () => {
    await p.close();
    await run('umount', ['-l', state]);
    await rm(state, { recursive: true });
  }, 60_000);
  return p;
}

async function fill(folder: string): Promise<string> {
  const path = join(folder, 'filler');
  const file = await open(path, 'w');
  try {
    for (const size of [65_536, 4_096, 512]) {
      for (const block = Buffer.alloc(size); ; ) await file.write(block);
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    await file.close();
  }
  return path;
}

/** An answer for people: says which folder or file, and no stack. */
function expectClear(words: string, about: string): void {
  expect(words).toContain(about);
  expect(words).not.toMatch(/\n\s+at /);
}

describe.concurrent('a state folder', () => {
  test('that is read-only is a clear error of every command that acts; reading commands still read', async (t) => {
    const p = await onSmallDisk(t, '8m');
    await p.declare([service('web')]);
    await p.apply();
    await run('mount', ['-o', 'remount,ro', p.state]);
    const apply = await p.reeve('apply', '--yes', '-f', p.manifests);
    expect([1, 77]).toContain(apply.code);
    expectClear(apply.stderr, p.state);
    const controller = await p.reeve('run', '-f', p.manifests);
    expect([1, 77]).toContain(controller.code);
    expectClear(controller.stderr, p.state);
    const read = await p.reeve('get', '-f', p.manifests);
    expect(read.stdout).toContain('web');
    await run('mount', ['-o', 'remount,rw', p.state]);
    await p.apply();
  });

  test('whose disk is full: it is told, the containers run on, what was acknowledged is there, and with room it goes on', async (t) => {
    const p = await onSmallDisk(t, '2m');
    const controller = await keep(p, [service('web'), service('other')]);
    const events = await p.events();
    const filler = await fill(p.state);
    const before = await p.container('Service/web');
    await act(p.socket, before.Id, 'stop?t=0');
    await until(
      () => /disk is full/.test(controller.output().stderr),
      patienceMs,
      'the log says that the disk is full',
    );
    expect(controller.process.exitCode).toBe(null);
    const share = await cpuShare(controller.cpuMs, () =>
      throughout(() => controller.process.exitCode === null, 3_000, 'the controller lives'),
    );
    expect(share).toBeLessThan(1 / 3);
    const kept = await p.events();
    for (const event of events) expect(kept.map((e) => e.seq)).toContain(event.seq);
    await rm(filler);
    await p.untilContainer('Service/web', 'runs again', (c) => c.State.Running);
  });

  test('whose store file is damaged: nothing is deleted, and the words say what to do', async (t) => {
    const p = await platformFor(t);
    await p.declare([service('web')]);
    await p.apply();
    const store = join(p.state, 'store.db');
    const before = await p.container('Service/web');
    const { size } = await stat(store);
    await rm(`${store}-wal`, { force: true });
    const file = await open(store, 'r+');
    await file.write(Buffer.alloc(200, 0x5a), 0, 200, 0);
    await file.close();
    for (const args of [['apply', '--yes'], ['run'], ['status']]) {
      const [verb = '', ...rest] = args;
      const result = await p.reeve(verb, ...rest, '-f', p.manifests);
      expect(result.code, verb).toBe(1);
      expectClear(result.stderr, `${store} is damaged`);
      expect(result.stderr).toMatch(/mv /);
    }
    expect((await stat(store)).size).toBe(size);
    expect((await p.container('Service/web')).State.StartedAt).toBe(before.State.StartedAt);
  });

  test('that is deleted while everything runs: the next start restarts nothing, says StoreLost and waits for a person', async (t) => {
    const p = await platformFor(t);
    const controller = await keep(p, [service('web', ['restart: always']), service('db')]);
    const before = [await p.container('Service/web'), await p.container('Service/db')];
    await controller.kill9();
    await rm(p.state, { recursive: true });
    await writeFile(p.path('note.txt'), 'as after a lost disk');
    await p.run();
    await p.untilEvent(`Platform/${p.name}`, 'StoreLost', /reeve resume/);
    await throughout(
      async () => {
        const now = [await p.container('Service/web'), await p.container('Service/db')];
        return now.every(
          (c, i) => c.Id === before[i]?.Id && c.State.StartedAt === before[i]?.State.StartedAt,
        );
      },
      2_000,
      'nothing is restarted',
    );
    const status = await p.reeve('status', '-f', p.manifests);
    expect(status.stdout).toContain('StoreLost');
    // Suspended: a hold may have been lost with the store.
    await act(p.socket, before[1]?.Id ?? '', 'stop?t=0');
    await throughout(async () => !(await p.container('Service/db')).State.Running, 1_500, 'it is left');
    expect((await p.reeve('resume', '-f', p.manifests)).code).toBe(0);
    await p.untilContainer('Service/db', 'runs again', (c) => c.State.Running);
    await untilAllReady(p);
    expect((await p.container('Service/web')).State.StartedAt).toBe(before[0]?.State.StartedAt);
  });
});
