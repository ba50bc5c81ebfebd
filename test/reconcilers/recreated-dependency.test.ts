// `restart: true` in depends_on: who is restarted when what it depends on was made anew, and who is not.

import { describe, expect, test } from 'vitest';
import { needsInspect } from '../../reconcilers/inspect-needs.ts';
import { detailOf, facts, live, look, noon, on, ops, planOf, revision, service } from '../support/make.ts';

const db = service('db');
const web = service('web', { dependsOn: [on('Service/db', { restart: true })] });
const plain = service('plain', { dependsOn: [on('Service/db')] });
const minute = 60_000;

function planWith(
  dbMade: number,
  webSince: number | undefined,
  parts: Parameters<typeof live>[1] = {},
  made: { adopted?: true } = {},
) {
  const r = revision([db, web, plain]);
  const startedAt = webSince ?? noon - 30 * minute;
  const created = { createdAt: noon - 60 * minute };
  const [dbLive, webLive, plainLive] = [
    live(db, { createdAt: dbMade, ...parts }),
    live(web, { ...created, detail: { ...detailOf(web), startedAt } }),
    live(plain, { ...created, detail: { ...detailOf(plain), startedAt } }),
  ];
  const runningSince = {
    [dbLive.id]: dbMade,
    ...(webSince === undefined ? {} : { [webLive.id]: webSince, [plainLive.id]: webSince }),
  };
  return planOf({
    revision: r,
    observed: look(r, [dbLive, webLive, plainLive]),
    facts: facts({ runningSince, made: { [dbLive.id]: { ref: 'Service/db', at: dbMade, ...made } } }),
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

  test('restarts nobody where others made it: an adoption restarts nothing', () => {
    expect(ops(planWith(noon - 2 * minute, noon - 30 * minute, {}, { adopted: true }))).toEqual([]);
  });

  test('when its dependent was started is looked at before, and only then', () => {
    const r = revision([db, web]);
    const needs = (dbMade: number): string[] => {
      const dbLive = live(db, { createdAt: dbMade });
      const webLive = live(web, { createdAt: noon - 60 * minute });
      const known = facts({
        runningSince: { [webLive.id]: noon - 30 * minute },
        made: { [dbLive.id]: { ref: 'Service/db', at: dbMade } },
      });
      return needsInspect(r, look(r, [dbLive, webLive]), known).map((id) => (id === webLive.id ? 'web' : id));
    };
    expect(needs(noon - 2 * minute)).toEqual(['web']);
    expect(needs(noon - 40 * minute)).toEqual([]);
  });
});
