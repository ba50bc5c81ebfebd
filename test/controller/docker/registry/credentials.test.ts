// Which credentials go with a call: the order of Docker's CLI, the forms of its config file, the helpers' answers.

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCredentials } from '../../../../controller/docker/registry/credentials.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-helpers-'));
  const script = `#!/bin/sh
case "$1 $(cat)" in
  "get with.example") echo '{"ServerURL":"with.example","Username":"helped","Secret":"s1"}';;
  "get token.example") echo '{"ServerURL":"token.example","Username":"<token>","Secret":"t1"}';;
  "get locked.example") echo 'the vault is locked'; exit 1;;
  "get garbled.example") echo 'secret-words';;
  "list ") echo '{"with.example":"helped"}';;
  *) echo 'credentials not found in native keychain'; exit 1;;
esac
`;
  await writeFile(join(folder, 'docker-credential-vault'), script);
  await chmod(join(folder, 'docker-credential-vault'), 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

const credentials = (config: object | string) =>
  makeCredentials({
    env: { DOCKER_CONFIG: '/config', PATH: `${folder}:/usr/bin:/bin` },
    readFile: (path) =>
      path === '/config/config.json'
        ? typeof config === 'string'
          ? config
          : JSON.stringify(config)
        : undefined,
  });

const decoded = (header: string | undefined): unknown =>
  header === undefined ? undefined : JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));

async function authFor(config: object | string, image: string): Promise<unknown> {
  const { header, problem } = await credentials(config).forImage(image);
  return problem ?? decoded(header['X-Registry-Auth']);
}

const pair = (user: string, password: string): string =>
  Buffer.from(`${user}:${password}`).toString('base64');
const hub = 'https://index.docker.io/v1/';

describe('an image gets the credentials of its registry', () => {
  test.each([
    [
      'of its host',
      'with.example/app:1',
      { auths: { 'with.example': { auth: pair('u', 'p:q') } } },
      { username: 'u', password: 'p:q', serveraddress: 'with.example' },
    ],
    [
      'of its host and port',
      'localhost:5000/app',
      { auths: { 'localhost:5000': { username: 'u', password: 'p' } } },
      { username: 'u', password: 'p', serveraddress: 'localhost:5000' },
    ],
    [
      'of an old entry that is a URL',
      'old.example/app',
      { auths: { 'https://old.example/v1/': { auth: pair('u', 'p') } } },
      { username: 'u', password: 'p', serveraddress: 'old.example' },
    ],
    [
      'of Docker Hub',
      'postgres:15',
      { auths: { [hub]: { auth: pair('u', 'p') } } },
      { username: 'u', password: 'p', serveraddress: hub },
    ],
    [
      'of Docker Hub by its short name',
      'docker.io/library/postgres',
      { auths: { 'docker.io': { auth: pair('u', 'p') } } },
      { username: 'u', password: 'p', serveraddress: hub },
    ],
    [
      'an identity token',
      'a.example/app',
      { auths: { 'a.example': { auth: pair('u', 'p'), identitytoken: 'tok' } } },
      { username: 'u', password: 'p', identitytoken: 'tok', serveraddress: 'a.example' },
    ],
    [
      'none of another host',
      'other.example/app',
      { auths: { 'with.example': { auth: pair('u', 'p') } } },
      undefined,
    ],
    ['none without a config file', 'postgres', '', undefined],
    [
      'those of a helper of its own',
      'with.example/app',
      { credHelpers: { 'with.example': 'vault' }, auths: { 'with.example': { auth: pair('u', 'p') } } },
      { username: 'helped', password: 's1', serveraddress: 'with.example' },
    ],
    [
      'a token of a helper',
      'token.example/app',
      { credsStore: 'vault' },
      { identitytoken: 't1', serveraddress: 'token.example' },
    ],
    ['none where the helper has none', 'without.example/app', { credsStore: 'vault' }, undefined],
    [
      'the words of a helper that fails',
      'locked.example/app',
      { credsStore: 'vault' },
      'docker-credential-vault get failed for locked.example: the vault is locked',
    ],
    [
      'no word of a helper that answers nonsense',
      'garbled.example/app',
      { credsStore: 'vault' },
      'docker-credential-vault answered no credentials that make sense',
    ],
    [
      'a word on a helper that is not there',
      'a.example/app',
      { credsStore: 'none-such' },
      'docker-credential-none-such cannot be run: it is not on the PATH',
    ],
    [
      'a word on a config that is no JSON',
      'a.example/app',
      '{',
      '/config/config.json is no JSON: no credentials can be read from it',
    ],
  ])('%s', async (_, image, config, expected) => {
    expect(await authFor(config, image)).toEqual(expected);
  });
});

test('a build gets all there are', async () => {
  const config = {
    auths: { 'a.example': { auth: pair('u', 'p') } },
    credHelpers: { 'token.example': 'vault' },
  };
  const { header } = await credentials(config).forBuild();
  expect(decoded(header['X-Registry-Config'])).toEqual({
    'a.example': { username: 'u', password: 'p', serveraddress: 'a.example' },
    'token.example': { identitytoken: 't1', serveraddress: 'token.example' },
  });
  const stored = await credentials({ credsStore: 'vault' }).forBuild();
  expect(decoded(stored.header['X-Registry-Config'])).toEqual({
    'with.example': { username: 'helped', password: 's1', serveraddress: 'with.example' },
  });
});
