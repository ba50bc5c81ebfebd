// Manifests from a real repository: what each thing that can happen to a branch comes to.

import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { refOf, type Workload } from '../../../desired-state/resource.ts';
import { remoteFor } from '../../support/git-remote.ts';
import { project, sourcesOf, take } from '../../support/git-sources.ts';

const web = (resources: readonly { kind: string; name: string }[]) =>
  resources.find((r) => r.name === 'web') as Workload;

describe.concurrent('a commit', () => {
  test('is loaded with who made it, and its files have one path over all commits', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const git = sourcesOf(remote);
    const first = (await take(git)).revision;
    expect(first.commit).toMatchObject({ author: 'Ana', subject: 'first', ref: 'main', path: 'prod' });
    expect(first.sources).toEqual([`${remote.url}//prod`]);
    expect(first.resources.map((r) => r.origin)).toEqual(first.resources.map(() => `${remote.url}//prod`));
    expect(web(first.resources).position).toMatchObject({ file: 'prod/compose.yaml', line: 3 });
    await remote.push('louder', project('2'));
    const second = (await take(git)).revision;
    const live = join(remote.folder, 'state/git/tree');
    expect(web(second.resources).container.mounts).toEqual(web(first.resources).container.mounts);
    expect(web(second.resources).container.mounts.map((m) => m.source)).toEqual([
      join(live, 'prod/web.conf'),
      join(live, 'prod/data'),
    ]);
    expect(second.lives).toEqual({ at: live, dataFolders: [join(live, 'prod/data')] });
    expect(web(second.resources).files[0]?.digest).not.toBe(web(first.resources).files[0]?.digest);
    expect(await readFile(join(live, 'prod/web.conf'), 'utf8')).toBe('level=2\n');
  });

  test('that changes nothing of a resource is the same revision', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const git = sourcesOf(remote);
    const first = (await take(git)).revision;
    await remote.push('words', { 'README.md': 'read me\n' });
    const second = (await take(git)).revision;
    expect(second.id).toBe(first.id);
    expect(second.commit?.subject).toBe('words');
  });

  test('touches no file that another commit left as it is, and no data', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const git = sourcesOf(remote);
    await take(git);
    const live = join(remote.folder, 'state/git/tree/prod');
    await mkdir(join(live, 'data'));
    await writeFile(join(live, 'data/rows'), 'precious');
    const before = statSync(join(live, 'web.conf'));
    await remote.push('another', { 'prod/other.txt': 'x\n' });
    await take(git);
    expect(statSync(join(live, 'web.conf')).mtimeMs).toBe(before.mtimeMs);
    // As a container that has it mounted: it has the file, not its name.
    const mounted = await open(join(live, 'web.conf'));
    t.onTestFinished(() => mounted.close());
    await remote.push('louder', { ...project('2'), 'prod/other.txt': undefined });
    await take(git);
    expect(await mounted.readFile('utf8')).toBe('level=2\n');
    expect(existsSync(join(live, 'other.txt'))).toBe(false);
    expect(await readFile(join(live, 'data/rows'), 'utf8')).toBe('precious');
  });

  test('that is bad leaves the good one: its files are not brought, and the next good one is taken', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const git = sourcesOf(remote);
    const good = await take(git);
    await remote.push('a slip', { ...project('2'), 'prod/compose.yaml': 'services: {web: {imag: x}}\n' });
    expect((await git.fetch()).isNew).toBe(true);
    expect(await git.load()).toBeUndefined();
    expect(git.wrongWords).toMatch(/^commit [0-9a-f]{7} \(Ana: a slip\): prod\/compose\.yaml:1:18: /);
    expect(git.good).toBe(good);
    expect(await readFile(join(remote.folder, 'state/git/tree/prod/web.conf'), 'utf8')).toBe('level=1\n');
    await remote.push('mended', project('3'));
    const { commits } = await git.fetch();
    expect(commits).toBe(2);
    expect((await git.load())?.revision.commit?.subject).toBe('mended');
  });

  test('that is bad when a controller starts: it goes on from what was in force', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const good = await take(sourcesOf(remote));
    await remote.push('a slip', { 'prod/compose.yaml': 'services: {web: {imag: x}}\n' });
    await sourcesOf(remote).fetch();
    const git = sourcesOf(remote);
    expect(await git.load()).toBeUndefined();
    expect(git.good?.revision.id).toBe(good.revision.id);
    expect(git.good?.revision.commit?.subject).toBe('first');
  });
});

