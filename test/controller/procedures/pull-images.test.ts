// What is remembered of images that were had before anything is stopped, over a real store.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type TestContext, test } from 'vitest';
import { pullImages } from '../../../controller/procedures/pull-images.ts';
import { openStore } from '../../../controller/store/sqlite.ts';
import type { Step } from '../../../reconcilers/plan.ts';
import type { ImageWish } from '../../../reconcilers/procedures/definition.ts';
import { noon } from '../../support/make.ts';

/** Asked for twice, from an engine that has the image in force and a registry that has what is asked for. */
async function pulled({ onTestFinished }: Pick<TestContext, 'onTestFinished'>, wish: Partial<ImageWish>) {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-pulls-'));
  const store = await openStore(join(folder, 'store.db'));
  onTestFinished(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  await store.setFacts([
    { fact: 'pins', key: 'app:1', value: 'sha256:now' },
    { fact: 'digests', key: 'app:1', value: 'sha256:digest-now' },
    { fact: 'registry', key: 'app:1', value: { at: noon, digest: 'sha256:digest-news' } },
  ]);
  const asked: (string | undefined)[] = [];
  const here = ['app:1', 'sha256:now'];
  const engine = {
    images: async () => Object.fromEntries(here.map((id) => [id, id])),
    perform: async (step: Step) => {
      const digest = step.op === 'pullImage' ? step.args.digest : undefined;
      asked.push(digest);
      here.push('sha256:pulled');
      return { changed: true, imageId: 'sha256:pulled', digest: digest ?? 'sha256:digest-news' };
    },
  };
  const tools = { engine, store, scrub: (text: string) => text, now: () => noon };
  const pulls = [{ ref: 'Service/app' as const, image: 'app:1', ...wish }];
  for (let i = 0; i < 2; i++) await pullImages({ pulls, atOnce: 1 }, tools, new AbortController().signal);
  const { pins, digests } = await store.facts();
  return { asked, pin: pins['app:1'], digest: digests['app:1'] };
}

test('one that is gone back to changes nothing yet of what its tag means', async (t) => {
  const meant = { id: 'sha256:pulled', digest: 'sha256:digest-then' };
  const found = await pulled(t, { meant });
  expect(found).toEqual({
    asked: [meant.digest],
    pin: 'sha256:now',
    digest: 'sha256:digest-now',
  });
});

test('one that is taken is had as its registry has it now, once, and its tag means that', async (t) => {
  const taken = { asked: [undefined], pin: 'sha256:pulled', digest: 'sha256:digest-news' };
  expect(await pulled(t, { taken: true })).toEqual(taken);
});

test('one that is in force is not had again', async (t) => {
  expect((await pulled(t, {})).asked).toEqual([]);
});
