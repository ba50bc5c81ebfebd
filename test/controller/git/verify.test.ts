// Commits that must be signed, with real keys of ssh and gpg.

import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type GitRemote, remoteFor } from '../../support/git-remote.ts';
import { project, sourcesOf, take } from '../../support/git-sources.ts';

async function signWithSsh(remote: GitRemote, name: string): Promise<string> {
  const key = join(remote.folder, name);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key]);
  await remote.git('config', 'gpg.format', 'ssh');
  await remote.git('config', 'user.signingkey', key);
  const [type, value] = (await readFile(`${key}.pub`, 'utf8')).split(' ');
  return `${name}@example.org ${type} ${value}\n`;
}

describe.concurrent('SSH signatures', () => {
  test('of an allowed signer are good; none, and those of others, are refused with the reason', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const allowedSigners = join(remote.folder, 'allowed signers');
    await writeFile(allowedSigners, await signWithSsh(remote, 'ana'));
    const git = sourcesOf(remote, { verify: { mode: 'enforce', allowedSigners } });
    await git.fetch();
    expect(await git.load()).toBeUndefined();
    expect(git.wrong[0]?.code).toBe('CommitNotVerified');
    expect(git.wrongWords).toMatch(
      /^commit \w{7} \(Ana: first\): main: it is not signed; sign it with an allowed key/,
    );
    await remote.push('signed', project('2'), { sign: true });
    const { revision } = await take(git);
    expect(revision.commit).toMatchObject({ subject: 'signed', signedBy: 'ana@example.org' });
    await signWithSsh(remote, 'mallory');
    await remote.push('not mine', project('3'), { sign: true });
    await git.fetch();
    expect(await git.load()).toBeUndefined();
    expect(git.wrongWords).toMatch(/it is signed by a key that is not among the allowed ones \(SHA256:/);
    expect(git.good?.revision.commit?.subject).toBe('signed');
  });

  test('count only for the time that the signer was allowed', async (t) => {
    const remote = await remoteFor(t);
    const allowedSigners = join(remote.folder, 'signers');
    const [who, ...key] = (await signWithSsh(remote, 'ana')).split(' ');
    await writeFile(allowedSigners, `${who} valid-before="20200101" ${key.join(' ')}`);
    await remote.push('too late', project('1'), { sign: true });
    const git = sourcesOf(remote, { verify: { mode: 'enforce', allowedSigners } });
    await git.fetch();
    expect(await git.load()).toBeUndefined();
    expect(git.wrong[0]?.code).toBe('CommitNotVerified');
  });

  test('are only told of with --verify warn', async (t) => {
    const remote = await remoteFor(t, project('1'));
    const allowedSigners = join(remote.folder, 'signers');
    await writeFile(allowedSigners, '');
    const { revision } = await take(sourcesOf(remote, { verify: { mode: 'warn', allowedSigners } }));
    expect(revision.commit).toMatchObject({ subject: 'first', unverified: 'it is not signed' });
  });
});

test('GPG signatures of keys in the key ring are good, of others not, whatever the user trusts', async (t) => {
  const remote = await remoteFor(t, project('1'));
  // Its sockets must have short names.
  const home = await mkdtemp(join(tmpdir(), 'rg-'));
  const gpg = (...args: string[]): string =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', ...args], { encoding: 'utf8' });
  t.onTestFinished(async () => {
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
    await rm(home, { recursive: true, force: true });
  });
  for (const name of ['ana', 'mallory']) {
    gpg('--passphrase', '', '--quick-generate-key', `${name}@example.org`, 'ed25519', 'sign', '1d');
  }
  const keyring = join(remote.folder, 'keys.asc');
  await writeFile(keyring, gpg('--export', '--armor', 'ana@example.org'));
  await writeFile(join(remote.folder, 'gpg'), `#!/bin/sh\nexec gpg --homedir ${home} "$@"\n`, {
    mode: 0o755,
  });
  await remote.git('config', 'gpg.program', join(remote.folder, 'gpg'));
  await remote.git('config', 'user.signingkey', 'ana@example.org');
  await remote.push('signed', project('2'), { sign: true });
  const git = sourcesOf(remote, { verify: { mode: 'enforce', keyring } });
  const { revision } = await take(git);
  expect(revision.commit?.signedBy).toBe('ana@example.org');
  await remote.git('config', 'user.signingkey', 'mallory@example.org');
  await remote.push('not mine', project('3'), { sign: true });
  await git.fetch();
  expect(await git.load()).toBeUndefined();
  expect(git.wrongWords).toMatch(/it is signed by a key that is not among the allowed ones/);
  await writeFile(keyring, gpg('--export', '--armor', 'ana@example.org', 'mallory@example.org'));
  expect((await git.load())?.revision.commit?.signedBy).toBe('mallory@example.org');
});
