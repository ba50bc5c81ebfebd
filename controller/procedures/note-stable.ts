// Where no controller watches, the moment before a revision is left is the last in which it can be found stable.

import type { ResourceStatus } from '../../reconcilers/condition.ts';
import { stabilityOf } from '../../reconcilers/rollout/stability.ts';
import type { RevisionRecord, Store } from '../store/store.ts';

export async function noteStable(
  store: Store,
  { id, revision, inForceAt }: RevisionRecord,
  seen: readonly ResourceStatus[],
  now: number,
): Promise<void> {
  const { stable } = stabilityOf(revision, seen, await store.facts(), now, inForceAt);
  if (stable !== undefined) await store.setFacts([{ fact: 'stable', key: id, value: stable }]);
}
