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
import type { ResourceStatus } from '../../reconcilers/condition.ts';
import { noon, on, revision, service, volume } from '../support/make.ts';

const r = revision([
  volume('data'),
  service('db', { container: { mounts: [{ type: 'volume', source: 'data', target: '/data' }] } }),
  service('web'),
  service('migrate', { lifecycle: 'job', dependsOn: [on('Service/db')] }),
  service('seed', { lifecycle: 'job', dependsOn: [on('Service/db')] }),
  service('report', { lifecycle: 'job', dependsOn: [on('Service/web')] }),
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

const act = (
  what: Act,
  volumes: readonly string[] = [],
  statuses: readonly ResourceStatus[] = [],
): Promise<string> =>
  performAct(store, r, what, 'ann@host (cli)', noon, {
    volumes: async () => new Set(volumes),
    statuses: async () => statuses,
  });

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
    expect(said).not.toContain('rerun');
  });

  test('jobs that are over and ran on it are named, with what runs them again', async () => {
    const completed = { specHash: 'x', at: 1, containerId: 'c' };
    await store.setFacts([
      { fact: 'volumesSeen', key: data, value: { at: noon, createdAt: noon } },
      { fact: 'completed', key: 'Service/migrate', value: completed },
      { fact: 'completed', key: 'Service/report', value: completed },
    ]);
    const failed: ResourceStatus = {
      ref: 'Service/seed',
      conditions: [{ type: 'Degraded', status: true, reason: 'JobFailed', message: 'status 1' }],
    };
    const said = await act({ verb: 'release', name: 'Volume/data', acceptDataLoss: true }, [], [failed]);
    expect(said).toMatch(/not run again by itself: reeve rerun Service\/migrate, reeve rerun Service\/seed$/);
    const jobs = ['Service/migrate', 'Service/report'] as const;
    await store.setFacts(jobs.map((key) => ({ fact: 'completed', key, value: undefined })));
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

describe('what would change nothing is said and not stored', () => {
  const ready: ResourceStatus = {
    ref: 'Service/db',
    conditions: [{ type: 'Ready', status: true, reason: 'Healthy', message: 'its healthcheck passes' }],
  };
  test.for([
    ['release of what is not held', { verb: 'release', name: 'db', acceptDataLoss: false }, 'was not held'],
    ['rerun of what runs and is ready', { verb: 'rerun', name: 'db' }, 'nothing to run again'],
  ] as const)('%s', async ([, what, words]) => {
    const before = [await store.facts(), await store.events({})];
    expect(await act(what, [], [ready])).toContain(words);
    expect([await store.facts(), await store.events({})]).toEqual(before);
  });

  test('rerun of what does not run is refused', async () => {
    const refused = act({ verb: 'rerun', name: 'data' });
    await expect(refused).rejects.toMatchObject({ status: exitStatus.usage });
  });
});

test('rerun says what it waits for', async () => {
  await act({ verb: 'suspend' });
  expect(await act({ verb: 'rerun', name: 'db' })).toContain('suspended, until: reeve resume');
  await act({ verb: 'hold', name: 'db', stopped: false });
  expect(await act({ verb: 'rerun', name: 'db' })).toContain('until: reeve release Service/db');
  await act({ verb: 'resume' });
});
