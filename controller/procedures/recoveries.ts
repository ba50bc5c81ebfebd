// Begins a recovery for each workload that fails by itself, and brings it the evidence: behind the acts and beside the
// passes, so that what is started again is started as soon as ever. Which failure is one is the reconcilers' to say.
// Level-triggered: what is missed is seen by the next pass, also by that of another controller.
// INVARIANT: one recovery for a resource, and none for what another procedure has.

import type { Ref, Workload } from '../../desired-state/resource.ts';
import type { Policy, Revision } from '../../desired-state/revision.ts';
import type { Condition, ResourceStatus } from '../../reconcilers/condition.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { lastingWords } from '../../reconcilers/lasting-words.ts';
import type { ObservedState } from '../../reconcilers/observed.ts';
import type { Plan } from '../../reconcilers/plan.ts';
import { definitionOf, definitions } from '../../reconcilers/procedures/index.ts';
import type { RecoveryContext, RecoveryInput } from '../../reconcilers/recovery/context.ts';
import { recovery } from '../../reconcilers/recovery/definition.ts';
import {
  failureOf,
  isFailure,
  isReady,
  lastTry,
  recoverable,
  troubleOf,
} from '../../reconcilers/recovery/failure.ts';
import { recoveryInput } from '../../reconcilers/recovery/input.ts';
import { isLate } from '../../reconcilers/recovery/parts.ts';
import { activeHold } from '../../reconcilers/situation.ts';
import type { Engine } from '../engine.ts';
import type { PassResult } from '../loop/reconciler.ts';
import type { ProcedureRecord, Store } from '../store/store.ts';
import { EngineDiskAsks } from './engine-disk-asks.ts';
import { type Glimpse, gatherEvidence, type Readable } from './evidence.ts';
import type { Runner } from './runner.ts';

interface RecoveriesContext {
  readonly engine: Readable & Pick<Engine, 'diskUse'>;
  readonly store: Pick<Store, 'conditions' | 'procedures' | 'setFacts'>;
  readonly runner: Runner;
  readonly now: () => number;
  readonly scrub: (text: string) => string;
  readonly digest: (value: string) => string;
  /** With steps in flight: they are begun for when those have ended. */
  readonly busy: ReadonlySet<Ref>;
  readonly wake: () => void;
  readonly onError: (error: unknown) => void;
}

/** Containers that are read at once: many may fail together. */
const readAtOnce = 4;
/** Recoveries that have ended and are remembered from before: more than one controller's start ever needs. */
const remembered = 500;

/** What a pass leaves to judge by. */
interface Sight {
  readonly statuses: ReadonlyMap<Ref, ResourceStatus>;
  readonly plan: Plan;
  readonly observed: ObservedState;
  readonly facts: Facts;
  readonly policy: Policy;
  /** Those that a recovery may be for. */
  readonly workloads: ReadonlyMap<Ref, Workload>;
}

export class Recoveries {
  readonly #c: RecoveriesContext;
  /** Where a condition says that something is wrong, and since when. */
  readonly #degraded = new Map<Ref, number>();
  /** What was seen of a failure before it was mended, until its recovery has it. */
  readonly #glimpses = new Map<Ref, Glimpse & { readonly at: number }>();
  /** When the last recovery of each ended: what was so before is no news. */
  readonly #endedAt = new Map<Ref, number>();
  readonly #beginning = new Set<Ref>();
  /** Ids of those whose evidence is being read. */
  readonly #reading = new Set<string>();
  readonly #disk: EngineDiskAsks;
  #attempts: Facts['attempts'] | undefined;
  /** Only a controller that goes on has them: a command ends before they would. */
  #isOn = false;

  constructor(context: RecoveriesContext) {
    this.#c = context;
    this.#disk = new EngineDiskAsks(context);
  }

