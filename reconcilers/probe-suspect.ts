// Many probes that begin to fail at once speak against the prober, not against the workloads: restarts wait.

import { isWorkload, refOf } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import type { ObservedState } from './observed.ts';

const suspiciousShare = 0.3;
const fewestProbes = 4;

export interface Suspicion {
  readonly failing: number;
  readonly probes: number;
  readonly since: number;
  /** It ends by itself then: a fault that lasts is the workloads'. */
  readonly until: number;
}

/** Whether more than 30 % of all probes (of four or more) began to fail within one interval, and lately. */
export function probeSuspicion(
  revision: Revision,
  observed: ObservedState,
  now: number,
): Suspicion | undefined {
  const begins: number[] = [];
  let probes = 0;
  let interval = 0;
  for (const workload of revision.resources) {
    if (!isWorkload(workload) || workload.probe === undefined) continue;
    const result = observed.probes[refOf(workload)];
    if (result === undefined) continue;
    probes++;
    interval = Math.max(interval, workload.probe.everyMs);
    if (result.outcome === 'fail') begins.push(result.at - (result.failures - 1) * workload.probe.everyMs);
  }
  if (probes < fewestProbes || begins.length <= probes * suspiciousShare) return undefined;
  begins.sort((a, b) => a - b);
  const needed = Math.floor(probes * suspiciousShare) + 1;
  for (let first = begins.length - needed; first >= 0; first--) {
    const since = begins[first] ?? 0;
    const last = begins[first + needed - 1] ?? 0;
    const until = since + revision.policy.progressDeadlineMs;
    if (last - since <= interval && now < until) return { failing: begins.length, probes, since, until };
  }
  return undefined;
}
