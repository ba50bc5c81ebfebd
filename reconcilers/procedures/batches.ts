// Which workloads are begun together: core, then critical, then the rest, dependencies before dependents, in batches of a
// bounded size. The plan that is shown is the one that runs.

import {
  isWorkload,
  type Ref,
  refOf,
  type Tier,
  tiers,
  type Workload,
} from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { orderOf } from '../order.ts';

export interface Batch {
  readonly tier: Tier;
  readonly refs: readonly Ref[];
}

export interface BatchOptions {
  /** How many at most in a batch of this tier. */
  readonly size: (tier: Tier) => number;
  /** Jobs too: where what depends on one may have to wait for it. */
  readonly jobs?: boolean;
  /** Whether a batch has room for one more; absent: its size alone decides. An empty batch has room for any. */
  readonly hasRoom?: (batch: readonly Workload[], one: Workload) => boolean;
}

/**
 * Batches of the chosen workloads, in the order in which they are begun. Members of one batch do not depend on one
 * another: of two that do, the second waits until the first is ready.
 */
export function batchesOf(
  revision: Revision,
  chosen: ReadonlySet<Ref>,
  { size, jobs = false, hasRoom = () => true }: BatchOptions,
): readonly Batch[] {
  const { refs, tier, dependencies } = orderOf(revision.resources);
  const workloads = new Map(
    revision.resources.flatMap((r) =>
      isWorkload(r) && (jobs || r.lifecycle !== 'job') ? [[refOf(r), r] as const] : [],
    ),
  );
  const batches: { tier: Tier; members: Workload[] }[] = [];
  const placed = new Map<Ref, number>();
  for (const ref of refs) {
    const workload = workloads.get(ref);
    if (!chosen.has(ref) || workload === undefined) continue;
    const own = tiers[tier.get(ref) ?? tiers.length - 1] ?? 'standard';
    const after = Math.max(-1, ...(dependencies.get(ref) ?? []).map((on) => placed.get(on) ?? -1));
    const open = batches.findIndex(
      (b, i) => i > after && b.tier === own && b.members.length < size(own) && hasRoom(b.members, workload),
    );
    const at = open === -1 ? batches.push({ tier: own, members: [] }) - 1 : open;
    batches[at]?.members.push(workload);
    placed.set(ref, at);
  }
  return batches.map(({ tier: own, members }) => ({ tier: own, refs: members.map(refOf) }));
}
