// The one way in: what the CLI asks of a platform. Two implementations: `Session` does the work in this process under
// the lock, `RemoteControl` asks a running controller over its socket. Both speak the same progress.

import type { Ref } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import type { ResourceStatus } from '../reconcilers/condition.ts';
import type { Plan } from '../reconcilers/plan.ts';
import type { Procedures } from './procedures/procedures.ts';

export interface PlanOptions {
  /** Only these resources and what they depend on; empty: all. */
  readonly names: readonly string[];
  readonly allowDelete: boolean;
  readonly updateImages: boolean;
  /** Build also what is built from what it was built from. */
  readonly build?: boolean;
  /** No registry is asked: how things are, not what an apply would take. */
  readonly local?: true;
}

export interface PlanReport {
  readonly revision: Revision;
  readonly plan: Plan;
  /** Variables that a load before read with other values, by name. */
  readonly changedVariables: readonly string[];
  /** Binds a saved plan to the world and the manifest it was made from. */
  readonly fingerprint: string;
}

export type Progress =
  | { readonly type: 'plan'; readonly plan: Plan; readonly planId: string }
  | {
      readonly type: 'step';
      readonly id: string;
      readonly ref: Ref;
      readonly op: string;
      readonly wave: number;
      readonly state: 'started' | 'done' | 'unchanged' | 'failed';
      readonly message?: string;
      readonly ms?: number;
    }
  /** Pull progress and the like. */
  | { readonly type: 'note'; readonly ref: Ref; readonly message: string }
  | {
      readonly type: 'status';
      readonly statuses: readonly ResourceStatus[];
      readonly ready: number;
      readonly total: number;
    }
  | { readonly type: 'outcome'; readonly outcome: ApplyOutcome };

export interface Failure {
  readonly ref: Ref;
  readonly reason: string;
  readonly message: string;
  /** Scrubbed of secrets. */
  readonly logLines: readonly string[];
  /** `reeve explain Agent/x` … */
  readonly next: string;
}

export interface ApplyOutcome {
  readonly ok: boolean;
  readonly revision: string;
  readonly stepsDone: number;
  readonly ready: number;
  readonly total: number;
  readonly ms: number;
  readonly failures: readonly Failure[];
  readonly blocked?: { readonly reason: string; readonly message: string };
  /** The new revision failed and is quarantined: this one runs again. */
  readonly rolledBackTo?: string;
  /** A signal ended it before it was through. */
  readonly interrupted?: true;
}

export interface ApplyOptions extends PlanOptions {
  /** `user@host (apply)`. */
  readonly by: string;
  /** Bring in a revision that failed before. */
  readonly liftQuarantine?: boolean;
  /** Only if the plan still is this one (a saved plan). */
  readonly fingerprint?: string;
  /** Give up waiting for readiness after this; absent: the policy's progress deadline. */
  readonly timeoutMs?: number;
}

export type Act =
  | {
      readonly verb: 'hold';
      readonly name: string;
      readonly forMs?: number;
      readonly stopped: boolean;
      readonly reason?: string;
    }
  | { readonly verb: 'release'; readonly name: string; readonly acceptDataLoss: boolean }
  | { readonly verb: 'rerun'; readonly name: string }
  | { readonly verb: 'suspend'; readonly reason?: string }
  | { readonly verb: 'resume' };

/** What is whose: for these the engine is looked at. */
export type OwnershipAct =
  /** Take over what Compose made, or this one container, as it is; nothing is done about what differs. */
  | { readonly verb: 'adopt'; readonly container?: string }
  /** Give back what was adopted. */
  | { readonly verb: 'disown' };

export interface DownOptions {
  readonly by: string;
  readonly volumes: boolean;
}

/** Of manifests in git. */
export interface SyncOptions {
  /** Follow this commit alone: an id or a tag. */
  readonly pin?: string;
  readonly unpin?: boolean;
  /** Take what does not come from what is in force. */
  readonly acceptRewrite?: boolean;
}

export interface Control {
  readonly procedures: Procedures;
  plan(options: PlanOptions): Promise<PlanReport>;
  apply(options: ApplyOptions, progress: (p: Progress) => void, signal: AbortSignal): Promise<ApplyOutcome>;
  /** Says what was done, as a sentence. */
  act(act: Act | OwnershipAct, by: string): Promise<string>;
  /** Asks git now; says what came. Throws where the controller's manifests are in no repository. */
  sync(options: SyncOptions, by: string): Promise<string>;
  /** What `down` would remove, for the question asked first. */
  downPlan(options: DownOptions): Promise<Plan>;
  down(options: DownOptions, progress: (p: Progress) => void, signal: AbortSignal): Promise<ApplyOutcome>;
  /** Observed and planned now (or the running controller's last pass). */
  statuses(): Promise<{ readonly statuses: readonly ResourceStatus[]; readonly plan: Plan }>;
  close(): Promise<void>;
}
