// A platform kept from a git repository, where something outside of the repository is in the way: what is in force is kept,
// what is wrong is told once, and what waits comes in once it can, also after a restart.

import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { type KeptFromGit, keptFromGit, seen, untilSeen } from '../support/kept-from-git.ts';
import { exec, expectUntouched, running, web } from '../support/misdeeds.ts';
import type { TestPlatform } from '../support/platform.ts';
import { patienceMs, throughout, until } from '../support/until.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

const tree = (p: TestPlatform, path: string): string => join(p.state, 'git/tree', path);

/** Somebody's data where a commit has a file. */
async function dataAt(p: TestPlatform, path: string): Promise<void> {
  await rm(tree(p, path), { force: true });
  await mkdir(tree(p, path));
  await writeFile(join(tree(p, path), 'rows'), 'precious');
}

async function countOf(p: TestPlatform, reason: string): Promise<number> {
  const found = (await p.events()).filter((e) => e.reason === reason);
  return found.reduce((sum, e) => sum + e.count, 0);
}

/** Its first process ends; a controller that keeps it starts it again. */
async function expectHealed(p: TestPlatform): Promise<void> {
  const before = await p.container(web);
  await exec(p, before.Id, ['sh', '-c', 'kill 1']);
  await p.untilContainer(
    web,
    'runs again',
    (c) => running(c) && c.State.StartedAt !== before.State.StartedAt,
    2 * patienceMs,
  );
}

const untilNot = (p: TestPlatform, type: string): Promise<unknown> =>
  until(
    async () =>
      (await p.fromStore((s) => s.conditions())).some(
        (c) => c.ref === `Platform/${p.name}` && c.type === type && !c.status,
      ),
    patienceMs,
    `${type} is over`,
  );

describe.concurrent('a commit whose files have no room', () => {
  test('begins nothing and is told once; a restarted controller keeps what is in force; it comes in once there is room', async (t) => {
    const { p, remote, controller, files, again } = await keptFromGit(t);
    const platform = `Platform/${p.name}`;
    await dataAt(p, 'prod/notes');
    const before = await p.container(web);
    await remote.push('notes', {
      ...files('2', ['environment: {A: "2"}']),
      'prod/notes': 'a file\n',
    });
    const { message } = await p.untilCondition(platform, 'Degraded', /NotTakenIn/);
    expect(message).toMatch(
      /last good revision stays in force: the commit has a file where there is a folder with data: .*prod\/notes; move the folder away/,
    );
    const synced = await p.reeve('sync');
    expect(synced).toMatchObject({ code: 73, stderr: expect.stringContaining('move the folder away') });
    await throughout(async () => (await countOf(p, 'NotTakenIn')) === 1, 1_500, 'it is told once');
    expect(await p.fromStore((s) => s.procedures({ limit: 10 }))).toEqual([]);
    await expectUntouched(p, before);
    expect(await readFile(tree(p, 'prod/web.conf'), 'utf8')).toBe('level=1\n');
    await controller.stop();
    await again();
    await expectHealed(p);
    expect(await countOf(p, 'NotTakenIn')).toBe(1);
    expect((await p.reeve('status')).stdout).toMatch(/NotTakenIn since .*move the folder away/);
    await rename(tree(p, 'prod/notes'), tree(p, 'prod/moved'));
    await untilSeen(p, '2');
    await p.untilEvent(platform, 'ManifestsValid');
  });
});

describe.concurrent('a commit that came while the platform was suspended comes in force with resume', () => {
  test('also when the controller was restarted meanwhile', async (t) => {
    const { p, remote, controller, files, again } = await keptFromGit(t);
    await p.reeve('suspend', '--reason', 'a test');
    await remote.push('louder', files('2'));
    await p.untilEvent(`Platform/${p.name}`, 'CommitFetched', /louder/);
    await controller.stop();
    await again();
    const synced = await p.reeve('sync');
    expect(synced.stdout).toMatch(
      /is followed already; it waits, for the platform is suspended: reeve resume/,
    );
    expect(await seen(p)).toBe('level=1\n');
    await p.reeve('resume');
    await untilSeen(p, '2');
  });

  test('also while the remote is away', async (t) => {
    const { p, remote, files } = await keptFromGit(t);
    await p.reeve('suspend', '--reason', 'a test');
    await remote.push('louder', files('2'));
    await p.untilEvent(`Platform/${p.name}`, 'CommitFetched', /louder/);
    await rename(remote.url, `${remote.url}.away`);
    await p.untilCondition(`Platform/${p.name}`, 'SyncFailed', /RepositoryMissing/);
    await p.reeve('resume');
    await untilSeen(p, '2');
  });
});

/** Two revisions: the second is in force and has no more the file that the first had. */
async function twoRevisions(kept: KeptFromGit): Promise<string> {
  const { p, remote, files } = kept;
  const first = await p.fromStore((s) => s.inForce());
  await remote.push('louder', { ...files('2', ['environment: {A: "2"}']), 'prod/extra': undefined });
  await untilSeen(p, '2');
  await until(
    async () => (await p.fromStore((s) => s.procedures({ running: true, limit: 10 }))).length === 0,
    2 * patienceMs,
    'the rollout is over',
  );
  return first?.id ?? '';
}

const withExtra = { more: { 'prod/extra': 'x\n' } };

describe.concurrent('a rollback', () => {
  test('whose files have no room, or that no controller can bring them for, is refused before anything is stopped', async (t) => {
    const kept = await keptFromGit(t, withExtra);
    const { p, controller } = kept;
    const first = await twoRevisions(kept);
    await dataAt(p, 'prod/extra');
    const before = await p.container(web);
    const refused = await p.reeve('rollback', '--yes', '--to', first);
    expect(refused).toMatchObject({
      code: 73,
      stderr: expect.stringMatching(
        /its files cannot be brought: .*folder with data: .*prod\/extra; nothing was stopped/,
      ),
    });
    await expectUntouched(p, before);
    await controller.stop();
    const alone = await p.reeve('rollback', '--yes', '--to', first);
    expect(alone).toMatchObject({
      code: 73,
      stderr: expect.stringMatching(
        /came from a git repository.*nothing was stopped[\s\S]*start reeve run --git/,
      ),
    });
    expect(await p.fromStore((s) => s.procedures({ running: true, limit: 10 }))).toEqual([]);
    await expectUntouched(p, before);
  });

  test('whose files cannot be brought any more heals on; that is told once, and over once there is room', async (t) => {
    const kept = await keptFromGit(t, withExtra);
    const { p, controller, again } = kept;
    const first = await twoRevisions(kept);
    const done = await p.reeve('rollback', '--yes', '--to', first);
    expect(done.code).toBe(0);
    await untilSeen(p, '1');
    await controller.stop();
    // What was brought is not known any more, and somebody's data is in the way.
    await rm(tree(p, '../tree.json'));
    await dataAt(p, 'prod/extra');
    await again();
    const { message } = await p.untilCondition(`Platform/${p.name}`, 'FilesNotBrought', /FilesNotBrought/);
    expect(message).toMatch(
      /the files of commit \w{7} \(Ana: first\) could not be brought, .*move the folder/,
    );
    await expectHealed(p);
    await expectHealed(p);
    expect(await countOf(p, 'FilesNotBrought')).toBe(1);
    await rename(tree(p, 'prod/extra'), tree(p, 'prod/moved'));
    await expectHealed(p);
    await untilNot(p, 'FilesNotBrought');
    expect(await readFile(tree(p, 'prod/extra'), 'utf8')).toBe('x\n');
  });
});
