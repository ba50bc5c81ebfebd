// A restart that a procedure asked for, made by a controller that died before it could store so: seen by the container's own
// start, and not made again.

import { describe, expect, test } from 'vitest';
import { factsFromObservation } from '../../controller/loop/facts-from-observation.ts';
import { eventsOfLostOutcomes, foundRestarted } from '../../controller/loop/lost-outcomes.ts';
import type { BegunStep } from '../../controller/store/store.ts';
import { needsInspect } from '../../reconcilers/inspect-needs.ts';
import type { Step, StepOp } from '../../reconcilers/plan.ts';
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
    expect(foundRestarted(changes)).toEqual(['Service/web']);
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

  const journal = { at: noon, by: 'reeve', revision: r.id, pass: 'p' };
  const begun = (startedAt: number, op: StepOp = 'restartContainer'): BegunStep => ({
    step: { ref: 'Service/web', op } as unknown as Step,
    startedAt,
  });

  test.each<StepOp>([
    'restartContainer',
    // It was down when it was asked for.
    'startContainer',
  ])('it is told as made by a controller that ended where that had begun it: %s', (op) => {
    const steps = [begun(noon - 4_000, op)];
    expect(eventsOfLostOutcomes(['Service/web'], known.restarts, steps, journal)).toEqual([
      {
        ...journal,
        type: 'Normal',
        reason: 'Restarted',
        regarding: 'Service/web',
        message: 'container restarted, by a controller that ended before it could say so',
      },
    ]);
  });

  test.each<[string, readonly BegunStep[]]>([
    ['nobody of ours had begun it', []],
    ['what had begun was for an earlier one', [begun(noon - 60_000)]],
    ['what had begun was something else', [begun(noon - 4_000, 'stopContainer')]],
  ])('it is told as made by others where %s', (_what, steps) => {
    expect(eventsOfLostOutcomes(['Service/web'], known.restarts, steps, journal)).toMatchObject([
      {
        reason: 'RestartedByOthers',
        message: 'container restarted, not by reeve: what was asked for is done',
      },
    ]);
  });
});
