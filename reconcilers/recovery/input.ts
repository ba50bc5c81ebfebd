// What a recovery begins with: the failure, and the times that go with the workload and the platform's policy.

import { refOf, type Workload } from '../../desired-state/resource.ts';
import type { Policy } from '../../desired-state/revision.ts';
import type { RecoveryInput } from './context.ts';
import type { Failure } from './evidence.ts';
import { needsOf } from './failure.ts';

/** For `workload`, which fails so. */
export function recoveryInput(workload: Workload, failure: Failure, policy: Policy): RecoveryInput {
  const { recovery, backoff } = policy;
  return {
    ref: refOf(workload),
    needs: needsOf(workload),
    failure,
    settleMs: recovery.settleMs,
    verifyMs: Math.max(recovery.verifyMs, startMs(workload)),
    slowMs: backoff.maxMs,
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
