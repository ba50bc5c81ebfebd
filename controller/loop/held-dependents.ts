// Remembers who is held for a dependency that is not ready, and from when they may be restarted once it is. After the pass,
// and only where somebody is held: a pass in which nothing fails asks two questions.

import type { Revision } from '../../desired-state/revision.ts';
import { heldForChanges, isHeldReason } from '../../reconcilers/dependents.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import type { FactChange, Store } from '../store/store.ts';
import type { PassResult } from './reconciler.ts';

/** True: something of it has changed, and the next pass will see it. */
export async function noteHeld(
  store: Store,
  { plan, turned }: PassResult,
  revision: Revision,
  facts: Facts,
  now: number,
): Promise<boolean> {
  const isNews = turned.some((c) => c.status && isHeldReason(c.reason));
  if (!isNews && Object.keys(facts.heldFor).length === 0) return false;
  const changes = heldForChanges(revision, plan.statuses, facts, now);
  if (changes.length === 0) return false;
  await store.setFacts(changes.map(({ ref, value }): FactChange => ({ fact: 'heldFor', key: ref, value })));
  return true;
}
