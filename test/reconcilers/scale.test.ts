// Fewer replicas: the highest instances go, whatever the store remembers and however many they are.

import { describe, expect, test } from 'vitest';
import { facts, live, look, ops, planOf, revision, service } from '../support/make.ts';

const web = (index: number) =>
  service(index === 1 ? 'web' : `web:${index}`, { containerName: `shop-web-${index}` });
const five = [1, 2, 3, 4, 5].map(web);

describe('fewer replicas', () => {
  test('remove the highest instances, with the new number as the cause', () => {
    const wanted = revision(five.slice(0, 2));
    const plan = planOf({
      revision: wanted,
      observed: look(
        wanted,
        five.map((w) => live(w)),
      ),
      facts: facts(),
    });
    expect(ops(plan)).toEqual([
      'stopContainer Service/web:5',
      'removeContainer Service/web:5',
      'stopContainer Service/web:4',
      'removeContainer Service/web:4',
      'stopContainer Service/web:3',
      'removeContainer Service/web:3',
    ]);
    expect(plan.blocked).toBeUndefined();
    expect(plan.steps[0]?.cause).toMatchObject({
      reason: 'ScaledDown',
      message: 'Service/web has fewer replicas now; the highest go',
    });
  });

  test('more replicas make the new ones and touch no other', () => {
    const wanted = revision(five);
    const plan = planOf({
      revision: wanted,
      observed: look(
        wanted,
        five.slice(0, 3).map((w) => live(w)),
      ),
    });
    expect(ops(plan)).toEqual([
      'createContainer Service/web:4',
      'startContainer Service/web:4',
      'createContainer Service/web:5',
      'startContainer Service/web:5',
    ]);
  });

  test('a service that is declared no more at all is another matter', () => {
    const wanted = revision([service('other')]);
    const observed = look(wanted, [live(service('other')), ...five.map((w) => live(w))]);
    const plan = planOf({ revision: wanted, observed, facts: facts() });
    expect(ops(plan)).toEqual([]);
    expect(plan.warnings.map((w) => w.reason)).toContain('NotPruned');
  });
});
