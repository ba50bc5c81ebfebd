import { describe, expect, test } from 'vitest';
import { Listing } from '../../../controller/loop/listing.ts';
import type { ObservedContainer } from '../../../reconcilers/observed.ts';

const container = (id: string, state: ObservedContainer['state'] = 'running'): ObservedContainer => ({
  id,
  name: id,
  image: 'i',
  imageId: 'sha256:i',
  labels: {},
  state,
  createdAt: 0,
  ports: [],
  networks: {},
  volumes: [],
});

const asText = (all: readonly ObservedContainer[]): string => all.map((c) => `${c.id} ${c.state}`).join(', ');

/** One that follows the events and has listed a, b and c at 1 s. */
function followed(): Listing {
  const listing = new Listing();
  listing.follow(true);
  listing.take(listing.due(1_000), [container('c'), container('b'), container('a')], 1_000);
  return listing;
}

describe('what a look lists', () => {
  test('all, as long as nobody follows the events', () => {
    const listing = new Listing();
    listing.take(listing.due(1_200), [container('a')], 1_000);
    listing.name('a', 1_100);
    expect(listing.due(1_200)).toBeUndefined();
  });

  test('those that events named; the others are as they were', () => {
    const listing = followed();
    listing.name('b', 1_100);
    expect(listing.due(1_200)).toEqual(['b']);
    expect(asText(listing.take(['b'], [container('b', 'exited')], 1_110))).toBe(
      'c running, b exited, a running',
    );
  });

  test('one that is no more goes, a new one comes first', () => {
    const listing = followed();
    for (const id of ['a', 'd']) listing.name(id, 1_100);
    expect(asText(listing.take(listing.due(1_200), [container('d', 'created')], 1_110))).toBe(
      'd created, c running, b running',
    );
  });

  test('all, when nothing was named: the clock or a person asks', () => {
    const listing = followed();
    expect(listing.due(1_200)).toBeUndefined();
  });

  test('again what was named a moment before, whose change the list may not have shown yet', () => {
    const listing = followed();
    listing.name('b', 1_100);
    listing.take(listing.due(1_200), [container('b')], 1_110);
    expect(listing.due(1_200)).toEqual(['b']);
    listing.take(['b'], [container('b', 'paused')], 1_700);
    expect(listing.due(1_200)).toBeUndefined();
  });

  test('what has run long enough to be ready by it is listed once more before it counts', () => {
    const listing = followed();
    listing.name('b', 1_100);
    listing.await('b', 2_100);
    listing.take(listing.due(1_700), [container('b')], 1_700);
    listing.name('c', 1_900);
    expect(listing.due(2_050)).toEqual(['c']);
    expect(listing.due(2_100)).toEqual(['c', 'b']);
    listing.take(['c', 'b'], [container('c'), container('b', 'exited')], 2_700);
    expect(listing.due(2_800)).toBeUndefined();
  });

  test('what is named while the answer is on its way is listed by the next look', () => {
    const listing = followed();
    listing.name('a', 1_000);
    const ids = listing.due(1_200);
    listing.name('b', 1_999);
    listing.take(ids, [container('a')], 2_000);
    expect(listing.due(1_200)).toEqual(['b']);
  });

  test.each([
    ['the stream broke', (listing: Listing) => listing.follow(false)],
    ['it was opened anew', (listing: Listing) => listing.follow(true)],
    ['all is to be forgotten', (listing: Listing) => listing.forget()],
    [
      'very many were named',
      (listing: Listing) => Array.from({ length: 60 }, (_, i) => listing.name(`x${i}`, 1)),
    ],
  ])('all, after %s', (_, happen) => {
    const listing = followed();
    listing.name('a', 1_100);
    happen(listing);
    expect(listing.due(1_200)).toBeUndefined();
  });

  test('all once more, when it was forgotten while the answer was on its way', () => {
    const listing = followed();
    listing.forget();
    const ids = listing.due(1_200);
    listing.forget();
    listing.take(ids, [container('a')], 1_200);
    listing.name('a', 1_300);
    expect(listing.due(1_200)).toBeUndefined();
  });
});
