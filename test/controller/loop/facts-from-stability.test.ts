// What is remembered of revisions that were stable, and with which images.

import { expect, test } from 'vitest';
import { stabilityNews } from '../../../controller/loop/facts-from-stability.ts';
import { factsWith } from '../../../controller/store/facts.ts';
import { facts, look, noon, planOf, revision, service } from '../../support/make.ts';

test('one that is stable again with other images stays remembered, however many newer ones there are', () => {
  const r = revision([service('a')]);
  const old = { at: noon - 1, images: { 'app:1': { id: 'sha256:old' } } };
  const newer = Object.fromEntries(Array.from({ length: 19 }, (_, i) => [`r${i}`, { ...old, at: noon + i }]));
  const known = facts({
    stable: { [r.id]: old, ...newer },
    healthySince: { [r.id]: noon - 600_000 },
    pins: { 'app:1': 'sha256:new' },
  });
  const ready = { type: 'Ready' as const, status: true, reason: 'Running', message: '' };
  const seen = { statuses: [{ ref: 'Service/a' as const, containerId: 'c1', conditions: [ready] }] };
  const plan = { ...planOf({ revision: r, observed: look(r, []) }), ...seen };
  const news = stabilityNews(
    { revision: r },
    plan,
    known,
    { names: [], mode: 'keep' },
    { at: noon, by: 'reeve' },
  );
  expect(news.events).toMatchObject([
    { message: expect.stringContaining('with the images that its tags mean now') },
  ]);
  const { stable, healthySince } = factsWith(known, news.facts);
  expect(stable[r.id]?.images).toEqual({ 'app:1': { id: 'sha256:new' } });
  expect([Object.keys(stable).length, healthySince]).toEqual([20, {}]);
});
