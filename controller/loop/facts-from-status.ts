// What the statuses of a plan let us remember: that a workload once was ready, that a job is done, that a workload has
// been healthy long enough to forget its past restarts. Pure; returns only what changes.

import { isWorkload, type Ref, refOf, type Workload } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import type { ResourceStatus } from '../../reconcilers/condition.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import type { Plan } from '../../reconcilers/plan.ts';
import { specHash } from '../../reconcilers/spec-hash.ts';
import type { FactChange } from '../store/store.ts';

/** The facts that change by how the resources are now. */
export function factsFromStatuses(revision: Revision, plan: Plan, facts: Facts, now: number): FactChange[] {
  const ready = new Map(
    plan.statuses.flatMap((status) => {
      const condition = status.conditions.find((c) => c.type === 'Ready' && c.status);
      return condition === undefined
        ? []
        : [[status.ref, { condition, containerId: status.containerId }] as const];
    }),
  );
  const containers = new Map(plan.statuses.map((s) => [s.ref, s.containerId]));
  const changes: FactChange[] = plan.statuses.flatMap(brought);
  for (const workload of revision.resources) {
    if (!isWorkload(workload)) continue;
    const ref = refOf(workload);
    changes.push(...adopted(ref, containers.get(ref), facts, now));
    const status = ready.get(ref);
    if (status === undefined) continue;
    if (status.condition.reason === 'Completed') {
      if (facts.completed[ref] === undefined) {
        const value = { specHash: specHash(workload), at: now, containerId: status.containerId ?? '' };
        changes.push({ fact: 'completed', key: ref, value });
      }
      continue;
    }
    if (facts.onceReady[ref] === undefined && canBeSeenReady(workload)) {
      changes.push({ fact: 'onceReady', key: ref, value: now });
    }
    // It rests: there is nothing of it that could be restarted.
    if (status.condition.reason === 'StandsBy' && facts.restarts[ref] !== undefined)
      changes.push({ fact: 'restarts', key: ref, value: undefined });
    const since = status.containerId === undefined ? undefined : facts.runningSince[status.containerId];
    if (
      facts.attempts[ref] !== undefined &&
      since !== undefined &&
      now - since >= revision.policy.resetAfterMs
    ) {
      changes.push({ fact: 'attempts', key: ref, value: undefined });
    }
  }
  return changes;
}

/** What differs of it from now on was changed by somebody else. */
function brought({ containerId, broughtTo }: ResourceStatus): FactChange[] {
  if (containerId === undefined || broughtTo === undefined) return [];
  return [{ fact: 'broughtTo', key: containerId, value: broughtTo }];
}

/** Readiness of it was more than running for a moment. */
function canBeSeenReady(workload: Workload): boolean {
  const { container, probe } = workload;
  return container.ports.length > 0 || probe !== undefined || container.healthcheck !== undefined;
}

/** What a status is about is ours, also where the store that knew so was lost. */
function adopted(ref: Ref, id: string | undefined, facts: Facts, now: number): FactChange[] {
  if (id === undefined || facts.made[id] !== undefined) return [];
  return [{ fact: 'made', key: id, value: { ref, at: now } }];
}
