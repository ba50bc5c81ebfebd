// How reeve gets at a repository that is not everybody's: a token over http, and what ssh is told.

import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gitHostFor } from '../../support/git-http.ts';
import { remoteFor } from '../../support/git-remote.ts';
import { project, sourcesOf, take } from '../../support/git-sources.ts';

const token = 'glpat-neverShown1';

describe.concurrent('a token', () => {
  test('is read from its file, also after it was changed, and is in no argument and no variable', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const host = await gitHostFor(t, remote.url, token);
    const tokenFile = join(remote.folder, 'token');
    await writeFile(tokenFile, `${token}\n`, { mode: 0o600 });
    // Every git that is started writes down what anybody on the machine could read of it.
    const seen = join(remote.folder, 'seen');
    const { stdout } = spawnSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' });
    const spy = join(remote.folder, 'bin');
    await mkdir(spy);
    await writeFile(
      join(spy, 'git'),
      `#!/bin/sh\n{ echo "$@"; tr '\\0' '\\n' < /proc/$$/environ; } >> ${seen}\nexec ${stdout.trim()} "$@"\n`,
    );
    await chmod(join(spy, 'git'), 0o755);
    const git = sourcesOf(
      { ...remote, url: host.url },
      { tokenFile },
      { PATH: `${spy}:${process.env['PATH']}` },
    );
    expect((await take(git)).revision.commit?.subject).toBe('first');
    expect(host.credentials.at(-1)).toBe(token);
    const written = await readFile(seen, 'utf8');
    expect(written).toContain('fetch --quiet');
    expect(written).not.toContain(token);
    await writeFile(tokenFile, 'wrong\n');
    await expect(git.fetch()).rejects.toMatchObject({
      reason: 'CredentialsRefused',
      message: expect.not.stringContaining('wrong'),
      hint: expect.stringContaining('--token-file'),
    });
    expect((await git.load())?.revision.commit?.subject).toBe('first');
  });

  test('that is missing is told as credentials that were refused; nothing is asked of a terminal', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const host = await gitHostFor(t, remote.url, token);
    await expect(sourcesOf({ ...remote, url: host.url }).fetch()).rejects.toMatchObject({
      reason: 'CredentialsRefused',
    });
  });
});

test('a host that fails is unreachable, one without the repository has none', async (t) => {
  const remote = await remoteFor(t, project('1'));
  const host = await gitHostFor(t, remote.url);
  const git = sourcesOf({ ...remote, url: host.url });
  await take(git);
  host.broken = 503;
  await expect(git.fetch()).rejects.toMatchObject({ reason: 'RemoteUnreachable' });
  host.broken = 404;
  await expect(git.fetch()).rejects.toMatchObject({ reason: 'RepositoryMissing' });
  host.broken = undefined;
  await remote.push('second', project('2'));
  expect((await git.fetch()).commit.subject).toBe('second');
});

test('a machine without git says how to get it', async (t) => {
  const remote = await remoteFor(t, project('1'));
  await expect(sourcesOf(remote, {}, { PATH: '/nowhere' }).fetch()).rejects.toMatchObject({
    message: 'git is not installed on this machine',
    hint: 'install it: apt-get install git',
  });
});

test('a fetch that takes too long is given up', async (t) => {
  const remote = await remoteFor(t, project('1'));
  const slow = await gitHostFor(t, remote.url);
  await expect(sourcesOf({ ...remote, url: slow.url }, { timeoutMs: 1 }).fetch()).rejects.toMatchObject({
    reason: 'FetchTimedOut',
    status: 69,
  });
});

// What else it is told a real server shows: test/engine/far-host.test.ts.
test("nothing of the user's or the system's configuration of ssh counts", async (t) => {
  const remote = await remoteFor(t, project('1'));
  const bin = join(remote.folder, 'bin');
  const told = join(remote.folder, 'told');
  // In the place of ssh, which looks for its configuration in the home of whoever runs this test.
  await mkdir(bin);
  await writeFile(join(bin, 'ssh'), `#!/bin/sh\necho "$@" >> ${told}\nexit 255\n`);
  await chmod(join(bin, 'ssh'), 0o755);
  const git = sourcesOf(
    { ...remote, url: 'git@git.example.org:shop/platform.git' },
    {},
    { PATH: `${bin}:${process.env['PATH']}` },
  );
  await expect(git.fetch()).rejects.toThrow();
  expect(await readFile(told, 'utf8')).toMatch(/^-F \/dev\/null /);
});

test("nothing of the user's or the system's configuration counts, and no hook runs", async (t) => {
  const remote = await remoteFor(t, project('1'));
  const home = join(remote.folder, 'home');
  await mkdir(home);
  await writeFile(
    join(home, '.gitconfig'),
    `[url "file:///nowhere/"]\n\tinsteadOf = ${remote.folder}\n[core]\n\thooksPath = ${home}\n`,
  );
  const ran = join(remote.folder, 'ran');
  for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change']) {
    await writeFile(join(home, hook), `#!/bin/sh\ntouch ${ran}\n`);
    await chmod(join(home, hook), 0o755);
  }
  await remote.push('filters', { '.gitattributes': '*.conf filter=evil\n' });
  const git = sourcesOf(
    remote,
    {},
    { HOME: home, GIT_CONFIG_GLOBAL: join(home, '.gitconfig'), XDG_CONFIG_HOME: home },
  );
  expect((await take(git)).revision.commit?.subject).toBe('filters');
  await expect(readFile(ran)).rejects.toThrow();
});
