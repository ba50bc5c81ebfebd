// Containers of ours that bear each other's names: each gets its own back, nobody is told to remove one of them.

import { describe, expect, test } from 'vitest';
import { isWorkload } from '../../desired-state/resource.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { condition, facts, live, look, noon, ops, planOf, revision, service } from '../support/make.ts';
import { ModelEngine } from '../support/model-engine.ts';

const [a, b, c] = [service('a'), service('b'), service('c')];
const r = revision([a, b, c]);
const made = Object.fromEntries(
  [a, b, c].map((w) => [live(w).id, { ref: `Service/${w.name}` as const, at: 1 }]),
);

/** Each of ours under another name; one without a name is not there. */
function planFor(names: Readonly<Record<string, string>>, known: Partial<Facts> = {}) {
  const containers = r.resources.filter(isWorkload).flatMap((w) => {
    const name = names[w.name];
    return name === undefined ? [] : [live(w, { name })];
  });
  return planOf({ revision: r, observed: look(r, containers), facts: facts({ made, ...known }) });
}

describe('names of ours that changed places', () => {
  test('in a circle: each lets go of the one it bears, without a restart', () => {
    const plan = planFor({ a: 'shop-b-1', b: 'shop-a-1', c: 'shop-c-1' });
    expect(plan.steps.map((s) => [s.op, s.ref, s.interrupts, 'name' in s.args ? s.args.name : ''])).toEqual([
      ['renameContainer', 'Service/a', false, `shop-a-1.renamed-${live(a).id.slice(0, 12)}`],
      ['renameContainer', 'Service/b', false, `shop-b-1.renamed-${live(b).id.slice(0, 12)}`],
    ]);
    expect(plan.steps[0]?.cause).toMatchObject({
      reason: 'NamesMixedUp',
      message:
        'its container bears the name shop-b-1, and that of Service/b bears shop-a-1; each gets its own name back, without a restart',
    });
    expect(condition(plan, 'Service/a', 'Ready').status).toBe(true);
  });

  test.each([2, 3])('%i in a circle come to their own names', (count) => {
    const engine = new ModelEngine();
    engine.settle(r);
    const some = engine.containers.slice(0, count);
    const names = some.map((x) => x.name);
    for (const [i, container] of some.entries()) container.name = names[(i + 1) % count] ?? '';
    expect(engine.settle(r)).toBeDefined();
    expect(engine.ran.filter(({ step }) => step.interrupts)).toEqual([]);
    expect(engine.containers.map((x) => x.name).sort()).toEqual(['shop-a-1', 'shop-b-1', 'shop-c-1']);
  });

  test('in a row: the one whose name is free goes first, the other is not called taken', () => {
    const plan = planFor({ a: 'shop-b-1', b: 'elsewhere', c: 'shop-c-1' });
    expect(ops(plan)).toEqual(['renameContainer Service/a']);
    expect(condition(plan, 'Service/b', 'Degraded')).toMatchObject({
      reason: 'NamesMixedUp',
      message: expect.stringContaining('it goes on once Service/a has its own name'),
    });
  });

  test('one that is missing waits for its name', () => {
    const plan = planFor({ a: 'shop-b-1', c: 'shop-c-1' });
    expect(ops(plan)).toEqual(['renameContainer Service/a']);
    expect(condition(plan, 'Service/b', 'Degraded').reason).toBe('NamesMixedUp');
  });

  test('one of them is held: none is moved aside in vain', () => {
    const holds = { 'Service/b': { at: noon, stopped: false, by: 'ann' } } as const;
    expect(planFor({ a: 'shop-b-1', b: 'shop-a-1', c: 'shop-c-1' }, { holds }).steps).toEqual([]);
  });
});
