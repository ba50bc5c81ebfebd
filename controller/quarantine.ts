// A revision that failed is not brought in again until a newer one comes or a person lifts that.

import type { Ref } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import type { Quarantine } from '../reconcilers/facts.ts';
import { imageUpdate } from '../reconcilers/images.ts';
import type { Notice } from '../reconcilers/plan.ts';
import { quarantineWords } from '../reconcilers/rollout/quarantine.ts';
import type { ApplyOptions } from './control.ts';
import { exitStatus, ReeveError } from './errors.ts';
import { withoutFailures } from './failures.ts';
import type { Look, PassOptions } from './loop/pass.ts';
import type { Rollouts } from './procedures/rollouts.ts';
import type { Store } from './store/store.ts';

/** Why an apply of it is refused. */
function isQuarantined(id: string, quarantine: Quarantine): ReeveError {
  return new ReeveError(quarantineWords(id, quarantine), { status: exitStatus.blocked });
}

/** Said with each plan of it. */
export async function quarantineNotices(
  store: Store,
  { id, platform }: Revision,
): Promise<readonly Notice[]> {
  const quarantine = (await store.facts()).quarantined[id];
  if (quarantine === undefined) return [];
  return [{ ref: `Platform/${platform}`, reason: 'Quarantined', message: quarantineWords(id, quarantine) }];
}

/** A person's word: what failed of it gets its new try. */
async function liftQuarantineOf(
  store: Store,
  { id, platform }: Revision,
  by: string,
  at: number,
): Promise<void> {
  const { failedReplacements } = await store.facts();
  const failed = (Object.keys(failedReplacements) as Ref[]).flatMap(withoutFailures);
  await store.setFacts([{ fact: 'quarantined', key: id, value: undefined }, ...failed]);
  await store.record([
    {
      at,
      type: 'Normal',
      reason: 'QuarantineLifted',
      regarding: `Platform/${platform}`,
      message: `revision ${id} may come in again: ${by}`,
      revision: id,
      by,
    },
  ]);
}

/**
 * Before an apply puts `revision` in force: it comes in wave by wave, and one that failed only by a person's word.
 * `bringFiles`: of its commit; once nothing is in the way, and before anything is begun that would wait for it.
 * @throws where it is quarantined, or a rollback is under way.
 */
export async function bringIn(
  store: Store,
  rollouts: Rollouts,
  revision: Revision,
  { plan, observed, pass }: Pick<Look, 'plan' | 'observed'> & { readonly pass: PassOptions },
  { by, names, liftQuarantine }: Pick<ApplyOptions, 'by' | 'names' | 'liftQuarantine'>,
  bringFiles: () => Promise<unknown>,
): Promise<void> {
  const facts = await store.facts();
  const quarantined = facts.quarantined[revision.id];
  if (quarantined !== undefined && liftQuarantine !== true) throw isQuarantined(revision.id, quarantined);
  await rollouts.mustNotGoBack(revision);
  await bringFiles();
  if (quarantined !== undefined) await liftQuarantineOf(store, revision, by, Date.now());
  // Single ones are brought in at once: that is what naming them is for.
  if (names.length > 0) return;
  const update = imageUpdate(revision, observed, facts, pass);
  await rollouts.bringIn(revision, by, plan.statuses, update);
}

/** @throws where it is quarantined, or a rollback goes back to another. */
export async function requireMayComeIn(store: Store, rollouts: Rollouts, revision: Revision): Promise<void> {
  const quarantined = (await store.facts()).quarantined[revision.id];
  if (quarantined !== undefined) throw isQuarantined(revision.id, quarantined);
  await rollouts.mustNotGoBack(revision);
}
