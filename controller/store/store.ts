// What a store keeps, as an interface: in SQLite or in Postgres, one contract suite for both.
// Every method that writes resolves only when the write is durable. Times are epoch ms.

import type { Ref } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import type { Condition, ResourceStatus } from '../../reconcilers/condition.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import type { Plan, Step } from '../../reconcilers/plan.ts';
import type { StoredMachine } from '../../reconcilers/procedures/advance.ts';

type RecordFact = Exclude<keyof Facts, 'suspended'>;

/** One remembered fact set, or forgotten where `value` is undefined. */
export type FactChange =
  | { readonly fact: 'suspended'; readonly value: Facts['suspended'] | undefined }
  | {
      [K in RecordFact]: {
        readonly fact: K;
        readonly key: string;
        readonly value: Facts[K][keyof Facts[K]] | undefined;
      };
    }[RecordFact];

export interface NewEvent {
  readonly at: number;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase. */
  readonly reason: string;
  readonly regarding: Ref;
  readonly message: string;
  readonly revision?: string;
  /** Who or what: `reeve`, `engine`, `root@host (apply)`. */
  readonly by: string;
  /** Reconcile id that ties log lines, steps and events of one pass. */
  readonly pass?: string;
  /** Stable detail for `explain`: cause position, fields. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Repeats of the same type, reason, regarding and message within an hour count up instead of adding a row. */
export interface StoredEvent extends NewEvent {
  readonly seq: number;
  /** Grows with every change of the row too (a repeat), so that followers see it. */
  readonly change: number;
  readonly firstAt: number;
  readonly count: number;
}

export interface EventQuery {
  readonly regarding?: Ref;
  readonly type?: 'Normal' | 'Warning';
  readonly since?: number;
  /** Only rows whose `change` is greater. */
  readonly afterChange?: number;
  /** The newest that many. */
  readonly limit?: number;
}

export interface StoredCondition extends Condition {
  readonly ref: Ref;
  readonly lastTransitionTime: number;
  readonly containerId?: string;
}

/** Image reference → the image that it means in a revision, and the digest by which that can be pulled again. */
export type RevisionImages = Readonly<Record<string, { readonly id: string; readonly digest?: string }>>;

export interface RevisionRecord {
  readonly id: string;
  readonly inForceAt: number;
  readonly by: string;
  readonly sources: readonly string[];
  readonly revision: Revision;
  /** What its image references meant, as written; those of which nothing is known yet are not there. */
  readonly images: RevisionImages;
}

export interface StepRecord {
  readonly id: string;
  readonly ref: Ref;
  readonly op: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly outcome?: 'done' | 'unchanged' | 'failed';
  readonly message?: string;
}

export interface PlanRecord {
  readonly id: string;
  readonly at: number;
  readonly endedAt?: number;
  readonly by: string;
  readonly revision: string;
  readonly plan: Plan;
  readonly steps: readonly StepRecord[];
}

/** A step that began and whose end nobody stored: it may have been done, or be under way, or never have been sent. */
export interface BegunStep {
  readonly step: Step;
  readonly startedAt: number;
}

export interface ProcedureRecord {
  readonly id: string;
  readonly kind: string;
  /** Of its machine, when it began. */
  readonly version: number;
  readonly by: string;
  readonly beganAt: number;
  readonly changedAt: number;
  readonly endedAt?: number;
  readonly machine: StoredMachine;
}

/** One line of a procedure's log. */
export interface Transition {
  readonly at: number;
  readonly event: string;
  /** Whose word it was; absent: nobody's. */
  readonly by?: string;
  /** The state that it led to. */
  readonly state: string;
  readonly message: string;
}

export interface ProcedureQuery {
  /** Only those that have not ended. */
  readonly running?: boolean;
  readonly id?: string;
  readonly limit: number;
}

/** A procedure as it is after a transition. */
export interface ProcedureChange {
  readonly procedure: ProcedureRecord;
  readonly transition: Transition;
  readonly facts: readonly FactChange[];
  readonly events: readonly NewEvent[];
}

export interface Store {
  /** True when nothing was ever kept here before this open: with containers of ours about, the store was lost. */
  readonly fresh: boolean;
  facts(): Promise<Facts>;
  setFacts(changes: readonly FactChange[]): Promise<void>;
  /** Stored before shown. */
  record(events: readonly NewEvent[]): Promise<readonly StoredEvent[]>;
  /** Oldest change first. */
  events(query: EventQuery): Promise<readonly StoredEvent[]>;
  /**
   * Keeps lastTransitionTime where status did not change; forgets refs that are no longer there. Those in `unsettled`
   * (steps are under way) stay as they were stored. Returns those with another status or reason than before, which
   * `eventsOf` turns into events: no transition is stored without them, nor they without it.
   */
  saveStatuses(
    statuses: readonly ResourceStatus[],
    at: number,
    unsettled?: ReadonlySet<Ref>,
    eventsOf?: (changed: readonly StoredCondition[]) => readonly NewEvent[],
  ): Promise<readonly StoredCondition[]>;
  /** One condition that no plan tells, the platform's own: it stays through saveStatuses. */
  saveCondition(ref: Ref, condition: Condition, at: number): Promise<void>;
  conditions(): Promise<readonly StoredCondition[]>;
  putInForce(revision: Revision, by: string, at: number): Promise<void>;
  /** Of the revision in force; nothing where that is another one by now. */
  saveImages(revisionId: string, images: RevisionImages): Promise<void>;
  inForce(): Promise<RevisionRecord | undefined>;
  /** Newest first. */
  revisions(limit: number): Promise<readonly RevisionRecord[]>;
  /** An id for a plan that begins at `at`; it sorts after all before it. */
  newPlanId(at: number): string;
  /** Stores a plan before its first step runs. */
  beginPlan(id: string, plan: Plan, by: string, at: number): Promise<void>;
  stepStarted(planId: string, stepId: string, at: number): Promise<void>;
  stepEnded(
    planId: string,
    stepId: string,
    at: number,
    outcome: 'done' | 'unchanged' | 'failed',
    message?: string,
  ): Promise<void>;
  endPlan(planId: string, at: number): Promise<void>;
  /** Newest first. */
  plans(limit: number): Promise<readonly PlanRecord[]>;
  /** Those of controllers and applies that were cut off, and those under way now; oldest first. */
  begunSteps(): Promise<readonly BegunStep[]>;
  /** Transitions with the facts and events that they cause, of one or of several at once: all of it durable, or nothing. */
  saveProcedures(changes: readonly ProcedureChange[]): Promise<void>;
  /** Newest first. */
  procedures(query: ProcedureQuery): Promise<readonly ProcedureRecord[]>;
  /** Oldest first. */
  transitions(procedureId: string): Promise<readonly Transition[]>;
  /** Deletes what retention no longer keeps; never the revision in force, nor one that may be gone back to. */
  prune(retention: { eventsMs: number; plans: number; revisions: number }, now: number): Promise<void>;
  close(): Promise<void>;
}
