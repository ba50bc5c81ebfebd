// Which workloads are restarted together: core, then critical, then the rest, dependencies before dependents, in batches
// of a bounded size. The plan that is shown is the one that runs.

import { isWorkload, type Ref, refOf, type Tier, tiers } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { orderOf } from '../order.ts';

export interface Batch {
  readonly tier: Tier;
  readonly refs: readonly Ref[];
}

/**
 * Batches of the chosen workloads, in the order in which they are restarted. Members of one batch do not depend on one
 * another: of two that do, the second waits until the first is ready. Jobs are left alone: they have had their end.
 */
export function batchesOf(revision: Revision, chosen: ReadonlySet<Ref>, size: number): readonly Batch[] {
  const { refs, tier, dependencies } = orderOf(revision.resources);
  const services = new Set(
    revision.resources.flatMap((r) => (isWorkload(r) && r.lifecycle !== 'job' ? [refOf(r)] : [])),
  );
  const batches: { tier: Tier; refs: Ref[] }[] = [];
  const placed = new Map<Ref, number>();
  for (const ref of refs) {
    if (!chosen.has(ref) || !services.has(ref)) continue;
    const own = tiers[tier.get(ref) ?? tiers.length - 1] ?? 'standard';
    const after = Math.max(-1, ...(dependencies.get(ref) ?? []).map((on) => placed.get(on) ?? -1));
    const open = batches.findIndex((b, i) => i > after && b.tier === own && b.refs.length < size);
    const at = open === -1 ? batches.push({ tier: own, refs: [] }) - 1 : open;
    batches[at]?.refs.push(ref);
    placed.set(ref, at);
  }
  return batches;
}
