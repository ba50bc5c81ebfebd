// A registry that asks who is there: Docker's own config file and credential helpers, as `docker pull` would use them.

import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import { ensureTestImage } from '../../support/images.ts';
import { newPlatform, service, type TestPlatform } from '../../support/platform.ts';
import { login, type Registry, startRegistry } from '../../support/registry.ts';
import { removeImagesUnder, throwawayImage, untag } from '../../support/throwaway-image.ts';

const web = 'Service/web';
let registry: Registry;
let image: string;
let folder: string;

beforeAll(async () => {
  await ensureTestImage();
  folder = await mkdtemp(join(tmpdir(), 'reeve-login-'));
  registry = await startRegistry({ private: true });
  const made = `made-${randomBytes(4).toString('hex')}:1`;
  await throwawayImage(made);
  await registry.push(made, 'private/app:1');
  image = `${registry.host}/private/app:1`;
  await untag(made, image);
});
afterAll(async () => {
  await registry.close();
  await removeImagesUnder(`${registry.host}/`);
  await rm(folder, { recursive: true, force: true });
});

/** A platform whose reeve finds this config, and programs in `folder` on its PATH. */
async function platformWith(t: TestContext, config: object): Promise<TestPlatform> {
  const home = join(folder, randomBytes(4).toString('hex'));
  await mkdir(home);
  await writeFile(join(home, 'config.json'), JSON.stringify(config));
  const env = { DOCKER_CONFIG: home, PATH: `${folder}:${process.env['PATH']}` };
  const platform = await newPlatform({ env });
  t.onTestFinished(async () => {
    await platform.close();
    await untag(image);
  }, 60_000);
  await platform.declare([service('web').replace('reeve-test:1', image)]);
  return platform;
}

test('without credentials the pull is denied, and what to do is said', async (t) => {
  const p = await platformWith(t, {});
  const { code, stdout, stderr } = await p.reeve('apply', '--yes', '-f', p.manifests);
  expect(code).toBe(1);
  expect(stdout).toContain('ImagePullDenied');
  expect(stdout).toContain('there are no credentials for it');
  expect(stdout + stderr).not.toContain(login.password);
});

test('what docker login wrote is used, for pulls and for asking what a tag means', async (t) => {
  const auth = Buffer.from(`${login.username}:${login.password}`).toString('base64');
  const p = await platformWith(t, { auths: { [registry.host]: { auth } } });
  await p.apply();
  expect((await p.container(web)).State.Running).toBe(true);
  const { stdout } = await p.reeve('plan', '--update-images');
  expect(stdout).toContain('nothing to do');
  expect(stdout).not.toContain('RegistryNotAsked');
  // In no event, plan or row.
  const store = await readFile(join(p.state, 'store.db'));
  const log = await readFile(join(p.state, 'store.db-wal')).catch(() => Buffer.alloc(0));
  for (const secret of [auth, login.password])
    expect([store.includes(secret), log.includes(secret)]).toEqual([false, false]);
});

test('a credential helper of the registry is asked by its protocol; one that is missing is named', async (t) => {
  const asked = join(folder, 'asked');
  const answer = JSON.stringify({
    ServerURL: registry.host,
    Username: login.username,
    Secret: login.password,
  });
  const helper = join(folder, 'docker-credential-reevetest');
  await writeFile(helper, `#!/bin/sh\necho "$1 $(cat)" >> ${asked}\necho '${answer}'\n`);
  await chmod(helper, 0o755);
  const p = await platformWith(t, {
    credHelpers: { [registry.host]: 'reevetest' },
    credsStore: 'nobody-has-it',
  });
  await p.apply();
  expect(await readFile(asked, 'utf8')).toBe(`get ${registry.host}\n`);

  const missing = await platformWith(t, { credsStore: 'nobody-has-it' });
  await p.reeve('down', '--yes');
  await untag(image, (await p.fromStore((s) => s.inForce()))?.images[image]?.id ?? image);
  const { code, stdout } = await missing.reeve('apply', '--yes', '-f', missing.manifests);
  expect(code).toBe(1);
  expect(stdout).toContain('docker-credential-nobody-has-it cannot be run: it is not on the PATH');
});
