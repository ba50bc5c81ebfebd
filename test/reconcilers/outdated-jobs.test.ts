// A job that is done is not run again by itself; where what it worked on was made anew since, it says so.

import { expect, test } from 'vitest';
import { madeSinceDone } from '../../reconcilers/outdated-jobs.ts';
import { specHash } from '../../reconcilers/spec-hash.ts';
import { condition, facts, look, noon, on, planOf, revision, service, volume } from '../support/make.ts';

const data = { container: { mounts: [{ type: 'volume' as const, source: 'data', target: '/data' }] } };
const job = { lifecycle: 'job' as const };

const db = service('db', data);
const migrate = service('migrate', { ...job, dependsOn: [on('Service/db')] });
const seed = service('seed', { ...job, dependsOn: [on('Service/migrate', { condition: 'completed' })] });
const load = service('load', { ...job, ...data });
const other = service('other', { ...job, dependsOn: [on('Service/web')] });
const web = service('web', { dependsOn: [on('Service/db')] });
const r = revision([db, migrate, seed, load, other, web, volume('data')]);

const done = noon - 60_000;
const factsWith = (createdAt: number) =>
  facts({
    completed: Object.fromEntries(
      [migrate, seed, load, other].map((w) => [
        `Service/${w.name}`,
        { specHash: specHash(w), at: done, containerId: 'c' },
      ]),
    ),
    volumesSeen: { shop_data: { at: noon, createdAt } },
  });

test.each([
  ['depends on who mounts it', 'Service/migrate', ['data']],
  ['comes after a job that does', 'Service/seed', ['data']],
  ['mounts it', 'Service/load', ['data']],
  ['only talks to one that depends on it', 'Service/other', []],
  ['is no job that is done', 'Service/web', []],
] as const)('a volume made anew, and what %s', (_, ref, volumes) => {
  const declared = new Map(r.resources.map((x) => [`${x.kind}/${x.name}` as const, x]));
  expect(madeSinceDone(ref, declared, factsWith(noon))).toEqual(volumes);
  expect(madeSinceDone(ref, declared, factsWith(done - 1))).toEqual([]);
});

test('it stays done and ready, and its condition says what to type', () => {
  const plan = planOf({ revision: r, observed: look(r, []), facts: factsWith(noon) });
  expect(condition(plan, 'Service/migrate', 'Ready')).toMatchObject({
    status: true,
    reason: 'Completed',
    message: `done since 2026-11-24T11:59:00Z, before volume data was made anew: what it had put there is gone; run it again with reeve rerun Service/migrate`,
  });
  expect(condition(plan, 'Service/other', 'Ready').message).not.toContain('anew');
});
