// `depends_on` with `restart: true`: what depends on a container that reeve made anew is restarted once that one is
// ready. Level-triggered: the dependency's container is younger than the dependent's run. Never for a crash that a start
// mended, as with Compose; never for what others made, so that neither an adoption nor a lost store restarts anything.

import type { Ref, Workload } from '../desired-state/resource.ts';
import type { Facts } from './facts.ts';
import type { ObservedContainer } from './observed.ts';
import type { Owned } from './ownership.ts';
import type { Readiness } from './readiness.ts';

/** The first such dependency. Both times are the engine's own, whose clock may differ from ours: by the detail only. */
export function recreatedDependency(
  workload: Workload,
  container: ObservedContainer,
  facts: Facts,
  owned: ReadonlyMap<Ref, Owned>,
  readiness: ReadonlyMap<Ref, Readiness>,
): Ref | undefined {
  const startedAt = container.detail?.startedAt;
  if (startedAt === undefined) return undefined;
  // What we have just restarted ourselves may not have been looked at since.
  const since = Math.max(startedAt, facts.runningSince[container.id] ?? 0);
  const made = madeAnew(workload, facts, owned);
  return made.find(({ on, createdAt }) => createdAt > since && readiness.get(on)?.state === 'ready')?.on;
}

/** It may have to follow one: when it was started must be known for sure. */
export function mayHaveToFollow(
  workload: Workload,
  container: ObservedContainer,
  facts: Facts,
  owned: ReadonlyMap<Ref, Owned>,
): boolean {
  const since = facts.runningSince[container.id];
  return since !== undefined && madeAnew(workload, facts, owned).some(({ createdAt }) => createdAt > since);
}

function madeAnew(workload: Workload, facts: Facts, owned: ReadonlyMap<Ref, Owned>) {
  return workload.dependsOn.flatMap(({ on, restart }) => {
    const { current, predecessor } = owned.get(on) ?? {};
    // Until the old one is gone the new one may still give way to it.
    if (restart !== true || current === undefined || predecessor !== undefined) return [];
    const made = facts.made[current.id];
    return made === undefined || made.adopted === true ? [] : [{ on, createdAt: current.createdAt }];
  });
}
