// The waves of a rollout: by tier and dependency, of bounded size in tier standard, canaries first. What exchanges a host
// port or a name goes in one wave, for each waits for the other to let go. Pure.

import { isWorkload, type Ref, refOf, type Workload } from '../../desired-state/resource.ts';
import type { Revision, RolloutPolicy } from '../../desired-state/revision.ts';
import { orderOf } from '../order.ts';
import { batchesOf } from '../procedures/batches.ts';
import type { Form } from './changes.ts';
import type { Wave } from './context.ts';

/**
 * The waves in which `changed` come in, in their order. Of tier standard those that are `underWay`, down already, come
 * first, with what they need: others are not taken down beside them.
 */
export function wavesOf(
  next: Revision,
  forms: ReadonlyMap<Ref, Form>,
  changed: ReadonlySet<Ref>,
  { maxUnavailable, canaryMs }: Pick<RolloutPolicy, 'maxUnavailable' | 'canaryMs'>,
  underWay: ReadonlySet<Ref> = new Set(),
): readonly Wave[] {
  const most =
    'count' in maxUnavailable ? maxUnavailable.count : (changed.size * maxUnavailable.percent) / 100;
  const size = (tier: Wave['tier']): number =>
    tier === 'standard' ? Math.max(1, Math.floor(most)) : Number.POSITIVE_INFINITY;
  const canaries = canaryMs > 0 ? canariesOf(next, changed) : new Set<Ref>();
  const grave = new Set([...changed].filter((ref) => !isStandard(next, ref)));
  const standard = new Set([...changed].filter((ref) => !grave.has(ref) && !canaries.has(ref)));
  const first = neededBy(next, underWay, standard);
  const rest = new Set([...standard].filter((ref) => !first.has(ref)));
  const waves: Wave[] = [
    ...batchesOf(next, grave, { size, jobs: true }),
    ...batchesOf(next, first, { size, jobs: true }),
    ...(canaries.size === 0
      ? []
      : [{ tier: 'standard' as const, refs: [...canaries], canary: true as const }]),
    ...batchesOf(next, rest, { size, jobs: true }),
  ];
  return withExchangesTogether(waves, next, forms);
}

/** Of `among`: these, and what they depend on. */
function neededBy(
  { resources }: Revision,
  refs: ReadonlySet<Ref>,
  among: ReadonlySet<Ref>,
): ReadonlySet<Ref> {
  const { dependencies } = orderOf(resources);
  const needed = new Set<Ref>();
  const open = [...refs];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (!among.has(one) || needed.has(one)) continue;
    needed.add(one);
    open.push(...(dependencies.get(one) ?? []));
  }
  return needed;
}

function isStandard({ resources }: Revision, ref: Ref): boolean {
  return orderOf(resources).tier.get(ref) === 2;
}

/** One of each agent class and one of the services, where more than one changes; none that waits for a later wave. */
function canariesOf(next: Revision, changed: ReadonlySet<Ref>): ReadonlySet<Ref> {
  const { refs, dependencies } = orderOf(next.resources);
  const workloads = new Map(next.resources.filter(isWorkload).map((w) => [refOf(w), w]));
  const groups = new Map<string, Ref[]>();
  for (const ref of refs) {
    const workload = workloads.get(ref);
    if (workload === undefined || !changed.has(ref) || !isStandard(next, ref) || workload.lifecycle === 'job')
      continue;
    const group = `${workload.kind} ${workload.agentClass ?? ''}`;
    groups.set(group, [...(groups.get(group) ?? []), ref]);
  }
  const waits = (ref: Ref): boolean =>
    (dependencies.get(ref) ?? []).some((on) => changed.has(on) && isStandard(next, on));
  const firsts = [...groups.values()].flatMap((group) =>
    group.length < 2 ? [] : group.filter((ref) => !waits(ref)).slice(0, 1),
  );
  return new Set(firsts);
}

/** Waves between which something is exchanged are one: the first with all up to the last. */
function withExchangesTogether(
  waves: readonly Wave[],
  next: Revision,
  forms: ReadonlyMap<Ref, Form>,
): readonly Wave[] {
  const at = new Map(waves.flatMap(({ refs }, i) => refs.map((ref) => [ref, i] as const)));
  const holders = new Map<string, Ref>();
  for (const [ref, { workload }] of forms) for (const thing of holdsOf(workload)) holders.set(thing, ref);
  const joined = waves.map((_, i) => i);
  for (const workload of next.resources.filter(isWorkload)) {
    const mine = at.get(refOf(workload));
    if (mine === undefined) continue;
    for (const thing of holdsOf(workload)) {
      const theirs = at.get(holders.get(thing) ?? refOf(workload));
      if (theirs === undefined || theirs === mine) continue;
      const first = Math.min(mine, theirs);
      for (let i = first; i <= Math.max(mine, theirs); i++)
        joined[i] = Math.min(joined[i] ?? i, joined[first] ?? first);
    }
  }
  // What joins a wave that joins an earlier one is of that earlier one.
  const roots = joined.map((_, i) => {
    let root = i;
    while ((joined[root] ?? root) !== root) root = joined[root] ?? root;
    return root;
  });
  const merged = new Map<number, Wave[]>();
  waves.forEach((wave, i) => {
    merged.set(roots[i] ?? i, [...(merged.get(roots[i] ?? i) ?? []), wave]);
  });
  return [...merged.values()].map((parts) => {
    const [first] = parts;
    if (first === undefined || parts.length === 1) return first ?? { tier: 'standard', refs: [] };
    return { tier: first.tier, refs: parts.flatMap((p) => p.refs) };
  });
}

/** What only one container can have at a time. */
function holdsOf({ containerName, container }: Workload): readonly string[] {
  const ports = container.ports.flatMap((p) =>
    p.published && p.publishedEnd === undefined ? [`port ${p.published}/${p.protocol}`] : [],
  );
  return [`name ${containerName}`, ...ports];
}
