// `depends_on` with `restart: true`: what depends on a container that was made anew is restarted once that one is
// ready. Level-triggered: the dependency's container is younger than the dependent's run. Never for a crash that the
// engine or reeve mended by a start, as with Compose.

import type { Ref } from '../desired-state/resource.ts';
import type { Situation } from './situation.ts';
import { ownedBy } from './world.ts';

/** The first such dependency; what a lost store has not seen begin is never restarted. */
export function recreatedDependency({ workload, container, facts, setting }: Situation): Ref | undefined {
  if (container === undefined) return undefined;
  const since = facts.runningSince[container.id];
  if (since === undefined) return undefined;
  const found = workload.dependsOn.find(({ on, restart }) => {
    if (restart !== true) return false;
    const { current, predecessor } = ownedBy(setting.world, on);
    // Until the old one is gone the new one may still give way to it.
    if (current === undefined || predecessor !== undefined) return false;
    return current.createdAt > since && setting.readiness.get(on)?.state === 'ready';
  });
  return found?.on;
}
