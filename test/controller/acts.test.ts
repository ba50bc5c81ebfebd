// What a person's words change in the facts, and what of them is told.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { performAct } from '../../controller/acts.ts';
import type { Act } from '../../controller/control.ts';
import { exitStatus } from '../../controller/errors.ts';
import { openStore } from '../../controller/store/sqlite.ts';
import type { Store } from '../../controller/store/store.ts';
import { noon, revision, service, volume } from '../support/make.ts';

const r = revision([
  volume('data'),
  service('db', { container: { mounts: [{ type: 'volume', source: 'data', target: '/data' }] } }),
  service('web'),
]);
const data = 'shop_data';

let folder: string;
let store: Store;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reeve-acts-'));
  store = await openStore(join(folder, 'store.db'));
  await store.setFacts([{ fact: 'volumesSeen', key: data, value: { at: noon, createdAt: noon } }]);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const act = (what: Act, volumes: readonly string[] = []): Promise<string> =>
  performAct(store, r, what, 'ann@host (cli)', noon, async () => new Set(volumes));

describe('release --accept-data-loss', () => {
  test.for([
    ['a volume that is there', 'Volume/data', 'shop_data not lost'],
    ['a workload whose volume is there', 'Service/db', 'shop_data not lost'],
    ['a workload without a volume', 'Service/web', 'no named volume'],
  ])('of %s: nothing is lost, so nothing is accepted', async ([, name = '', words = '']) => {
    const before = await store.facts();
    const refused = act({ verb: 'release', name, acceptDataLoss: true }, [data]);
    await expect(refused).rejects.toMatchObject({ status: exitStatus.usage, retryable: false });
    await expect(refused).rejects.toThrow(words);
    expect(await store.facts()).toEqual(before);
    expect(await store.events({})).toEqual([]);
  });

  test('of a volume that existed and is gone: accepted, and told with who did', async () => {
    const said = await act({ verb: 'release', name: 'Volume/data', acceptDataLoss: true });
    expect(said).toContain('data loss accepted by ann@host (cli) for shop_data');
    expect((await store.facts()).acceptedLoss).toEqual({ [data]: noon });
  });
});

test('rerun: who asked is remembered, and what failed before is forgotten', async () => {
  await store.setFacts([
    { fact: 'completed', key: 'Service/web', value: { specHash: 'x', at: 1, containerId: 'c' } },
  ]);
  await act({ verb: 'rerun', name: 'web' });
  const facts = await store.facts();
  expect(facts.reruns).toEqual({ 'Service/web': { at: noon, by: 'ann@host (cli)' } });
  expect(facts.completed).toEqual({});
});
