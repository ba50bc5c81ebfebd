// Brings a revision in force over what was just seen, and adopts what of it Compose made. Touches nothing on the engine.

import type { Revision } from '../desired-state/revision.ts';
import { adoptable, adoptedPins } from '../reconcilers/adoption.ts';
import type { ObservedState } from '../reconcilers/observed.ts';
import { entriesOf } from '../reconcilers/plan-entries.ts';
import { adoptionSaid, nothingToAdopt, settleAdoption, takeOver } from './adoption.ts';
import type { Engine } from './engine.ts';
import { type InForceOptions, putInForce } from './in-force.ts';
import type { Look } from './loop/reconciler.ts';
import type { Store } from './store/store.ts';

/** Of images that nothing was known of, the tags mean what the containers run that Compose made. */
export async function putInForceAsSeen(
  store: Store,
  engine: Engine,
  revision: Revision,
  observed: ObservedState,
  options: InForceOptions,
): Promise<void> {
  const pins = adoptedPins(revision, observed, await store.facts());
  await store.setFacts(Object.entries(pins).map(([key, value]) => ({ fact: 'pins', key, value })));
  await putInForce(store, engine, revision, options);
}

/** Takes over what is there as it is; what differs waits for an apply. Says what was done. */
export async function adoptSeen(
  store: Store,
  engine: Engine,
  revision: Revision,
  { plan, observed }: Pick<Look, 'plan' | 'observed'>,
  by: string,
  at: number,
): Promise<string> {
  if (adoptable(revision, observed, await store.facts()).containers.length === 0)
    throw nothingToAdopt(revision.platform, observed);
  await putInForceAsSeen(store, engine, revision, observed, { by, at, updateImages: false });
  // Before they are ours: no pass in between may act on what differs.
  await settleAdoption(store, plan.steps.length, at);
  const adopted = await takeOver(store, revision, observed, by, at);
  return adoptionSaid(adopted, entriesOf(plan).length);
}