describe.concurrent('a folder of manifests', () => {
  const platform = 'apiVersion: reeve/v1\nkind: Platform\nmetadata: {name: shop}\nspec: {}\n';
  const service =
    'apiVersion: reeve/v1\nkind: Service\nmetadata: {name: web}\nspec: {image: "reeve-test:1"}\n';

  test('without a usual name in it is read whole', async (t) => {
    const remote = await remoteFor(t, { 'prod/a.yaml': platform, 'prod/b.yaml': service });
    const { revision } = await take(sourcesOf(remote));
    expect(revision.resources.map(refOf)).toContain('Service/web');
  });

  test('with a Compose file is read as Compose reads it: that file and its override', async (t) => {
    const remote = await remoteFor(t, {
      ...project('1'),
      'prod/compose.override.yaml': 'services: {web: {hostname: w}}\n',
      'prod/prometheus.yml': 'global: {}\n',
    });
    const { revision } = await take(sourcesOf(remote));
    expect(web(revision.resources).container.hostname).toBe('w');
  });

  test('is named as a clone of the repository would be, where nothing names it', async (t) => {
    const remote = await remoteFor(t, { 'compose.yaml': 'services: {web: {image: "reeve-test:1"}}\n' });
    const { revision } = await take(sourcesOf(remote, { path: '.' }));
    expect(revision.platform).toBe('platform');
  });
});

