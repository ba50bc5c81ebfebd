// Which revision a rollback goes back to: the last stable one, or the one that was named. Pure.

import type { Revision } from '../../desired-state/revision.ts';
import type { Facts } from '../facts.ts';
import type { Images } from '../rollout/context.ts';

/** A revision that was in force, as the store has it. */
export interface Past {
  readonly id: string;
  readonly inForceAt: number;
  readonly by: string;
  readonly revision: Revision;
  readonly images: Images;
}

export interface Found {
  readonly past: Past;
  /** What its images meant: when it was found stable, else when it was in force last. */
  readonly images: Images;
  /** Epoch ms; absent: it was never found stable. */
  readonly stableAt?: number;
}

/**
 * `to`: `stable`, or an id or its beginning, or that of the commit that it came from. `past`: newest first; `current`: in force. Nothing where there is none such; `past` that
 * failed is gone back to only by its name.
 */
export function rollbackTarget(
  to: string,
  past: readonly Past[],
  current: string,
  { stable, quarantined }: Pick<Facts, 'stable' | 'quarantined'>,
): Found | undefined {
  const found =
    to === 'stable'
      ? past.find(({ id }) => id !== current && stable[id] !== undefined && quarantined[id] === undefined)
      : past.find(({ id, revision }) => id.startsWith(to) || revision.commit?.id.startsWith(to));
  if (found === undefined) return undefined;
  const known = stable[found.id];
  return known === undefined
    ? { past: found, images: found.images }
    : { past: found, images: known.images, stableAt: known.at };
}
