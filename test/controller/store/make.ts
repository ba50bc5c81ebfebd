// Small things to keep in a store, complete enough to compare.

import type { NewEvent, Store } from '../../../controller/store/store.ts';
import type { Ref } from '../../../desired-state/resource.ts';
import { defaultPolicy, type Revision } from '../../../desired-state/revision.ts';
import type { Condition, ResourceStatus } from '../../../reconcilers/condition.ts';
import type { Plan } from '../../../reconcilers/plan.ts';

export function makeEvent(parts: Partial<NewEvent> = {}): NewEvent {
  return {
    at: 1,
    type: 'Normal',
    reason: 'Started',
    regarding: 'Agent/a',
    message: 'started',
    by: 'reeve',
    ...parts,
  };
}

export function makeStatus(
  ref: Ref,
  conditions: readonly Partial<Condition>[],
  containerId?: string,
): ResourceStatus {
  return {
    ref,
    conditions: conditions.map((condition) => ({
      type: 'Ready',
      status: true,
      reason: 'Healthy',
      message: 'it answers',
      ...condition,
    })),
    ...(containerId === undefined ? {} : { containerId }),
  };
}

export function makeRevision(id: string): Revision {
  return {
    id,
    platform: 'demo',
    policy: defaultPolicy,
    sources: ['/srv/reeve.yaml'],
    resources: [],
    reads: [{ name: 'TAG', digest: 'abc' }],
    warnings: [],
    files: ['/srv/reeve.yaml'],
  };
}

/** One step a resource, each by itself. */
export function makePlan(refs: readonly Ref[]): Plan {
  return {
    platform: 'demo',
    revision: 'r1',
    steps: refs.map((ref) => ({
      id: `${ref}:stopContainer`,
      ref,
      op: 'stopContainer',
      args: { containerId: `c-${ref}` },
      cause: { reason: 'NotDeclared', message: 'declared no more' },
      after: [],
      needs: [],
      wave: 1,
      interrupts: true,
    })),
    warnings: [],
    statuses: [],
    reported: [],
  };
}

/** Stores a plan as begun; its id. */
export async function begin(store: Store, plan: Plan, by: string, at: number): Promise<string> {
  const id = store.newPlanId(at);
  await store.beginPlan(id, plan, by, at);
  return id;
}