  /** What a controller before this one knew; from now on they are begun. */
  async load(): Promise<void> {
    for (const { ref, type, status, reason, lastTransitionTime } of await this.#c.store.conditions())
      if (type === 'Degraded' && status && isFailure(reason)) this.#degraded.set(ref, lastTransitionTime);
    for (const record of await this.#c.store.procedures({ limit: remembered })) this.ended(record);
    this.#isOn = true;
  }

  /** Of a controller that goes on. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Nothing more is begun. */
  close(): void {
    this.#isOn = false;
  }

  /** A procedure has its end. */
  ended({ kind, machine, endedAt }: ProcedureRecord): void {
    if (kind !== recovery.kind || endedAt === undefined) return;
    const { ref } = machine.context as RecoveryContext;
    this.#endedAt.set(ref, Math.max(endedAt, this.#endedAt.get(ref) ?? 0));
  }

  /** After a pass; `mayBegin`: it was one that keeps. Where nothing fails this asks two questions, and that is all. */
  note({ plan, observed, turned }: PassResult, revision: Revision, facts: Facts, mayBegin: boolean): void {
    if (!this.#isOn) return;
    for (const { ref, type, status, reason } of turned) {
      if (type !== 'Degraded') continue;
      if (status && isFailure(reason)) this.#degraded.set(ref, this.#c.now());
      else this.#degraded.delete(ref);
    }
    if (!mayBegin || facts.suspended !== undefined) return;
    const tried = facts.attempts === this.#attempts ? [] : (Object.keys(facts.attempts) as Ref[]);
    this.#attempts = facts.attempts;
    const suspects = new Set([...this.#degraded.keys(), ...this.#glimpses.keys(), ...tried]);
    const assessing = this.#c.runner.running.filter((r) => isAssessing(r) && !this.#reading.has(r.id));
    const unattended = Object.keys(facts.failovers) as Ref[];
    if (suspects.size + assessing.length + unattended.length === 0) return;
    const { policy, resources } = revision;
    const statuses = new Map(plan.statuses.map((status) => [status.ref, status]));
    const workloads = recoverable(resources);
    const sight: Sight = { statuses, plan, observed, facts, policy, workloads };
    for (const ref of suspects) this.#suspect(ref, workloads.get(ref), sight);
    for (const ref of unattended) this.#attend(ref, workloads.get(ref), sight);
    for (const record of assessing) this.#read(record, sight);
  }

  #suspect(ref: Ref, workload: Workload | undefined, sight: Sight): void {
    const { facts, statuses, plan } = sight;
    const { now, busy, runner } = this.#c;
    const status = statuses.get(ref);
    const trouble = troubleOf(status);
    const isLeft = facts.replacing[ref] !== undefined || activeHold(facts, ref, now()) !== undefined;
    if (workload === undefined || isLeft) return void this.#glimpses.delete(ref);
    const seen = trouble === undefined ? undefined : this.#glimpse(ref, trouble, sight);
    const glimpse = seen ?? this.#glimpses.get(ref);
    // Its restart is under way: nothing is asked of the engine before that is over.
    if (busy.has(ref) || this.#beginning.has(ref)) return;
    const own = runner.running.find((r) => refsOf(r).includes(ref));
    if (own !== undefined) {
      if (trouble === undefined && !isAssessing(own)) this.#glimpses.delete(ref);
      return;
    }
    const tried = lastTry(facts, ref) ?? 0;
    const noticed = trouble === undefined ? undefined : (this.#degraded.get(ref) ?? glimpse?.at);
    const isNews = Math.max(noticed ?? 0, tried) > (this.#endedAt.get(ref) ?? 0);
    const isOurs = trouble !== undefined || facts.failures[ref] === undefined;
    const at = noticed ?? glimpse?.at ?? tried;
    if (!isNews || !isOurs) return void this.#glimpses.delete(ref);
    const failure = failureOf(workload, { statuses: plan.statuses, facts }, at);
    const reason = trouble?.reason ?? glimpse?.reason ?? failure.reason;
    this.#begin(ref, recoveryInput(workload, { ...failure, reason }, sight));
  }

  /** A standby serves in its place, and the recovery that had it do so was another procedure's turn to end. */
  #attend(ref: Ref, workload: Workload | undefined, sight: Sight): void {
    const { runner, store, busy, now, onError } = this.#c;
    if (busy.has(ref) || this.#beginning.has(ref)) return;
    if (runner.running.some((r) => refsOf(r).includes(ref))) return;
    const fact = sight.facts.failovers[ref];
    const isServing = fact?.phase === 'serving' && sight.workloads.has(fact.to);
    if (workload === undefined || !isServing) {
      // One of the two is declared no more, or nothing was moved yet: there is nothing to give back.
      store.setFacts([{ fact: 'failovers', key: ref, value: undefined }]).catch(onError);
      return;
    }
    const failure = failureOf(workload, { statuses: sight.plan.statuses, facts: sight.facts }, now());
    this.#begin(ref, recoveryInput(workload, failure, sight));
  }

  #begin(ref: Ref, input: RecoveryInput): void {
    const { runner, wake, onError } = this.#c;
    this.#beginning.add(ref);
    runner
      .start(recovery.kind, input, 'reeve')
      .then(wake, (error: unknown) => (this.#isOn ? onError(error) : undefined))
      .finally(() => this.#beginning.delete(ref));
  }

  /** Beside the passes, a few at once; the next pass takes those that are left. */
  #read(record: ProcedureRecord, sight: Sight): void {
    const { engine, runner, scrub, digest, now, busy, wake, onError } = this.#c;
    const context = record.machine.context as RecoveryContext;
    const { ref } = context;
    if (busy.has(ref) || this.#reading.size >= readAtOnce) return;
    // Late by its clock since this pass was looked at, and ready in it: the next look says so.
    if (isLate(context) && isReady(sight.statuses.get(ref))) return void wake();
    this.#reading.add(record.id);
    const glimpse = this.#glimpses.get(ref);
    const reason = troubleOf(sight.statuses.get(ref))?.reason ?? glimpse?.reason;
    const seen = reason === undefined ? {} : { reason };
    // What is seen from now on is of the next failure.
    this.#glimpses.delete(ref);
    const deep = context.failures > 1 || context.failure.looping || context.failure.blocked;
    const askDisk = () => this.#disk.ask();
    gatherEvidence(engine, glimpse ?? lateGlimpse(record, sight), { deep, scrub, digest, now, askDisk })
      .then(async (evidence) => {
        if (this.#isOn) await runner.tell(record.id, { type: 'evidence', evidence, ...seen });
      })
      .catch((error: unknown) => (this.#isOn ? onError(error) : undefined))
      .finally(() => {
        this.#reading.delete(record.id);
        wake();
      });
  }

  /** Before it is started again, which wipes out how it ended. */
  #glimpse(
    ref: Ref,
    { reason, message }: Condition,
    { statuses, observed }: Sight,
  ): Glimpse & { at: number } {
    const id = statuses.get(ref)?.containerId;
    const exitCode = observed.containers.find((c) => c.id === id)?.exitCode;
    const before = this.#glimpses.get(ref);
    // A wait says no more than the failure that it follows.
    const isWait = before !== undefined && (reason === 'BackOff' || reason === 'CrashLoopBackOff');
    const glimpse = {
      reason: isWait ? before.reason : reason,
      message: isWait ? before.message : lastingWords(message),
      at: before?.at ?? this.#c.now(),
      ...(id === undefined ? {} : { containerId: id }),
      ...(exitCode === undefined ? {} : { exitCode }),
    };
    this.#glimpses.set(ref, glimpse);
    return glimpse;
  }
}

/** Of one that no pass saw failing: what is remembered of the attempt; of one that only does not get ready, how it is. */
function lateGlimpse({ machine }: ProcedureRecord, { statuses, facts }: Sight): Glimpse {
  const { ref, failure } = machine.context as RecoveryContext;
  const status = statuses.get(ref);
  const now = status?.conditions.find((c) => c.type === 'Ready')?.message;
  const remembered = failure.reason === 'NotReady' ? undefined : facts.attempts[ref]?.lastFailure;
  return {
    reason: failure.reason,
    message: lastingWords(remembered ?? now ?? 'it failed'),
    ...(status?.containerId === undefined ? {} : { containerId: status.containerId }),
  };
}

function isAssessing({ kind, machine }: ProcedureRecord): boolean {
  return kind === recovery.kind && machine.state === 'assessing';
}

function refsOf(record: ProcedureRecord): readonly Ref[] {
  return definitionOf(definitions, record)?.refs(record.machine.context) ?? [];
}