describe.concurrent('a branch', () => {
  test('that was rewritten is not followed until a person says so', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const git = sourcesOf(remote);
    await take(git);
    await remote.git('commit', '--quiet', '--amend', '-m', 'another first');
    await remote.push('second', project('2'), { force: true });
    await expect(git.fetch()).rejects.toMatchObject({
      reason: 'HistoryRewritten',
      message: expect.stringMatching(
        /main was rewritten \(a force-push\): commit \w{7} \(Ana: second\) does not come from commit \w{7} \(Ana: first\), which is in force/,
      ),
      hint: expect.stringContaining('reeve sync --accept-rewrite'),
    });
    expect((await git.load())?.revision.commit?.subject).toBe('first');
    await git.fetch(undefined, true);
    expect((await git.load())?.revision.commit?.subject).toBe('second');
  });

  test('beside which a commit is pinned was not rewritten, before and after it is unpinned', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const git = sourcesOf(remote);
    await take(git);
    await remote.git('checkout', '--quiet', '-b', 'try');
    const beside = await remote.push('a try', project('9'));
    await remote.git('checkout', '--quiet', 'main');
    await remote.push('second', project('2'));
    const comes = async () => (await git.fetch()).commit.subject;
    const inForce = async () => {
      const loaded = await git.load();
      if (loaded !== undefined) await git.bring(loaded.revision);
      return loaded?.revision.commit?.subject;
    };
    await git.pin(beside);
    expect([await inForce(), await comes()]).toEqual(['a try', 'second']);
    await remote.push('third', project('3'));
    expect([await comes(), await inForce()]).toEqual(['third', 'a try']);
    await git.unpin();
    await remote.push('fourth', project('4'));
    expect([await comes(), await inForce()]).toEqual(['fourth', 'fourth']);
    // What was in force of it before is not forgotten meanwhile.
    await git.pin(beside);
    await inForce();
    await remote.git('commit', '--quiet', '--amend', '-m', 'another fourth');
    await remote.push('fifth', project('5'), { force: true });
    await expect(git.fetch()).rejects.toMatchObject({
      reason: 'HistoryRewritten',
      message: expect.stringMatching(/\(Ana: fourth\), which was in force before what is pinned$/),
    });
    await git.fetch(undefined, true);
    await remote.push('sixth', project('6'));
    await git.unpin();
    expect([await comes(), await inForce()]).toEqual(['sixth', 'sixth']);
  });

  test('that was set back to an older commit was rewritten', async (t) => {
    const remote = await remoteFor(t, project('1'));
    await remote.push('second', project('2'));
    const git = sourcesOf(remote);
    await take(git);
    await remote.git('reset', '--quiet', '--hard', 'HEAD~1');
    await remote.git('push', '--quiet', '--force', 'origin', 'HEAD');
    await expect(git.fetch()).rejects.toMatchObject({ reason: 'HistoryRewritten' });
  });

  test('whose bad commit was amended goes on: it still comes from what is in force', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const git = sourcesOf(remote);
    await take(git);
    await remote.push('a slip', { 'prod/compose.yaml': 'services: {web: {imag: x}}\n' });
    await git.fetch();
    await git.load();
    await remote.write(project('2'));
    await remote.git('add', '--all');
    await remote.git('commit', '--quiet', '--amend', '-m', 'no slip');
    await remote.git('push', '--quiet', '--force', 'origin', 'HEAD');
    expect((await git.fetch()).commit.subject).toBe('no slip');
    expect((await git.load())?.revision.commit?.subject).toBe('no slip');
  });

  test('that is another one than before was not rewritten', async (t) => {
    const remote = await remoteFor(t, project('1'));
    await take(sourcesOf(remote));
    await remote.git('checkout', '--quiet', '--orphan', 'release/2');
    await remote.push('of the release', project('2'));
    const release = sourcesOf(remote, { ref: 'release/2' });
    expect((await release.load())?.revision.commit?.subject).toBe('first');
    expect((await take(release)).revision.commit?.subject).toBe('of the release');
    expect((await take(sourcesOf(remote))).revision.commit?.subject).toBe('first');
  });

  test('that is another one is followed from where it was found, also if that never came in force', async (t) => {
    const remote = await remoteFor(t, project('1'));
    await take(sourcesOf(remote));
    await remote.git('checkout', '--quiet', '--orphan', 'release/2');
    await remote.push('a slip', project('2'));
    const release = sourcesOf(remote, { ref: 'release/2' });
    await release.fetch();
    await remote.push('mended', project('3'));
    expect((await release.fetch()).commit.subject).toBe('mended');
    expect((await take(sourcesOf(remote))).revision.commit?.subject).toBe('first');
  });

  test('that got two commits between two polls is followed to the newer one', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const git = sourcesOf(remote);
    await take(git);
    await remote.push('second', project('2'));
    await remote.push('third', project('3'));
    const { commit, commits } = await git.fetch();
    expect([commit.subject, commits]).toEqual(['third', 2]);
  });

  test('whose newer commit has an older time is followed all the same', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const git = sourcesOf(remote);
    await take(git);
    await remote.write(project('2'));
    await remote.git('add', '--all');
    await remote.git(
      '-c',
      'user.name=Ana',
      'commit',
      '--quiet',
      '-m',
      'by a slow clock',
      '--date=2001-01-01T00:00:00Z',
    );
    await remote.git('rebase', '--quiet', '--committer-date-is-author-date', '--force-rebase', 'HEAD~1');
    await remote.git('push', '--quiet', 'origin', 'HEAD');
    expect((await git.fetch()).commit.subject).toBe('by a slow clock');
  });

  test('that is gone is told as that, and so is a repository that is gone', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const git = sourcesOf(remote);
    await take(git);
    await remote.git('push', '--quiet', 'origin', 'HEAD:refs/heads/other');
    await remote.git('--git-dir', remote.url, 'update-ref', '-d', 'refs/heads/main');
    await expect(git.fetch()).rejects.toMatchObject({ reason: 'RefMissing' });
    await rename(remote.url, `${remote.url}.away`);
    await expect(git.fetch()).rejects.toMatchObject({ reason: 'RepositoryMissing' });
    expect((await git.load())?.revision.commit?.subject).toBe('first');
  });

  test('that cannot be reached: what was fetched is loaded', async (t) => {
    const remote = await remoteFor(t, project('1'));
    await take(sourcesOf(remote));
    await rename(remote.url, `${remote.url}.away`);
    const { revision } = await sourcesOf({ ...remote, url: `file://${remote.url}` }).mustLoad();
    expect(revision.commit?.subject).toBe('first');
    const closed = sourcesOf({ folder: remote.folder, url: 'http://127.0.0.1:9/platform.git' });
    await expect(closed.fetch()).rejects.toMatchObject({ reason: 'RemoteUnreachable', status: 69 });
  });
});

