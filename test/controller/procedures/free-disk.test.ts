// The engine's disk is freed by one at a time, and only where it is fuller than it may be.

import { expect, test } from 'vitest';
import type { EngineInfo } from '../../../controller/engine.ts';
import { DiskFreeing } from '../../../controller/procedures/free-disk.ts';
import { noFacts } from '../../../reconcilers/facts.ts';
import type { FreeDisk } from '../../../reconcilers/procedures/definition.ts';

const signal = new AbortController().signal;
const work = (maxPercent: number, source: FreeDisk['source'] = 'buildCache'): FreeDisk => ({
  id: source,
  type: 'freeDisk',
  source,
  maxPercent,
});

/** Of its disk this machine's own is looked at; nothing is removed from it. */
function stage(local = true) {
  const seen: string[] = [];
  const act = (name: string) => async () => {
    seen.push(`${name} begins`);
    await new Promise(setImmediate);
    seen.push(`${name} ends`);
  };
  const engine = {
    info: async () => ({ local, dataRoot: '/' }) as EngineInfo,
    removeDanglingImages: act('images'),
    pruneBuildCache: act('cache'),
  };
  const store = { facts: async () => noFacts, revisions: async () => [] };
  return { seen, engine, disk: new DiskFreeing({ engine, store }) };
}

test('of two that ask at once the second waits for the first', async () => {
  const { seen, disk } = stage();
  await Promise.all([disk.free(work(0, 'danglingImages'), signal), disk.free(work(0), signal)]);
  expect(seen).toEqual(['images begins', 'images ends', 'cache begins', 'cache ends']);
});

test('with room enough nothing is freed, and how full it is is told', async () => {
  const { seen, disk } = stage();
  expect(await disk.free(work(100), signal)).toMatchObject({ bytes: 0, disk: { path: '/' } });
  expect(seen).toEqual([]);
});

test('what cannot be freed is told with how full it is', async () => {
  const { disk, engine } = stage();
  engine.pruneBuildCache = () => Promise.reject(new Error('not now'));
  expect(await disk.free(work(0), signal)).toMatchObject({ disk: { path: '/' }, error: 'not now' });
});

test('of an engine elsewhere nothing is known, and nothing freed', async () => {
  const { seen, disk } = stage(false);
  expect(await disk.free(work(0), signal)).toEqual({ bytes: 0 });
  expect(seen).toEqual([]);
});
