// What people ask of procedures, and the doing of it in this process. A controller's client asks the same over its socket.

import type { Revision } from '../../desired-state/revision.ts';
import type { ResourceStatus } from '../../reconcilers/condition.ts';
import type { HostRoom } from '../../reconcilers/procedures/definition.ts';
import type { Engine } from '../engine.ts';
import { EngineError, exitStatus, ReeveError } from '../errors.ts';
import type { GitSources } from '../git/git-sources.ts';
import type { Target } from '../loop/reconciler.ts';
import type { Runtime } from '../loop/runtime.ts';
import type { ProcedureReport } from '../reports/procedures.ts';
import type { Store } from '../store/store.ts';
import { requireNotSuspended } from '../suspension.ts';
import { attend } from './attend.ts';
import { readProcedure } from './read.ts';
import { readyTimes } from './ready-times.ts';
import { planRecovery, type RecoverOptions, type RecoverPlan, recoveryInputOf } from './recover-plan.ts';
import { inputOf, planRestart, type RestartOptions, type RestartPlan } from './restart-plan.ts';
import { planRollback, type RollbackOptions, type RollbackPlan, rollbackOf } from './rollback-plan.ts';

/** A person's word to a procedure that is under way. */
export type Word =
  | { readonly type: 'pause' | 'resume' | 'abort' }
  | { readonly type: 'decide'; readonly choice: string };

export interface Procedures {
  restartPlan(options: RestartOptions): Promise<RestartPlan>;
  /** Begins it; returns the id by which it is followed. */
  restart(plan: RestartPlan, by: string): Promise<string>;
  recoverPlan(options: RecoverOptions): Promise<RecoverPlan>;
  /** As `restart`. */
  recover(plan: RecoverPlan, by: string): Promise<string>;
  rollbackPlan(options: RollbackOptions): Promise<RollbackPlan>;
  /** As `restart`. @throws where what runs is not what the plan goes back from. */
  rollback(plan: Pick<RollbackPlan, 'from' | 'to' | 'full'>, by: string): Promise<string>;
  /** Says what became of it, as a sentence. */
  say(id: string, word: Word, by: string): Promise<string>;
  /** Tells each change until it has ended or waits for a person's word, or `signal` aborts. Does the work where no controller does. */
  attend(id: string, tell: (report: ProcedureReport) => void, signal: AbortSignal): Promise<ProcedureReport>;
}

export interface LocalContext {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly engine: Engine;
  readonly scrub: (text: string) => string;
  readonly platform: string;
  /** A controller keeps the platform here: its loop runs, and its procedures are loaded. */
  readonly isKeeping: () => boolean;
  /** What is declared now; @throws the mistakes of the manifests. */
  readonly revision: () => Promise<Revision>;
  readonly target: () => Promise<Target>;
  /** The same of what is in force. */
  readonly inForce: () => Promise<Target>;
  /** How everything is; @throws where the engine does not answer. */
  readonly statuses: () => Promise<readonly ResourceStatus[]>;
  readonly room: () => Promise<HostRoom>;
  readonly mustHoldLock: () => void;
  /** Where manifests come from a repository. */
  readonly git?: GitSources;
}

export class LocalProcedures implements Procedures {
  readonly #c: LocalContext;

  constructor(context: LocalContext) {
    this.#c = context;
  }

  async restartPlan(options: RestartOptions): Promise<RestartPlan> {
    const { holds } = await this.#c.store.facts();
    return planRestart(await this.#c.revision(), options, holds);
  }

  restart(plan: RestartPlan, by: string): Promise<string> {
    return this.#begin('batched-restart', inputOf(plan, by), by);
  }

  async recoverPlan(options: RecoverOptions): Promise<RecoverPlan> {
    const { store, revision, statuses, room } = this.#c;
    const found = await statuses().catch(ifUnreachable);
    const sight = {
      ...(found === undefined ? {} : { statuses: found }),
      facts: await store.facts(),
      room: await room(),
      times: await readyTimes(store),
      now: Date.now(),
    };
    return planRecovery(await revision(), sight, options);
  }

  recover(plan: RecoverPlan, by: string): Promise<string> {
    return this.#begin('complete-recovery', recoveryInputOf(plan, by), by);
  }

  async rollbackPlan(options: RollbackOptions): Promise<RollbackPlan> {
    await this.#loaded();
    return planRollback(options, this.#rollbackTools);
  }

  async rollback(
    { from, to, full }: Pick<RollbackPlan, 'from' | 'to' | 'full'>,
    by: string,
  ): Promise<string> {
    await this.#ready();
    await requireNotSuspended(this.#c.store, this.#c.platform);
    const found = await rollbackOf({ to, full }, this.#rollbackTools);
    if (found.from.id !== from) {
      throw new ReeveError(`revision ${found.from.id} runs by now, no longer ${from}; nothing was done`, {
        status: exitStatus.blocked,
        hint: 'look again: reeve rollback --dry-run',
      });
    }
    const { id } = await this.#c.runtime.rollouts.goBack(found.target.past.revision, found.course, by);
    return id;
  }

  get #rollbackTools() {
    const { store, engine, runtime, platform, scrub, git, isKeeping } = this.#c;
    const files = isKeeping() ? git : undefined;
    return { store, engine, rollouts: runtime.rollouts, platform, scrub, ...(files && { files }) };
  }

  async #begin(kind: string, input: object, by: string): Promise<string> {
    await this.#ready();
    await requireNotSuspended(this.#c.store, this.#c.platform);
    const { id } = await this.#c.runtime.procedures.start(kind, input, by);
    return id;
  }

  async say(id: string, word: Word, by: string): Promise<string> {
    await this.#ready();
    await this.#c.runtime.rollouts.say(id, word, by);
    return (await readProcedure(this.#c.store, id)).message;
  }

  async attend(
    id: string,
    tell: (report: ProcedureReport) => void,
    signal: AbortSignal,
  ): Promise<ProcedureReport> {
    const { runtime, store } = this.#c;
    if (!this.#c.isKeeping()) {
      await this.#ready();
      // What the manifests say by now is none of a rollback's business.
      const goesBack = runtime.rollouts.underWay?.kind === 'rollback';
      runtime.target = await (goesBack ? this.#c.inForce() : this.#c.target());
      runtime.start();
    }
    return attend(() => readProcedure(store, id), tell, signal);
  }

  /** Procedures under way are known before a new one begins or one is spoken to. */
  async #ready(): Promise<void> {
    this.#c.mustHoldLock();
    await this.#loaded();
  }

  async #loaded(): Promise<void> {
    if (!this.#c.isKeeping()) await this.#c.runtime.procedures.load();
  }
}

/** A recovery may begin all the same. @throws what is wrong otherwise. */
function ifUnreachable(error: unknown): undefined {
  if (error instanceof EngineError && error.code === 0) return undefined;
  throw error;
}
