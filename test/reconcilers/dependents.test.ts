// Dependents that were held for a dependency: given time once it is back, in waves.

import { expect, test } from 'vitest';
import type { Ref } from '../../desired-state/resource.ts';
import type { ResourceStatus } from '../../reconcilers/condition.ts';
import { heldForChanges } from '../../reconcilers/dependents.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { facts, noon, revision, service } from '../support/make.ts';

const names = ['a', 'b', 'c', 'd', 'e', 'f'];
const probe = { tcp: { port: 80 }, everyMs: 3_000, timeoutMs: 1_000, threshold: 3, startPeriodMs: 0 };
const shop = revision(names.map((name) => service(name, { probe })));

function statuses(reason: string): readonly ResourceStatus[] {
  return names.map((name) => ({
    ref: `Service/${name}`,
    conditions: [{ type: 'Degraded', status: true, reason, message: '' }],
  }));
}

function after(before: Facts['heldFor'], reason: string): Facts['heldFor'] {
  const next: Record<Ref, Facts['heldFor'][Ref]> = { ...before };
  for (const { ref, value } of heldForChanges(shop, statuses(reason), facts({ heldFor: before }), noon)) {
    if (value === undefined) delete next[ref];
    else next[ref] = value;
  }
  return next;
}

test('those that fail while it is down are remembered, and freed by their own probe and five at a time when it is back', () => {
  const held = after({}, 'DependencyNotReady');
  expect(Object.keys(held)).toHaveLength(6);
  const freed = after(held, 'DependencyBack');
  expect(Object.values(freed).map((h) => (h.freeAt ?? 0) - noon)).toEqual([
    4_000, 4_000, 4_000, 4_000, 4_000, 14_000,
  ]);
  // Looked at again, nothing is put off.
  expect(heldForChanges(shop, statuses('DependencyBack'), facts({ heldFor: freed }), noon + 1)).toEqual([]);
});

test('down again before their time: held anew; restarted or well: forgotten', () => {
  const freed = after(after({}, 'DependencyNotReady'), 'DependencyBack');
  expect(after(freed, 'DependencyNotReady')['Service/a']).toEqual({ at: noon });
  expect(after(freed, 'Unhealthy')).toEqual({});
});
