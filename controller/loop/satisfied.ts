// Whether what a step waits for holds now, from the plan's own statuses and the observation it was made from. Pure.

import type { Ref } from '../../desired-state/resource.ts';
import type { ObservedState } from '../../reconcilers/observed.ts';
import type { Plan, Step } from '../../reconcilers/plan.ts';

const changesIt = new Set<Step['op']>([
  'createContainer',
  'startContainer',
  'restartContainer',
  'stopContainer',
  'pullModel',
]);

/** Returns a test for needs, in constant time each. */
export function needsOf(plan: Plan, observed: ObservedState): (need: Step['needs'][number]) => boolean {
  const ready = new Map<Ref, string>();
  for (const status of plan.statuses) {
    const condition = status.conditions.find((c) => c.type === 'Ready');
    if (condition?.status === true) ready.set(status.ref, condition.reason);
  }
  // By the container that is its own now: one that is being replaced may run on beside it for a while.
  const own = new Map(plan.statuses.map((s) => [s.ref, s.containerId]));
  const running = new Set(observed.containers.flatMap((c) => (c.state === 'running' ? [c.id] : [])));
  // What this plan is about to stop, make or start is not ready for anybody, however ready the old one is.
  for (const step of plan.steps) if (changesIt.has(step.op)) ready.delete(step.ref);
  return (need) => {
    if (need.condition === 'ready') return ready.has(need.ref);
    if (need.condition === 'started') return running.has(own.get(need.ref) ?? '') || ready.has(need.ref);
    return ready.get(need.ref) === 'Completed';
  };
}
