// Images from a real registry: pulled, pinned, moved, failed. A registry and a platform a test.

import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { ensureTestImage } from '../../support/images.ts';
import { stepsOf } from '../../support/misdeeds.ts';
import { newPlatform, service, type TestPlatform } from '../../support/platform.ts';
import { type Registry, startRegistry } from '../../support/registry.ts';
import { removeImagesUnder, throwawayImage, untag } from '../../support/throwaway-image.ts';

const web = 'Service/web';

beforeAll(async () => {
  await ensureTestImage();
});

async function begin(t: TestContext): Promise<{ p: TestPlatform; registry: Registry }> {
  const registry = await startRegistry();
  const p = await newPlatform();
  t.onTestFinished(async () => {
    await p.close();
    await registry.close();
    await removeImagesUnder(`${registry.host}/`);
  }, 60_000);
  return { p, registry };
}

/** A tag of the registry that means a new image, and is not on the engine. */
async function pushed(registry: Registry, repository: string): Promise<{ tag: string; digest: string }> {
  const made = `made-${randomBytes(4).toString('hex')}:1`;
  const tag = `${registry.host}/${repository}:1`;
  await throwawayImage(made);
  const digest = await registry.push(made, `${repository}:1`);
  await untag(tag, made);
  return { tag, digest };
}

const using = (image: string, name = 'web', more: readonly string[] = []): string =>
  service(name, more).replace('reeve-test:1', image);

const unique = (): string => `r${randomBytes(4).toString('hex')}`;

test.concurrent('pulls run side by side, no more of them than the platform allows, and tell their progress and digests', async (t) => {
  const { p, registry } = await begin(t);
  const images = [];
  for (let i = 0; i < 3; i++) images.push(await pushed(registry, unique()));
  const [a = '', b = '', c = ''] = images.map(({ tag }) => tag);
  // Three is what the engine itself downloads at once.
  await p.declare(
    [using(a, 'web'), using(b, 'api'), using(c, 'api2'), using(c, 'api3')],
    'images: {pulls: 2}',
  );
  registry.behave('slow', 2);
  const { stdout } = await p.apply();
  // An image is one layer here, and that of two services came once.
  expect(registry.layers()).toEqual({ downloads: 3, mostAtOnce: 2 });
  for (const tag of [a, b, c]) expect(stdout).toMatch(new RegExp(`${tag}: downloading \\d+ %`));
  const events = (await p.events()).filter((e) => e.reason === 'ImagePulled');
  expect(events.map((e) => e.message).sort()).toEqual(
    images.map(({ tag, digest }) => `image pulled: ${tag} (${digest})`).sort(),
  );
});

test.concurrent('the digest is stored with the revision, shown in plans, and what a later re-creation pulls', async (t) => {
  const { p, registry } = await begin(t);
  const repository = unique();
  const first = await pushed(registry, repository);
  await p.declare([using(first.tag)]);
  await p.apply();
  const before = await p.container(web);
  const inForce = await p.fromStore((store) => store.inForce());
  expect(inForce?.images).toEqual({ [first.tag]: { id: before.Image, digest: first.digest } });

  const second = await pushed(registry, repository);
  expect(second.digest).not.toBe(first.digest);
  await p.reeve('down', '--yes');
  await untag(first.tag, before.Image);
  const { stdout } = await p.reeve('plan');
  expect(stdout).toContain(`${first.tag}  ${first.digest.slice(0, 19)}`);
  await p.apply();
  const after = await p.container(web);
  expect(after.Image).toBe(before.Image);
  // People find it by the name they know.
  expect(after.Config.Image).toBe(first.tag);
});

