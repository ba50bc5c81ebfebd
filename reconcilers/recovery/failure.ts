// Which workloads of a look have failed by themselves: what a recovery begins with, and goes on with. Pure. What a person
// or the engine ended, what is held, and what another wish keeps from being (a protected resource) is no failure.

import { isWorkload, type Ref, type Resource, refOf, type Workload } from '../../desired-state/resource.ts';
import type { Condition, ResourceStatus } from '../condition.ts';
import { isHeldReason } from '../dependents.ts';
import type { Facts } from '../facts.ts';
import { statusIn } from '../procedures/status-in.ts';
import type { Failure } from './evidence.ts';

/** Words for which a restart, a wait or a person is the answer; of causes, of conditions and of the engine's refusals. */
const failureReasons = new Set([
  'Exited',
  'OomKilled',
  'StartFailed',
  'Unhealthy',
  'ProbeFailing',
  'BackOff',
  'CrashLoopBackOff',
  'ImageMissing',
  'ImagePullFailed',
  'ImagePullDenied',
  'PortTaken',
  'CommandNotFound',
  'MountMissing',
  'NoSpace',
  'UserMissing',
  'FilesRefused',
  'StepFailed',
  'EngineRefused',
]);

/** Whether a condition with this reason may be a recovery's business. */
export function isFailure(reason: string): boolean {
  return failureReasons.has(reason);
}

export interface Seen {
  readonly statuses: readonly ResourceStatus[];
  readonly facts: Facts;
}

/** What it says of itself that is wrong; undefined: nothing that a recovery is for. */
export function troubleOf(status: ResourceStatus | undefined): Condition | undefined {
  if (status === undefined || isReady(status)) return undefined;
  return status.conditions.find((c) => c.type === 'Degraded' && c.status && failureReasons.has(c.reason));
}

/** It fails and is held, because what it depends on is not ready, or has only just become so. */
export function waitsForDependency(status: ResourceStatus): Condition | undefined {
  return status.conditions.find((c) => c.type === 'Degraded' && c.status && isHeldReason(c.reason));
}

export function isReady(status: ResourceStatus | undefined): boolean {
  return status?.conditions.some((c) => c.type === 'Ready' && c.status) === true;
}

/** When it was last tried anew after a failure; epoch ms. */
export function lastTry({ attempts }: Facts, ref: Ref): number | undefined {
  return attempts[ref]?.at.at(-1);
}

/** What must be ready before it can be. */
export function needsOf({ dependsOn }: Workload): readonly Ref[] {
  return dependsOn.filter((d) => d.required && d.condition === 'ready').map((d) => d.on);
}

/** Those of `refs` that are not ready; what is declared no more is not waited for. */
export function notReady(refs: readonly Ref[], statuses: readonly ResourceStatus[]): readonly Ref[] {
  if (refs.length === 0) return refs;
  return refs.filter((ref) => {
    const status = statusIn(statuses, ref);
    return status !== undefined && !isReady(status);
  });
}

/**
 * How `workload` fails, as far as can be seen; `at`: when that was noticed. Where nothing is seen of it any more, because
 * it was started again already, the attempt alone tells.
 */
export function failureOf(workload: Workload, { statuses, facts }: Seen, at: number): Failure {
  const ref = refOf(workload);
  const status = statusIn(statuses, ref);
  const trouble = troubleOf(status);
  const tried = facts.failures[ref] ?? facts.attempts[ref];
  return {
    reason: trouble?.reason ?? 'Failed',
    at,
    waitsFor: notReady(needsOf(workload), statuses),
    ...(status?.containerId === undefined ? {} : { containerId: status.containerId }),
    looping: facts.attempts[ref]?.crashLoopSince !== undefined,
    blocked: tried === undefined && trouble?.reason === 'PortTaken',
  };
}

/** The workloads that a recovery may be for: a job that has failed is a person's. */
export function recoverable(resources: readonly Resource[]): ReadonlyMap<Ref, Workload> {
  const found = resources.filter(isWorkload).filter((w) => w.lifecycle !== 'job');
  return new Map(found.map((w) => [refOf(w), w]));
}
