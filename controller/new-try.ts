// A person's apply is a new try: back-off and given-up replacements of what is not ready, or whose new image could not
// be had, are forgotten.

import type { Ref } from '../desired-state/resource.ts';
import { imageFailures } from '../reconcilers/images.ts';
import type { Plan } from '../reconcilers/plan.ts';
import { withoutFailures } from './failures.ts';
import type { FactChange, Store } from './store/store.ts';

/** Returns the refs that get their new try. */
export async function forgetFailures(store: Store, plan: Plan): Promise<readonly Ref[]> {
  const facts = await store.facts();
  // It runs, and is not what it should be.
  const lacksImage = (ref: Ref): boolean => imageFailures.has(facts.failures[ref]?.reason ?? '');
  const failing = plan.statuses
    .filter((s) => s.conditions.some((c) => c.type === 'Ready' && !c.status) || lacksImage(s.ref))
    .map((s) => s.ref);
  const known = failing.filter(
    (ref) => facts.attempts[ref] ?? facts.failures[ref] ?? facts.failedReplacements[ref],
  );
  const forgotten = known.flatMap(withoutFailures);
  if (forgotten.length > 0) await store.setFacts(forgotten);
  return known;
}

/** A person's `down` is a new try of what could not be removed. */
export async function forgetFailedRemovals(store: Store): Promise<void> {
  const { failures } = await store.facts();
  const keys = (Object.keys(failures) as Ref[]).filter((ref) => failures[ref]?.removing);
  const changes = keys.flatMap((key): FactChange[] => [
    { fact: 'attempts', key, value: undefined },
    { fact: 'failures', key, value: undefined },
  ]);
  if (changes.length > 0) await store.setFacts(changes);
}
