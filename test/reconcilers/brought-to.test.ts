// What a revision asked for and what somebody did by hand, told apart also where a container was changed in place since it
// was made.

import { describe, expect, test } from 'vitest';
import type { Workload } from '../../desired-state/resource.ts';
import { needsInspect } from '../../reconcilers/inspect-needs.ts';
import { specHash } from '../../reconcilers/spec-hash.ts';
import { detailOf, facts, live, look, planOf, revision, service } from '../support/make.ts';

const withPids = (pids: number, parts: Partial<Workload> = {}) =>
  service('web', { ...parts, container: { resources: { pids } } });
const [first, second] = [withPids(5), withPids(4)];
const { id } = live(first);

/** `made` was made, brought to another spec since, shows so many pids, and is declared as `now`. */
function planFor(now: Workload, pids: number, broughtTo?: Workload, previous?: Workload) {
  const r = revision([now]);
  const detail = detailOf(now, {}, { resources: { pids } });
  const container = live(first, { detail });
  return planOf({
    revision: r,
    observed: look(r, [container]),
    facts: facts({
      made: { [id]: { ref: 'Service/web', at: 1 } },
      ...(broughtTo === undefined ? {} : { broughtTo: { [id]: specHash(broughtTo) } }),
    }),
    ...(previous === undefined ? {} : { previous: revision([previous]) }),
  });
}

describe('a limit that was changed in place', () => {
  test('seen as it is declared: that is remembered, once', () => {
    expect(planFor(second, 4).statuses[0]?.broughtTo).toBe(specHash(second));
    expect(planFor(second, 4, second).statuses[0]?.broughtTo).toBeUndefined();
    expect(planFor(first, 5).statuses[0]?.broughtTo).toBeUndefined();
    expect(planFor(second, 5).statuses[0]?.broughtTo).toBeUndefined();
  });

  test('and back again in the manifest: a change of the manifest, no drift', () => {
    expect(planFor(first, 4, second, second).steps[0]?.cause.reason).toBe('SpecChanged');
  });

  test('and then by hand: drift', () => {
    expect(planFor(second, 9, second, first).steps[0]?.cause.reason).toBe('Drifted');
  });

  test('drift: report still follows the manifest back, and leaves what is done by hand', () => {
    const drift = { mode: 'report' as const, fields: {} };
    const back = withPids(5, { drift });
    expect(planFor(back, 4, second, second).steps.map((s) => s.op)).toEqual(['updateContainer']);
    const on = withPids(4, { drift });
    expect(planFor(on, 9, second, first)).toMatchObject({
      steps: [],
      reported: [{ reason: 'DriftReported' }],
    });
  });

  test('and back again while nobody looked: inspected, whatever its label says', () => {
    const r = revision([first]);
    const known = facts({ broughtTo: { [id]: specHash(second) } });
    expect(needsInspect(r, look(r, [live(first)]), known)).toEqual([id]);
    expect(needsInspect(r, look(r, [live(first)]), facts())).toEqual([]);
  });
});