describe.concurrent('what a commit may not hold', () => {
  const refused = async (
    t: Parameters<typeof remoteFor>[0],
    files: Parameters<Awaited<ReturnType<typeof remoteFor>>['push']>[1],
    settings: Parameters<typeof sourcesOf>[1] = {},
  ) => {
    const remote = await remoteFor(t, project('1'));
    await remote.push('next', files);
    const git = sourcesOf(remote, settings);
    await git.fetch();
    expect(await git.load()).toBeUndefined();
    return { code: git.wrong[0]?.code, words: git.wrongWords };
  };

  test('a path without manifests: the nearest is named', async (t) => {
    const { code, words } = await refused(t, {}, { path: 'platforms/prod' });
    expect(code).toBe('PathMissing');
    expect(words).toMatch(
      /: platforms\/prod: this commit has nothing at --path; was it moved\? there is prod$/,
    );
  });

  test('a submodule', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const other = await remoteFor(t, { 'x.txt': 'x' });
    await remote.git(
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      other.url,
      'prod/shared',
    );
    await remote.push('shared', {});
    const git = sourcesOf(remote);
    await git.fetch();
    expect(await git.load()).toBeUndefined();
    expect(git.wrongWords).toMatch(
      /: prod\/shared: this is a submodule: .* keep its files in this repository$/,
    );
  });

  test('a file of git-lfs', async (t) => {
    const { code, words } = await refused(t, {
      '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
      'prod/model.bin': `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n`,
    });
    expect(code).toBe('LfsRefused');
    expect(words).toMatch(/: prod\/model\.bin: this file is kept by git-lfs/);
  });

  test('a link out of the repository; one within it is good', async (t) => {
    const { words } = await refused(t, { 'prod/key': { link: '/etc/shadow' } });
    expect(words).toMatch(/: prod\/key: this link leads out of the repository, to \/etc\/shadow/);
    const remote = await remoteFor(t, { ...project('1'), 'prod/same.conf': { link: 'web.conf' } });
    await take(sourcesOf(remote));
    expect(await readFile(join(remote.folder, 'state/git/tree/prod/same.conf'), 'utf8')).toBe('level=1\n');
  });

  test('a link out of it by way of another, though each by its text stays within', async (t) => {
    const { code, words } = await refused(t, {
      'a/b/top': { link: '../..' },
      'prod/key': { link: '../a/b/top/../../etc/shadow' },
    });
    expect(code).toBe('LinkRefused');
    expect(words).toMatch(/: prod\/key: this link leads out of the repository/);
  });

  test('more than may be fetched or laid out', async (t) => {
    const remote = await remoteFor(t, { ...project('1'), 'dump.sql': 'x'.repeat(3_000_000) });
    const git = sourcesOf(remote, { maxBytes: 2 * 1024 * 1024 });
    await git.fetch();
    expect(await git.load()).toBeUndefined();
    const random = randomBytes(40_000_000);
    await remote.push('more', { 'dump.bin': random });
    await expect(git.fetch()).rejects.toMatchObject({ reason: 'RepositoryTooLarge' });
    const packs = await readdir(join(remote.folder, 'state/git/repository/objects/pack'));
    expect(packs.filter((name) => name.startsWith('tmp_'))).toEqual([]);
    expect(git.wrongWords).toMatch(/: dump\.sql: the files of this commit weigh 2.9 MiB, more than 2.0 MiB;/);
  });
});

describe.concurrent('a pin', () => {
  test('is kept over restarts, takes a tag or an id, and ends with the newest commit', async (t) => {
    const remote = await remoteFor(t, project('1'));
    await remote.git('tag', 'v1');
    await remote.git('push', '--quiet', 'origin', 'v1');
    const second = await remote.push('second', project('2'));
    await remote.push('third', project('3'));
    const git = sourcesOf(remote);
    await take(git);
    expect((await git.pin('v1')).subject).toBe('first');
    expect((await git.load())?.revision.commit?.subject).toBe('first');
    expect((await sourcesOf(remote).load())?.revision.commit?.subject).toBe('first');
    expect((await git.pin(second)).subject).toBe('second');
    await expect(git.pin('nothing')).rejects.toMatchObject({ reason: 'CommitMissing' });
    expect((await git.unpin())?.subject).toBe('second');
    expect((await git.load())?.revision.commit?.subject).toBe('third');
  });
});

test('copies of old commits go, those that are needed stay', async (t) => {
  const remote = await remoteFor(t, project('0'));
  const git = sourcesOf(remote);
  const first = await take(git);
  await git.pin(first.revision.commit?.id ?? '');
  for (let level = 1; level <= 8; level++) {
    await remote.push(`level ${level}`, project(`${level}`));
    await git.fetch();
    await git.unpin();
    await git.load();
    await git.pin(first.revision.commit?.id ?? '');
  }
  await take(git);
  const copies = await readdir(join(remote.folder, 'state/git/commits'));
  expect(copies.length).toBeLessThanOrEqual(8);
  expect(copies).toContain(first.revision.commit?.id);
});
