// What a recovery begins with: the failure, and the times that go with the workload and the platform's policy.

import { type Ref, refOf, type Workload } from '../../desired-state/resource.ts';
import { type Policy, standardHost } from '../../desired-state/revision.ts';
import type { Facts } from '../facts.ts';
import type { RecoveryInput } from './context.ts';
import type { Failure } from './evidence.ts';
import { needsOf } from './failure.ts';

/** What there is beside the workload that has failed. */
interface Around {
  readonly policy: Policy;
  readonly workloads: ReadonlyMap<Ref, Workload>;
  readonly facts: Facts;
}

/** For `workload`, which fails so. */
export function recoveryInput(
  workload: Workload,
  failure: Failure,
  { policy, workloads, facts }: Around,
): RecoveryInput {
  const { recovery, backoff } = policy;
  return {
    ref: refOf(workload),
    needs: needsOf(workload),
    failure,
    settleMs: recovery.settleMs,
    verifyMs: Math.max(recovery.verifyMs, startMs(workload)),
    slowMs: backoff.maxMs,
    diskPercent: (policy.host ?? standardHost).maxDiskPercent,
    ...failoverOf(workload, { policy, workloads, facts }),
  };
}

/** A failover that is under way goes on as it began; undeclared, with nobody to stand in, there is none. */
function failoverOf(
  workload: Workload,
  { policy, workloads, facts }: Around,
): Pick<RecoveryInput, 'failover' | 'failedOverAt'> {
  const fact = facts.failovers[refOf(workload)];
  const pair = fact ?? workload.failover;
  const standby = pair && workloads.get(pair.to);
  if (pair === undefined || standby === undefined) return {};
  const { to, alias, network } = pair;
  const { verifyMs } = policy.recovery;
  return {
    failover: { to, alias, network, startMs: Math.max(verifyMs, startMs(standby)), checkMs: verifyMs },
    ...(fact?.phase === 'serving' ? { failedOverAt: fact.at } : {}),
  };
}

const engineIntervalMs = 30_000;
const engineRetries = 3;

/** How long it may take by its own probe and healthcheck until one of them says that it is ready, or that it is not. */
function startMs({ probe, container: { healthcheck } }: Workload): number {
  const byProbe =
    probe === undefined ? 0 : probe.startPeriodMs + probe.threshold * probe.everyMs + probe.timeoutMs;
  if (healthcheck === undefined) return byProbe;
  const { startPeriodMs = 0, intervalMs = engineIntervalMs, retries = engineRetries } = healthcheck;
  return Math.max(
    byProbe,
    startPeriodMs + retries * intervalMs + (healthcheck.timeoutMs ?? engineIntervalMs),
  );
}
