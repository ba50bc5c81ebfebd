// What binds a saved plan to the world and the manifests that it was made from.

import { contentHash } from '../desired-state/revision.ts';
import type { Plan } from '../reconcilers/plan.ts';
import { exitStatus, ReeveError } from './errors.ts';

/** Same manifests, same steps with the same arguments: the same plan. Ages of causes do not count. */
export function fingerprintOf(revision: string, plan: Plan): string {
  const steps = plan.steps.map(({ id, op, args, after }) => ({ id, op, args, after }));
  return `${revision}.${contentHash({ steps, blocked: plan.blocked?.reason }, 32)}`;
}

/** Says which of the two has changed. */
export function stalePlan(fingerprint: string, revision: string): ReeveError {
  const [planned] = fingerprint.split('.');
  const why =
    planned === revision
      ? 'what runs has changed since it was made'
      : `the manifests have changed since it was made (revision ${planned}, now ${revision})`;
  return new ReeveError(`this plan is stale: ${why}; nothing was done`, {
    status: exitStatus.blocked,
    hint: 'reeve plan shows what would be done now; --out FILE saves it',
  });
}
