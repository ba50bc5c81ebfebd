// What a complete recovery would do: what is stopped and what is kept, which batches are started in which order, and about
// how long it takes. Pure. The same value is shown and run.

import { isWorkload, type Ref, refOf, type Tier, type Workload } from '../../desired-state/resource.ts';
import { type Revision, standardHost } from '../../desired-state/revision.ts';
import type { RecoveryInput, Settings } from '../../reconcilers/complete-recovery/context.ts';
import type { ResourceStatus } from '../../reconcilers/condition.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { orderOf } from '../../reconcilers/order.ts';
import { type Batch, batchesOf } from '../../reconcilers/procedures/batches.ts';
import type { HostRoom } from '../../reconcilers/procedures/definition.ts';
import { exitStatus, ReeveError } from '../errors.ts';

type HostSettings = Pick<Settings, 'diskPercent' | 'memoryBytes'>;

/** What is not said of the host is the policy's. */
export interface RecoverOptions
  extends Omit<Settings, 'stopTimeoutMs' | keyof HostSettings>,
    Partial<HostSettings> {
  readonly keepHealthy: boolean;
  /** Of tier standard, at most. */
  readonly batchSize: number;
  /** A batch that is proven ready need not settle. */
  readonly adaptive: boolean;
  /** Absent: one batch, or a tenth of tier standard if that is more. */
  readonly maxFailures?: number;
}

export interface RecoverPlan extends Settings {
  readonly batches: readonly Batch[];
  /** Left running. */
  readonly kept: readonly Ref[];
  /** A person's hand is on them: neither stopped nor waited for. */
  readonly held: readonly Ref[];
  /** All of tiers core and critical. */
  readonly core: readonly Ref[];
  readonly adaptive: boolean;
  readonly maxFailures: number;
  readonly room: HostRoom;
  /** The engine did not answer: nothing is known to be healthy. */
  readonly unseen: boolean;
  /** From how long each took to be ready the last time, the times to settle included. */
  readonly expectedMs: number;
  /** So many have never been timed. */
  readonly untimed: number;
}

export interface RecoverSight {
  /** Absent: the engine does not answer. */
  readonly statuses?: readonly ResourceStatus[];
  readonly facts: Facts;
  readonly room: HostRoom;
  /** How long it took to be ready the last time. */
  readonly times: ReadonlyMap<Ref, number>;
  readonly now: number;
}

/** @throws where there is nothing that could be recovered. */
export function planRecovery(revision: Revision, sight: RecoverSight, options: RecoverOptions): RecoverPlan {
  const workloads = revision.resources.filter(isWorkload);
  const all = workloads.map(refOf);
  const held = all.filter((ref) => isHeld(ref, sight));
  const kept = workloads.filter((w) => !held.includes(refOf(w)) && isKept(w, sight, options)).map(refOf);
  const chosen = new Set(all.filter((ref) => !held.includes(ref) && !kept.includes(ref)));
  if (chosen.size === 0) {
    throw new ReeveError('there is nothing to recover: nothing is declared that is neither held nor kept', {
      status: exitStatus.usage,
      hint: 'reeve get lists what there is',
    });
  }
  const host = hostSettings(revision, options);
  const batches = batchesOf(revision, chosen, {
    size: (tier) => (tier === 'standard' ? options.batchSize : Number.POSITIVE_INFINITY),
    jobs: true,
    ...roomFor(sight.room, host),
  });
  const standard = batches.filter((b) => b.tier === 'standard').reduce((sum, b) => sum + b.refs.length, 0);
  const { settleMs, timeoutMs, adaptive } = options;
  return {
    batches,
    kept,
    held,
    core: coreOf(revision, held),
    adaptive,
    maxFailures: options.maxFailures ?? Math.max(options.batchSize, Math.ceil(standard / 10)),
    room: sight.room,
    unseen: sight.statuses === undefined,
    settleMs,
    timeoutMs,
    stopTimeoutMs: timeoutMs + graceOf(batches, workloads),
    ...host,
    ...expectedOf(batches, settleMs, sight.times),
  };
}

export function recoveryInputOf(plan: RecoverPlan, by: string): RecoveryInput {
  const { batches, kept, core, adaptive, maxFailures } = plan;
  const { settleMs, timeoutMs, stopTimeoutMs, diskPercent, memoryBytes } = plan;
  return {
    ...{ by, batches, kept, core, adaptive, maxFailures },
    ...{ settleMs, timeoutMs, stopTimeoutMs, diskPercent, memoryBytes },
  };
}

function isHeld(ref: Ref, { facts, now }: RecoverSight): boolean {
  const hold = facts.holds[ref];
  return hold !== undefined && (hold.until === undefined || hold.until > now);
}

/** A job that is done is not run again; what is ready stays where that was asked for. */
function isKept(workload: Workload, { statuses }: RecoverSight, { keepHealthy }: RecoverOptions): boolean {
  const status = statuses?.find((s) => s.ref === refOf(workload));
  const ready = status?.conditions.find((c) => c.type === 'Ready');
  return ready?.status === true && (keepHealthy || ready.reason === 'Completed');
}

/** What core and critical need is of these tiers itself. */
function coreOf({ resources }: Revision, held: readonly Ref[]): readonly Ref[] {
  const { refs, tier } = orderOf(resources);
  return refs.filter((ref) => !ref.startsWith('Model/') && (tier.get(ref) ?? 2) < 2 && !held.includes(ref));
}

function hostSettings({ policy }: Revision, given: Partial<HostSettings>): HostSettings {
  const { maxDiskPercent, minMemoryBytes } = policy.host ?? standardHost;
  return {
    diskPercent: given.diskPercent ?? maxDiskPercent,
    memoryBytes: given.memoryBytes ?? minMemoryBytes,
  };
}

/** With little memory available a batch takes no more than what its members have reserved fits into. */
function roomFor({ memoryAvailableBytes }: HostRoom, { memoryBytes }: HostSettings) {
  if (memoryAvailableBytes === undefined || memoryAvailableBytes >= memoryBytes) return {};
  const reserved = (w: Workload): number => w.container.resources.memoryReservationBytes ?? 0;
  return {
    hasRoom: (batch: readonly Workload[], one: Workload): boolean =>
      [...batch, one].reduce((sum, w) => sum + reserved(w), 0) <= memoryAvailableBytes,
  };
}

/** Docker's own, where none is declared. */
const defaultGraceMs = 10_000;

/** The longest that one batch after the other may take to end. */
function graceOf(batches: readonly Batch[], workloads: readonly Workload[]): number {
  const graces = new Map(workloads.map((w) => [refOf(w), w.container.stopGracePeriodMs ?? defaultGraceMs]));
  return batches.reduce((sum, { refs }) => sum + Math.max(...refs.map((ref) => graces.get(ref) ?? 0)), 0);
}

function expectedOf(
  batches: readonly Batch[],
  settleMs: number,
  times: ReadonlyMap<Ref, number>,
): Pick<RecoverPlan, 'expectedMs' | 'untimed'> {
  const settles = (tier: Tier): number => (tier === 'standard' ? settleMs : 0);
  const refs = batches.flatMap((b) => b.refs);
  return {
    expectedMs: batches.reduce(
      (sum, b) => sum + settles(b.tier) + Math.max(0, ...b.refs.map((ref) => times.get(ref) ?? 0)),
      0,
    ),
    untimed: refs.filter((ref) => !times.has(ref)).length,
  };
}
