// A far host as people have one, by real ssh: git fetches manifests from it, and its engine is told what to run.

import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GitSources } from '../../controller/git/git-sources.ts';
import { type FarHost, type Login, startFarHost } from '../support/far-host.ts';
import { otherPort } from '../support/far-host-image.ts';
import { GitRemote } from '../support/git-remote.ts';
import { project, sourcesOf, take } from '../support/git-sources.ts';
import { ensureTestImage } from '../support/images.ts';
import { platformFor } from '../support/kept.ts';
import { web } from '../support/misdeeds.ts';
import { service } from '../support/platform.ts';
import { reeve } from '../support/reeve.ts';

let folder: string;
let remote: GitRemote;
let far: FarHost;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-remote-'));
  remote = new GitRemote(folder);
  await remote.begin();
  await remote.push('first', project('1'));
  far = await startFarHost({ mounts: [remote.url] });
  await ensureTestImage();
});

afterAll(async () => {
  await far?.close();
  await rm(folder, { recursive: true, force: true });
});

describe('git over ssh', () => {
  const scpLike = () => `root@${far.address}:${remote.url}`;

  async function sources(login: Partial<Login> = {}, url = scpLike()): Promise<GitSources> {
    const { key, knownHosts } = { ...far, ...login };
    const own = await mkdtemp(join(folder, 'sources-'));
    return sourcesOf({ url, folder: own }, { sshKey: key, knownHosts });
  }

  test('fetches from git@HOST:PATH and ssh://git@HOST:PORT/PATH, and again after a push', async () => {
    const git = await sources();
    expect((await take(git)).revision.commit?.subject).toBe('first');
    await remote.push('second', project('2'));
    expect((await git.fetch()).commit.subject).toBe('second');
    const byUrl = await sources({}, `ssh://root@${far.address}:${otherPort}${remote.url}`);
    expect((await byUrl.fetch()).commit.subject).toBe('second');
  });

  test('takes a key and known hosts from files of any name', async () => {
    const login = { key: join(folder, `it's a "100%" key`), knownHosts: join(folder, `Ana's known hosts`) };
    await copyFile(far.key, login.key);
    await copyFile(far.knownHosts, login.knownHosts);
    expect((await (await sources(login)).fetch()).commit.id).toBe(await remote.git('rev-parse', 'HEAD'));
  });

  test('refuses a host that is not known, or shows another key than it did; and learns neither', async () => {
    const knownHosts = join(folder, 'known_hosts');
    const another = await readFile(`${await far.strangersKey()}.pub`, 'utf8');
    for (const known of ['', `${far.address} ${another}`]) {
      await writeFile(knownHosts, known);
      await expect((await sources({ knownHosts })).fetch()).rejects.toMatchObject({
        reason: 'HostKeyUnknown',
        message: expect.stringContaining('(Host key verification failed.)'),
        hint: expect.stringContaining('--known-hosts'),
      });
      expect(await readFile(knownHosts, 'utf8')).toBe(known);
    }
  });

  test('tells a key that the host does not take from one that ssh cannot use, and a host from a repository', async () => {
    await expect((await sources({ key: await far.strangersKey() })).fetch()).rejects.toMatchObject({
      reason: 'CredentialsRefused',
      message: expect.stringContaining('Permission denied (publickey'),
      hint: expect.stringContaining('--ssh-key'),
    });
    const key = join(folder, 'open-key');
    await copyFile(far.key, key);
    await chmod(key, 0o644);
    await expect((await sources({ key })).fetch()).rejects.toMatchObject({
      reason: 'CredentialsRefused',
      message: expect.stringMatching(/refused the credentials \(Load key "\S+": bad permissions\)$/),
      hint: expect.stringContaining('chmod 600'),
    });
    await expect((await sources({}, `${scpLike()}.not`)).fetch()).rejects.toMatchObject({
      reason: 'RepositoryMissing',
    });
    await expect((await sources({}, `ssh://root@${far.address}:23/x.git`)).fetch()).rejects.toMatchObject({
      reason: 'RemoteUnreachable',
    });
  });
});

test('plan, apply and status over ssh do as they do here; a probe that has no way there is no failure', async (t) => {
  const p = await platformFor(t);
  await p.declare([service('web', ['ports: ["8080"]', 'probe: {tcp: {port: 8080}, every: 300ms}'])]);
  const temporary = join(p.folder, `Ana's 100%`);
  await mkdir(temporary);
  const env = { PATH: await far.path(), TMPDIR: temporary };
  const over = (...args: readonly string[]) =>
    reeve([...args, '--host', `ssh://root@${far.address}`], { state: p.state, cwd: p.manifests, env });
  const plan = () => over('plan', '-f', p.manifests, '--detailed-exitcode');
  expect(await plan()).toMatchObject({ code: 2, stderr: '', stdout: expect.stringContaining('2 to create') });
  expect(await over('apply', '--yes', '-f', p.manifests)).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^applied: 3 steps done, 2 of 2 ready/m),
  });
  await p.untilCondition(web, 'Ready', /^ProbeUnreachable$/);
  expect((await p.container(web)).State.Running).toBe(true);
  expect(await over('status')).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('2 of 2 ready'),
  });
  expect(await plan()).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to do') });
  expect(await readdir(temporary)).toEqual([]);
});
