// A restart that a procedure asked for, made by a controller that died before it could store so: seen by the container's own
// start, and not made again.

import { describe, expect, test } from 'vitest';
import { factsFromObservation } from '../../controller/loop/facts-from-observation.ts';
import { eventsOfLostOutcomes } from '../../controller/loop/lost-outcomes.ts';
import { needsInspect } from '../../reconcilers/inspect-needs.ts';
import { detailOf, facts, live, look, noon, ops, planOf, revision, service } from '../support/make.ts';

const web = service('web');
const r = revision([web]);
const known = facts({ restarts: { 'Service/web': { at: noon - 5_000, by: 'batched-restart-1' } } });
const startedAt = (at: number) => look(r, [live(web, { detail: { ...detailOf(web), startedAt: at } })]);

describe('asked for a restart', () => {
  test('a container whose start is not known is inspected', () => {
    const { detail: _, ...bare } = live(web);
    const observed = look(r, [bare]);
    expect(needsInspect(r, observed, known)).toEqual([bare.id]);
    expect(needsInspect(r, observed, known, new Set(['Service/web']))).toEqual([]);
  });

  test('one that has been started since was restarted: nothing is done, and that is remembered', () => {
    const observed = startedAt(noon - 1_000);
    expect(ops(planOf({ revision: r, observed, facts: known }))).toEqual([]);
    const changes = factsFromObservation(r, observed, known);
    expect(changes).toContainEqual({ fact: 'restarts', key: 'Service/web', value: undefined });
    const journal = { at: noon, by: 'reeve', revision: r.id, pass: 'p' };
    expect(eventsOfLostOutcomes(changes, journal)).toEqual([
      {
        ...journal,
        type: 'Normal',
        reason: 'Restarted',
        regarding: 'Service/web',
        message: 'container restarted, by a controller that ended before it could say so',
      },
    ]);
    const busy = factsFromObservation(r, observed, known, new Set(['Service/web']));
    expect(busy.filter(({ fact }) => fact === 'restarts')).toEqual([]);
  });

  test('one that has run since before is restarted', () => {
    const observed = startedAt(noon - 60_000);
    expect(ops(planOf({ revision: r, observed, facts: known }))).toEqual([
      expect.stringContaining('restartContainer'),
    ]);
    expect(factsFromObservation(r, observed, known).filter(({ fact }) => fact === 'restarts')).toEqual([]);
  });
});
