// How long workloads took to be ready the last time that a procedure started them: what the next is expected to take.

import type { Ref } from '../../desired-state/resource.ts';
import { definitionOf, definitions } from '../../reconcilers/procedures/index.ts';
import type { StoreReader } from '../store/sql-store.ts';

/** So many procedures back. */
const lookedAt = 50;

/** Of each the newest time that is known; one that shared a batch took as long as its batch. */
export async function readyTimes(store: Pick<StoreReader, 'procedures'>): Promise<ReadonlyMap<Ref, number>> {
  const times = new Map<Ref, number>();
  for (const record of await store.procedures({ limit: lookedAt })) {
    const { state, context } = record.machine;
    const { stages = [] } = definitionOf(definitions, record)?.outlook(state, context) ?? {};
    for (const { refs, beganAt, readyAt, starts } of stages) {
      if (readyAt === undefined || starts !== true) continue;
      for (const ref of refs) if (!times.has(ref)) times.set(ref, readyAt - beganAt);
    }
  }
  return times;
}
