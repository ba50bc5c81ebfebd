// A platform kept from a git repository, on a real engine: what a push does, and what it must not do.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { keptFromGit, seen, untilSeen } from '../support/kept-from-git.ts';
import { exec, MiB, web } from '../support/misdeeds.ts';
import { throughout } from '../support/until.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

describe.concurrent('a push', () => {
  test('that changes a limit changes it in place, at once; events and explain name the commit and the line', async (t) => {
    const { p, remote, files } = await keptFromGit(t);
    const before = await p.container(web);
    await remote.push('raise memory', files('1', ['mem_limit: 48m']));
    await p.untilContainer(web, 'has its limit', (c) => c.HostConfig.Memory === 48 * MiB);
    const after = await p.container(web);
    expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
    const event = await p.untilEvent(web, 'SpecChanged', /raise memory/);
    expect(event.message).toMatch(
      /^mem_limit differs: changed in place, no restart; commit \w{7} \(Ana: raise memory\)$/,
    );
    expect(event.detail).toMatchObject({ position: expect.stringMatching(/^prod\/reeve\.yaml:\d+:\d+$/) });
    await remote.push('words', { 'README.md': 'read me\n' });
    await p.untilEvent(
      `Platform/${p.name}`,
      'CommitInForce',
      /\(Ana: words\) is in force, .* changes no resource/,
    );
    const explained = await p.reeve('explain', 'web');
    expect(explained.stdout).toMatch(/declared at prod\/reeve\.yaml:\d+:\d+, commit \w{7} \(Ana: words\)/);
    expect(explained.stdout).toMatch(/as it is since commit \w{7} \(Ana: raise memory\)/);
    const status = await p.reeve('status');
    expect(status.stdout).toMatch(/^commit \w{7} \(Ana: words\), revision r\w+, in force since/m);
    expect(status.stdout).toContain(`from ${remote.url}//prod, main`);
  });

  test('that leaves a mounted file as it is restarts nothing; one that changes it restarts; data stays', async (t) => {
    const { p, remote, files } = await keptFromGit(t);
    const before = await p.container(web);
    const rows = join(p.state, 'git/tree/prod/data/rows');
    await writeFile(rows, 'precious');
    await remote.push('another file', { 'prod/notes.txt': 'x\n' });
    await p.untilEvent(`Platform/${p.name}`, 'CommitInForce', /another file/);
    await throughout(
      async () => (await p.container(web)).State.StartedAt === before.State.StartedAt,
      1_000,
      'it runs on',
    );
    await remote.push('louder', files('2'));
    await p.untilContainer(
      web,
      'is restarted',
      (c) => c.Id === before.Id && c.State.Running && c.State.StartedAt !== before.State.StartedAt,
    );
    await untilSeen(p, '2');
    expect(await readFile(rows, 'utf8')).toBe('precious');
    expect((await p.untilEvent(web, 'FileChanged')).message).toMatch(
      /^changed content: prod\/web\.conf; commit \w{7} \(Ana: louder\)$/,
    );
  });

  test('that is bad, or rewrites the branch, leaves what is in force; status says why and what to type', async (t) => {
    const { p, remote, files } = await keptFromGit(t);
    const platform = `Platform/${p.name}`;
    const before = await p.container(web);
    await remote.push('a slip', { ...files('2'), 'prod/reeve.yaml': 'kind: Nothing\n' });
    const { message } = await p.untilCondition(platform, 'Degraded', /ManifestsInvalid/);
    expect(message).toMatch(
      /last good revision stays in force: commit \w{7} \(Ana: a slip\): prod\/reeve\.yaml:1/,
    );
    await remote.push('mended', files('1'));
    await p.untilEvent(platform, 'ManifestsValid');
    await p.untilEvent(platform, 'CommitInForce', /mended/);
    await remote.git('reset', '--quiet', '--hard', 'HEAD~1');
    await remote.push('all anew', files('3'), { force: true });
    const rewritten = await p.untilCondition(platform, 'SyncFailed', /HistoryRewritten/);
    expect(rewritten.message).toMatch(/reeve sync --accept-rewrite/);
    expect((await p.reeve('status')).stdout).toMatch(/HistoryRewritten since/);
    expect(await seen(p)).toBe('level=1\n');
    expect((await p.container(web)).State.StartedAt).toBe(before.State.StartedAt);
    const synced = await p.reeve('sync', '--accept-rewrite');
    expect(synced.stdout).toMatch(/main came to commit \w{7} \(Ana: all anew\)/);
    await p.untilEvent(platform, 'Synced', /git answers again \(before: HistoryRewritten\)/);
    await untilSeen(p, '3');
  });
});

