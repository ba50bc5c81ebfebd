// Secret files that lie encrypted in a repository.

import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { armor, Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import type { Workload } from '../../../desired-state/resource.ts';
import { remoteFor } from '../../support/git-remote.ts';
import { sourcesOf, take } from '../../support/git-sources.ts';

const secret = 'correct horse battery';

async function encrypted(recipient: string, text: string): Promise<Buffer> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return Buffer.from(await encrypter.encrypt(text));
}

const manifests = {
  'prod/compose.yaml': [
    'name: shop',
    'services:',
    '  web:',
    '    image: reeve-test:1',
    '    secrets: [password]',
    'secrets:',
    '  password: {file: ./password.age}',
  ].join('\n'),
};

describe.concurrent('a secret in an encrypted file', () => {
  test('is what the file holds: put into the container, written nowhere', async (t) => {
    const identity = await generateIdentity();
    const bytes = await encrypted(await identityToRecipient(identity), `${secret}\n`);
    const remote = await remoteFor(t, { ...manifests, 'prod/password.age': bytes });
    const ageKey = join(remote.folder, 'age.key');
    await writeFile(ageKey, `# made for a test\n${identity}\n`);
    const { revision, secrets } = await take(sourcesOf(remote, { ageKey }));
    expect(secrets.get('password')).toBe(secret);
    const web = revision.resources.find((r) => r.name === 'web') as Workload;
    expect(web.files).toMatchObject([{ copyTo: '/run/secrets/password', secret: 'password' }]);
    expect(web.container.mounts).toEqual([]);
    expect(JSON.stringify(revision)).not.toContain(secret);
    const found = spawnSync('grep', ['-rlF', secret, join(remote.folder, 'state')], { encoding: 'utf8' });
    expect({ found: found.stdout, status: found.status }).toEqual({ found: '', status: 1 });
  });

  test('may be armored', async (t) => {
    const identity = await generateIdentity();
    const text = armor.encode(await encrypted(await identityToRecipient(identity), secret));
    const remote = await remoteFor(t, { ...manifests, 'prod/password.age': text });
    const ageKey = join(remote.folder, 'age.key');
    await writeFile(ageKey, identity);
    expect((await take(sourcesOf(remote, { ageKey }))).secrets.get('password')).toBe(secret);
  });

  test('without a key, or with another one, is a mistake at the line that names it', async (t) => {
    const bytes = await encrypted(await identityToRecipient(await generateIdentity()), secret);
    const remote = await remoteFor(t, { ...manifests, 'prod/password.age': bytes });
    const git = sourcesOf(remote);
    await git.fetch();
    expect(await git.load()).toBeUndefined();
    expect(git.wrongWords).toMatch(
      /prod\/compose\.yaml:7:\d+: .*encrypted with age, and no key is given; give it: --age-key FILE/,
    );
    const ageKey = join(remote.folder, 'age.key');
    await writeFile(ageKey, await generateIdentity());
    const other = sourcesOf(remote, { ageKey });
    expect(await other.load()).toBeUndefined();
    expect(other.wrongWords).toMatch(/encrypted with age, and not for the key in .*age\.key/);
    await writeFile(ageKey, 'no key');
    await expect(other.load()).rejects.toThrow(/there is no key of age in/);
  });
});
