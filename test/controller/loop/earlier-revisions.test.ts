// Containers of neither the revision wanted nor the one before it: what they were declared as is read from the store, once.

import { expect, test } from 'vitest';
import { EarlierRevisions } from '../../../controller/loop/earlier-revisions.ts';
import type { RevisionRecord } from '../../../controller/store/store.ts';
import { noFacts } from '../../../reconcilers/facts.ts';
import { specHash } from '../../../reconcilers/spec-hash.ts';
import { live, look, revision, service } from '../../support/make.ts';

const named = (hostname: string) => service('web', { container: { hostname } });
const web = service('web');

function storeOf(...hostnames: readonly string[]) {
  const reads: number[] = [];
  const stored = hostnames.map((hostname): RevisionRecord => {
    const r = revision([named(hostname)]);
    return { id: r.id, sources: [], revision: r, images: {}, by: 'ana', inForceAt: 1 };
  });
  const revisions = async (limit: number): Promise<RevisionRecord[]> => {
    reads.push(limit);
    return stored.slice(0, limit);
  };
  return { reads, earlier: new EarlierRevisions({ revisions }) };
}

const seen = (...was: Parameters<typeof live>[0][]) =>
  look(
    revision([web]),
    was.map((w) => live(w)),
  );

test('a container of a revision before the last is found there, by the spec that it was brought to', async () => {
  const { reads, earlier } = storeOf('newer', 'oldest');
  const target = {
    revision: revision([web]),
    previous: revision([service('web', { container: { user: 'x' } })]),
  };
  const oldest = named('oldest');
  const found = await earlier.of(target, seen(oldest), noFacts);
  expect([...found.keys()]).toEqual([specHash(oldest)]);
  expect(found.get(specHash(oldest))?.container.hostname).toBe('oldest');
  expect(await earlier.of(target, seen(oldest), noFacts)).toEqual(found);
  expect(reads).toHaveLength(1);
});

test('one that no stored revision declares is asked for once', async () => {
  const { reads, earlier } = storeOf('other');
  const target = { revision: revision([web]) };
  for (const _ of [1, 2]) expect(await earlier.of(target, seen(named('gone')), noFacts)).toEqual(new Map());
  expect(reads).toHaveLength(1);
});

test('nothing is asked where all are of the revision wanted or of the one before, or not declared', async () => {
  const { reads, earlier } = storeOf('before');
  const target = { revision: revision([web]), previous: revision([named('before')]) };
  await earlier.of(target, seen(web), noFacts);
  await earlier.of(target, seen(named('before')), noFacts);
  await earlier.of(target, seen(service('else')), noFacts);
  expect(reads).toEqual([]);
});
