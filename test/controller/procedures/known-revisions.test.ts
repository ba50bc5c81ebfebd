// Revisions at hand: read once, and let go of when nobody names them.

import { expect, test } from 'vitest';
import { KnownRevisions } from '../../../controller/procedures/known-revisions.ts';
import type { RevisionRecord } from '../../../controller/store/store.ts';
import { revision, service } from '../../support/make.ts';

test('a revision is read from the store once; what nobody names or asks for lately is let go of', async () => {
  const all = Array.from({ length: 30 }, (_, i) =>
    revision([service('web', { container: { image: `app:${i}` } })]),
  );
  let reads = 0;
  const known = new KnownRevisions({
    revisions: async () => {
      reads++;
      return all.map(
        (r): RevisionRecord => ({ id: r.id, sources: [], revision: r, images: {}, by: 'ana', inForceAt: 1 }),
      );
    },
  });
  const ids = all.map((r) => r.id);
  expect(new Set(ids).size).toBe(30);
  await known.have([...ids, ...ids]);
  expect([known.all.size, reads]).toEqual([30, 30]);
  known.trim(new Set(ids.slice(0, 2)));
  expect([...known.all.keys()]).toEqual([...ids.slice(0, 2), ...ids.slice(20)]);
  expect((await known.find(ids[5] ?? ''))?.id).toBe(ids[5]);
  expect(reads).toBe(31);
  expect(await known.find('r-none')).toBeUndefined();
});
