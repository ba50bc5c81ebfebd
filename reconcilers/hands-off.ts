// Whether reeve's hands are off a resource, and what gives it back: where they are, nothing may be said of what is done.

import type { Facts, Hold } from './facts.ts';
import { liftingWords } from './lifted-by.ts';

/** What ends a suspension of the platform, in words; undefined: nothing is suspended, or the plan is what ends it. */
export function suspendedUntil(facts: Facts, mode: 'apply' | 'keep' | 'down'): string | undefined {
  const { suspended } = facts;
  return mode !== 'keep' || suspended === undefined ? undefined : liftingWords(suspended.reason);
}

/** A person took the platform down: what is not there is as it is wanted. An apply is what makes it again. */
export function isTakenDown({ suspended }: Facts): boolean {
  return suspended?.reason === 'Down';
}

/** How a resource reads that was taken down with the platform. */
export function takenDownWords({ suspended }: Facts): string {
  return `taken down by ${suspended?.by ?? 'somebody'}; it stays so until ${liftingWords('Down')}`;
}

/** What ends a hold, in words. */
export function heldUntil(ref: string, hold: Hold): string {
  return hold.until === undefined
    ? `reeve release ${ref}`
    : `${new Date(hold.until).toISOString().slice(0, 19)}Z`;
}

/** How a sentence ends: what reeve does about it, or that nothing is done and until when. */
export function outcomeWords(outcome: string, until: string | undefined): string {
  return until === undefined ? outcome : `; nothing is done until ${until}`;
}
