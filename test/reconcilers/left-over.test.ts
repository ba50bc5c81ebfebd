// What is declared no more and stays is shown for as long as it is there.

import { describe, expect, test } from 'vitest';
import { deletionCondition } from '../../reconcilers/left-over.ts';
import { condition, facts, live, look, planOf, revision, service, source } from '../support/make.ts';

const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => service(name));
const all = [a, b, c, d].flatMap((w) => w ?? []);
const declared = Object.fromEntries(all.map((w) => [`Service/${w.name}`, source]));

function planFor(count: number, input: { allowDelete?: boolean } = {}) {
  const r = revision(all.slice(0, count));
  const observed = look(r, [
    ...all.slice(0, 3).map((w) => live(w)),
    ...all.slice(3).map((w) => live(w, { state: 'exited', exitCode: 137 })),
  ]);
  return planOf({ revision: r, observed, facts: facts({ declared }), ...input });
}

describe('removals that are held back', () => {
  test('each orphan has a status that says how it is and what removes it', () => {
    const plan = planFor(2);
    expect(condition(plan, 'Service/c', 'Held')).toMatchObject({
      status: true,
      reason: 'NotDeclared',
      message:
        'declared no more, and not removed: its container shop-c-1 runs, and is left as it is, not started again if it ends; reeve apply --allow-delete removes it',
    });
    expect(condition(plan, 'Service/d', 'Ready')).toMatchObject({
      status: false,
      message: expect.stringContaining('exited with status 137'),
    });
  });

  test('the platform has a condition as long as they are', () => {
    expect(deletionCondition(planFor(2))).toMatchObject({ status: true, reason: 'DeletionBlocked' });
    expect(deletionCondition(planFor(4))).toBeUndefined();
    const allowed = planFor(2, { allowDelete: true });
    expect(deletionCondition(allowed)).toBeUndefined();
    expect(allowed.statuses.map((s) => s.ref)).toEqual(['Service/a', 'Service/b']);
  });
});