describe.concurrent('a person', () => {
  test('pins a commit and goes back to the branch; what is pinned stays so over a restart', async (t) => {
    const { p, remote, controller, files } = await keptFromGit(t);
    const first = await remote.git('rev-parse', 'HEAD');
    await remote.push('louder', files('2'));
    await untilSeen(p, '2');
    const pinned = await p.reeve('sync', '--pin', first);
    expect(pinned.stdout).toMatch(
      /pinned to commit \w{7} \(Ana: first\); new commits are not taken until: reeve sync --unpin/,
    );
    await untilSeen(p, '1');
    await controller.stop();
    await p.runFrom(['--git', remote.url, '--path', 'prod', '--poll', '300ms']);
    expect((await p.reeve('status')).stdout).toMatch(
      /Pinned since .*: pinned to commit \w{7} \(Ana: first\)/,
    );
    expect(await seen(p)).toBe('level=1\n');
    const unpinned = await p.reeve('sync', '--unpin');
    expect(unpinned.stdout).toMatch(
      /no longer pinned to commit \w{7} \(Ana: first\); main is at commit \w{7} \(Ana: louder\)/,
    );
    await untilSeen(p, '2');
  });

  test('suspends: commits wait, also their files, and come in force with resume', async (t) => {
    const { p, remote, files } = await keptFromGit(t);
    await p.reeve('suspend', '--reason', 'a test');
    await remote.push('louder', files('2'));
    await p.untilEvent(`Platform/${p.name}`, 'CommitFetched', /louder/);
    const conf = join(p.state, 'git/tree/prod/web.conf');
    await throughout(async () => (await readFile(conf, 'utf8')) === 'level=1\n', 1_000, 'nothing is written');
    await p.reeve('resume');
    await untilSeen(p, '2');
  });

  test('sees what a branch would change, as Markdown, with an exit of 2; nothing is done and nothing stays', async (t) => {
    const { p, remote, files } = await keptFromGit(t);
    const before = await p.container(web);
    await remote.git('checkout', '--quiet', '-b', 'feature');
    await remote.push('more | for @all', files('1', ['mem_limit: 64m', 'environment: {A: "1"}']));
    const args = ['plan', '--git', remote.url, '--path', 'prod', '--detailed-exitcode'];
    const markdown = await p.reeve(...args, '--ref', 'feature', '-o', 'markdown');
    expect(markdown.code).toBe(2);
    expect(markdown.stdout).toMatch(
      /^### reeve plan for `t\w+`\n\nFrom commit \w{7} \(Ana: more \\\| for @\u200ball\)\./,
    );
    expect(markdown.stdout).toMatch(/^\| recreate \| `Service\/web` \| .*`prod\/reeve\.yaml:\d+` \|$/m);
    expect(markdown.stdout).toContain(`${join(p.state, 'git/tree/prod/data')} → Service/web`);
    expect(markdown.stdout).toContain('prod/web.conf → Service/web');
    const same = await p.reeve(...args, '--ref', 'main');
    expect([same.code, same.stdout]).toEqual([0, expect.stringMatching(/nothing to do/)]);
    expect((await p.container(web)).Id).toBe(before.Id);
    const missing = await p.reeve(...args, '--ref', 'nothing');
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringMatching(/has no such branch or tag/)]);
  });
});

test('a controller that starts while the remote is away keeps what was in force, and goes on when it is back', async (t) => {
  const { p, remote, controller, files } = await keptFromGit(t);
  await controller.kill9();
  await rename(remote.url, `${remote.url}.away`);
  await mkdir(remote.url);
  const id = (await p.container(web)).Id;
  await exec(p, id, ['sh', '-c', 'kill 1']).catch(() => undefined);
  await p.runFrom(['--git', remote.url, '--path', 'prod', '--poll', '300ms']);
  const { message } = await p.untilCondition(`Platform/${p.name}`, 'SyncFailed', /RepositoryMissing/);
  expect(message).toMatch(/what is in force stays so; check --git/);
  await p.untilContainer(web, 'runs again', (c) => c.Id === id && c.State.Running);
  await rename(remote.url, `${remote.url}.empty`);
  await rename(`${remote.url}.away`, remote.url);
  await remote.push('louder', files('2'));
  await untilSeen(p, '2');
});
