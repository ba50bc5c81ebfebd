// `restart: true` in depends_on: who is restarted when what it depends on was made anew, and who is not.

import { describe, expect, test } from 'vitest';
import { facts, live, look, noon, on, ops, planOf, revision, service } from '../support/make.ts';

const db = service('db');
const web = service('web', { dependsOn: [on('Service/db', { restart: true })] });
const plain = service('plain', { dependsOn: [on('Service/db')] });
const minute = 60_000;

function planWith(dbMade: number, webSince: number | undefined, parts: Parameters<typeof live>[1] = {}) {
  const r = revision([db, web, plain]);
  const [dbLive, webLive, plainLive] = [
    live(db, { createdAt: dbMade, ...parts }),
    live(web, { createdAt: noon - 60 * minute }),
    live(plain, { createdAt: noon - 60 * minute }),
  ];
  const runningSince = {
    [dbLive.id]: dbMade,
    ...(webSince === undefined ? {} : { [webLive.id]: webSince, [plainLive.id]: webSince }),
  };
  return planOf({
    revision: r,
    observed: look(r, [dbLive, webLive, plainLive]),
    facts: facts({ runningSince }),
  });
}

describe('a dependency that was made anew', () => {
  test('restarts who says restart: true, and nobody else', () => {
    const plan = planWith(noon - 2 * minute, noon - 30 * minute);
    expect(ops(plan)).toEqual(['restartContainer Service/web']);
    expect(plan.steps[0]?.cause).toMatchObject({
      reason: 'DependencyRecreated',
      message: 'Service/db was made anew, and depends_on says restart: true',
    });
  });

  test('restarts nobody who was started after it', () => {
    expect(ops(planWith(noon - 40 * minute, noon - 30 * minute))).toEqual([]);
  });

  test('restarts nobody before it is ready', () => {
    expect(ops(planWith(noon - 2 * minute, noon - 30 * minute, { health: 'starting' }))).toEqual([]);
  });

  test('restarts nobody of whom a lost store does not know since when it runs', () => {
    expect(ops(planWith(noon - 2 * minute, undefined))).toEqual([]);
  });
});