describe.concurrent('a tag that moved in its registry', () => {
  test('is a proposal once it is known, restarts nothing, and is taken by --update-images', async (t) => {
    const { p, registry } = await begin(t);
    const repository = unique();
    const first = await pushed(registry, repository);
    await p.declare([using(first.tag)]);
    await p.apply();
    const before = await p.container(web);
    const second = await pushed(registry, repository);

    await p.apply();
    expect((await p.container(web)).Id).toBe(before.Id);
    const asked = await p.reeve('plan', '--update-images');
    expect(asked.stdout).toContain('recreate Service/web');
    expect(asked.stdout).toContain(`${first.digest.slice(0, 19)} → ${second.digest.slice(0, 19)}`);
    expect((await p.container(web)).Id).toBe(before.Id);

    await p.apply('--update-images');
    const after = await p.container(web);
    expect(after.Id).not.toBe(before.Id);
    expect(after.Image).not.toBe(before.Image);
    const inForce = await p.fromStore((store) => store.inForce());
    expect(inForce?.images).toEqual({ [first.tag]: { id: after.Image, digest: second.digest } });
    await p.apply('--update-images');
    expect((await p.container(web)).Id).toBe(after.Id);

    // With a new revision: had before its first wave, and changed in one go with it.
    await pushed(registry, repository);
    await p.declare([using(first.tag, 'web', ['environment: {V: "2"}'])]);
    await p.apply('--update-images');
    expect((await p.container(web)).Image).not.toBe(after.Image);
    expect((await stepsOf(p, web)).filter((op) => op === 'createContainer')).toHaveLength(3);
  });

  test('is taken by each apply where pull_policy is always', async (t) => {
    const { p, registry } = await begin(t);
    const repository = unique();
    const first = await pushed(registry, repository);
    await p.declare([using(first.tag, 'web', ['pull_policy: always'])]);
    await p.apply();
    const before = await p.container(web);
    await p.apply();
    expect((await p.container(web)).Id).toBe(before.Id);
    await pushed(registry, repository);
    await p.apply();
    expect((await p.container(web)).Image).not.toBe(before.Image);
  });

  test('is proposed by a controller that asks by itself, and not taken', async (t) => {
    const { p, registry } = await begin(t);
    const repository = unique();
    const first = await pushed(registry, repository);
    await p.declare([using(first.tag)], 'images: {checkEvery: 1s}');
    await p.run();
    await p.untilReady(web);
    const before = await p.container(web);
    await pushed(registry, repository);
    await p.untilEvent(web, 'ImageMoved', /in its registry now/);
    expect((await p.container(web)).Id).toBe(before.Id);
  });
});

describe.concurrent('an image that cannot be had', () => {
  test('a pull that breaks off in the middle of a layer leaves the old container running', async (t) => {
    const { p, registry } = await begin(t);
    const [first, second] = [await pushed(registry, unique()), await pushed(registry, unique())];
    await p.declare([using(first.tag)]);
    await p.apply();
    const before = await p.container(web);
    registry.behave('cut');
    await p.declare([using(second.tag)]);
    const failed = await p.reeve('apply', '--yes', '-f', p.manifests);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toMatch(/ImagesNotPulled/);
    expect(failed.stdout).toContain(second.tag);
    const still = await p.container(web);
    expect([still.Id, still.State.Running, still.Name]).toEqual([before.Id, true, before.Name]);
    registry.behave('well');
    await p.apply();
    expect((await p.container(web)).Image).not.toBe(before.Image);
  });

  test('pull_policy never says that it is not here and asks nobody', async (t) => {
    const { p, registry } = await begin(t);
    const { tag } = await pushed(registry, unique());
    await p.declare([using(tag, 'web', ['pull_policy: never'])]);
    registry.requests();
    const failed = await p.reeve('apply', '--yes', '-f', p.manifests);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain(`image ${tag} is not here, and pull_policy is never`);
    expect(registry.requests()).toEqual([]);
  });
});

describe.concurrent('images.rewrite', () => {
  test('pulls from the mirror, shows both names, and restarts nothing when it comes or goes', async (t) => {
    const { p, registry } = await begin(t);
    const repository = unique();
    const { tag } = await pushed(registry, `library/${repository}`);
    const spec = `images: {rewrite: {"docker.io/*": "${registry.host}/*"}}`;
    await p.declare([using(`${repository}:1`)], spec);
    const plan = await p.reeve('plan');
    expect(plan.stdout).toContain(`pulls ${tag} for ${repository}:1`);
    expect(plan.stdout).toMatch(new RegExp(`${tag}  .*written ${repository}:1`));
    await p.apply();
    const before = await p.container(web);
    expect(before.Config.Image).toBe(tag);
    await p.declare([using(`${repository}:1`)]);
    await p.apply();
    expect((await p.container(web)).Id).toBe(before.Id);
  });
});
