// Removals that are held back as a condition of the platform: it stands until a person lets them go or declares the
// resources again.

import type { Ref } from '../../desired-state/resource.ts';
import { deletionCondition } from '../../reconcilers/left-over.ts';
import type { Plan } from '../../reconcilers/plan.ts';
import type { Store } from '../store/store.ts';

/** Writes only where it has changed. */
export async function saveHeldBack(store: Store, plan: Plan, at: number): Promise<void> {
  const ref: Ref = `Platform/${plan.platform}`;
  const held = deletionCondition(plan);
  const stands = (await store.conditions()).some((c) => c.ref === ref && c.type === 'Held' && c.status);
  if (held === undefined && !stands) return;
  const over = { type: 'Held', status: false, reason: 'NothingHeldBack', message: '' } as const;
  await store.saveCondition(ref, held ?? over, at);
}
