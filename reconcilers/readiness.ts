// Ready, not Up: whether a container does its work, from the engine's healthcheck and reeve's own probe together.

import { type Ref, refOf, type Workload } from '../desired-state/resource.ts';
import type { Policy } from '../desired-state/revision.ts';
import type { Facts } from './facts.ts';
import { isHealthStale, nextCheckAt } from './health.ts';
import type { ObservedContainer, ObservedState, ProbeResult } from './observed.ts';

export interface Readiness {
  /** `done`: a job that ended well, or one that Compose leaves at rest. */
  readonly state: 'ready' | 'starting' | 'notReady' | 'done';
  readonly reason: string;
  readonly message: string;
  /** When time alone will change it. */
  readonly nextAt?: number;
}

/**
 * How `container` is as `workload`, seen `at`, epoch ms. Not as of now: a look may take long, and what ran when it began
 * may have ended since.
 */
export function readiness(
  workload: Workload,
  container: ObservedContainer,
  probe: ProbeResult | undefined,
  facts: Facts,
  policy: Policy,
  at: number,
): Readiness {
  if (container.state !== 'running') {
    return endedWell(workload, container, facts)
      ? { state: 'done', reason: 'Completed', message: 'it has done its work and exited with status 0' }
      : { state: 'notReady', reason: stateReason(container), message: stateMessage(container) };
  }
  if (isHealthStale(container)) {
    const message = 'its healthcheck has not run again since it was paused';
    return { state: 'starting', reason: 'HealthStarting', message, nextAt: nextCheckAt(container, at) };
  }
  // What a database says of itself counts more than that it takes no connection: a restart would begin it anew.
  if (probe?.outcome === 'loading' && probe.containerId === container.id) return loading(probe);
  if (container.health === 'unhealthy') {
    const output = container.detail?.checkOutput;
    const message = output === undefined ? 'its healthcheck fails' : `its healthcheck fails: ${output}`;
    return { state: 'notReady', reason: 'Unhealthy', message };
  }
  if (container.health === 'starting') {
    return { state: 'starting', reason: 'HealthStarting', message: 'its healthcheck has not passed yet' };
  }
  const since = runningSince(container, facts);
  if (workload.probe !== undefined) {
    const probed = byProbe(workload.probe, container, probe, since, at);
    if (probed !== undefined) return probed;
  } else if (container.health === 'healthy') {
    return { state: 'ready', reason: 'Healthy', message: 'its healthcheck passes' };
  }
  const reason = workload.probe === undefined ? 'Running' : 'ProbeUnreachable';
  const how = reason === 'Running' ? 'it runs' : `it runs; reeve cannot probe it: ${probe?.message ?? ''}`;
  return byRunning(since + policy.minReadySeconds * 1000, at, reason, how);
}

/** What is known of this very container: what was started beside another takes its place with what was found of it. */
export function probeOf(
  { probes, besideProbes }: ObservedState,
  ref: Ref,
  { id }: ObservedContainer,
): ProbeResult | undefined {
  const beside = besideProbes?.[ref];
  return beside?.containerId === id ? beside : probes[ref];
}

/** Since when it runs, as far as is known. */
function runningSince(container: ObservedContainer, facts: Facts): number {
  return facts.runningSince[container.id] ?? (container.detail?.startedAt || container.createdAt);
}

/**
 * Exit 0 that is no failure: a job's, or what Compose leaves at rest (never once it was seen Ready as a server).
 * A stop through the API is somebody's act, not the end of the work.
 */
function endedWell(workload: Workload, container: ObservedContainer, facts: Facts): boolean {
  if (container.state !== 'exited' || workload.lifecycle === 'service') return false;
  const ref = refOf(workload);
  // What a person asked for again counts neither as done nor as failed.
  if (facts.reruns[ref] !== undefined) return false;
  if (facts.completed[ref]?.containerId === container.id) return true;
  const stop = facts.stops[container.id];
  if ((stop?.exitCode ?? container.exitCode ?? container.detail?.exitCode) !== 0) return false;
  if (stop !== undefined && stop.by !== 'self') return false;
  if (workload.lifecycle === 'job') return true;
  const { name } = workload.container.restart;
  return (name === 'no' || name === 'on-failure') && facts.onceReady[ref] === undefined;
}

function byProbe(
  probe: NonNullable<Workload['probe']>,
  container: ObservedContainer,
  result: ProbeResult | undefined,
  since: number,
  at: number,
): Readiness | undefined {
  if (result === undefined || result.containerId !== container.id) {
    return { state: 'starting', reason: 'ProbePending', message: 'its probe has not answered yet' };
  }
  if (result.outcome === 'unreachable') return undefined;
  if (result.outcome === 'pass')
    return { state: 'ready', reason: 'ProbePassing', message: 'its probe passes' };
  const words = `its probe fails (${result.failures} in a row): ${result.message}`;
  const graceEnd = since + probe.startPeriodMs;
  // As with Kubernetes' startup probes: the first pass ends the start-up, whatever is left of its time.
  if (!result.passed && at < graceEnd)
    return { state: 'starting', reason: 'ProbeStarting', message: words, nextAt: graceEnd };
  if (result.failures >= probe.threshold)
    return { state: 'notReady', reason: 'ProbeFailing', message: words };
  // Below the threshold it stays what it was.
  return result.passed
    ? { state: 'ready', reason: 'ProbePassing', message: words }
    : { state: 'starting', reason: 'ProbeStarting', message: words };
}

function loading({ message }: ProbeResult): Readiness {
  return { state: 'starting', reason: 'Loading', message: `it is up and not ready yet: ${message}` };
}

function byRunning(readyAt: number, at: number, reason: string, how: string): Readiness {
  return at >= readyAt
    ? { state: 'ready', reason, message: how }
    : {
        state: 'starting',
        reason: 'Starting',
        message: `${how}, not yet long enough to count`,
        nextAt: readyAt,
      };
}

function stateReason(container: ObservedContainer): string {
  const reasons = {
    created: 'NotStarted',
    running: 'Running',
    paused: 'Paused',
    restarting: 'Restarting',
    removing: 'Removing',
    exited: 'Exited',
    dead: 'Dead',
  } as const;
  return reasons[container.state];
}

function stateMessage(container: ObservedContainer): string {
  if (container.state === 'exited') return `it exited with status ${container.exitCode ?? 'unknown'}`;
  if (container.state === 'created') return 'it was created and never started';
  return `its container is ${container.state}`;
}
