// What ends a suspension, by its reason. `resume` alone ends those that say nothing about whose the containers are.

import type { Facts } from './facts.ts';

export type SuspensionReason = NonNullable<Facts['suspended']>['reason'];

export const liftedBy = {
  Suspended: ['resume'],
  StoreLost: ['resume', 'apply'],
  Down: ['resume', 'apply'],
  NotAdopted: ['adopt', 'apply'],
  NotApplied: ['apply'],
  Disowned: ['adopt', 'apply'],
} as const satisfies Record<SuspensionReason, readonly string[]>;

/** `reeve adopt or apply`. */
export function liftingWords(reason: SuspensionReason): string {
  return `reeve ${liftedBy[reason].join(' or ')}`;
}

export function isLiftedByResume(reason: SuspensionReason): boolean {
  return liftedBy[reason].some((verb) => verb === 'resume');
}
