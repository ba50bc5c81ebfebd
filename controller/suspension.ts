// A platform's suspension as stored facts: `down` sets one, an apply lifts any but a person's own.

import { liftingWords } from '../reconcilers/lifted-by.ts';
import { exitStatus, ReeveError } from './errors.ts';
import type { Store } from './store/store.ts';

/** A person who suspended is not overruled by another's apply. Throws with status 73. */
export async function requireNotSuspended(store: Store, platform: string): Promise<void> {
  const { suspended } = await store.facts();
  if (suspended?.reason !== 'Suspended') return;
  throw new ReeveError(`platform ${platform} is suspended by ${suspended.by}`, {
    status: exitStatus.blocked,
    hint: `lift it first: reeve resume -p ${platform}`,
  });
}

/** Taken down: stays so until an apply or a resume, a running controller included. */
export async function suspendAsDown(store: Store, platform: string, by: string, at: number): Promise<void> {
  const message = `taken down by ${by}; stays so until ${liftingWords('Down')}`;
  await store.setFacts([{ fact: 'suspended', value: { at, by, reason: 'Down' } }]);
  await store.record([
    { at, type: 'Normal', reason: 'Down', regarding: `Platform/${platform}`, message, by },
  ]);
}

/** An apply begins. */
export async function liftSuspension(store: Store, platform: string, by: string, at: number): Promise<void> {
  const { suspended } = await store.facts();
  if (suspended === undefined) return;
  const message = `no longer suspended (${suspended.reason}): applied by ${by}`;
  await store.setFacts([{ fact: 'suspended', value: undefined }]);
  await store.record([
    { at, type: 'Normal', reason: 'Resumed', regarding: `Platform/${platform}`, message, by },
  ]);
}
