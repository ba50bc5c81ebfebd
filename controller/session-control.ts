// The Control of this process: plans, applies, acts and keeps one platform with the session's engine, store and lock.

import type { ResourceStatus } from '../reconcilers/condition.ts';
import type { Plan } from '../reconcilers/plan.ts';
import { performAct } from './acts.ts';
import { putInForceAsSeen } from './adopt-seen.ts';
import { takeOver } from './adoption.ts';
import { blockedOutcome, type RunOptions, runToEnd } from './apply.ts';
import type {
  Act,
  ApplyOptions,
  ApplyOutcome,
  Control,
  DownOptions,
  OwnershipAct,
  PlanOptions,
  PlanReport,
  Progress,
  SyncOptions,
} from './control.ts';
import type { ConnectedEngine } from './docker/connect.ts';
import { fingerprintOf, stalePlan } from './fingerprint.ts';
import { bringBack } from './git/bring-back.ts';
import { type GitKeeper, keeperOf, notKeptFromGit } from './git/git-keeper.ts';
import { readRoom } from './host-room.ts';
import { keep } from './keep.ts';
import type { PassOptions } from './loop/reconciler.ts';
import type { Runtime } from './loop/runtime.ts';
import { forgetFailedRemovals, forgetFailures } from './new-try.ts';
import { performOwnershipAct } from './ownership-acts.ts';
import { downPass, wholeApply } from './pass-options.ts';
import { LocalProcedures } from './procedures/procedures.ts';
import { bringIn, quarantineNotices } from './quarantine.ts';
import type { SessionParts } from './session-parts.ts';
import { runtimeOf } from './session-runtime.ts';
import { SessionSight } from './session-sight.ts';
import { ShownPlan } from './shown-plan.ts';
import type { Store } from './store/store.ts';
import { liftSuspension, requireNotSuspended, suspendAsDown } from './suspension.ts';
import { inForceTarget } from './target.ts';
import { changedVariables } from './variables.ts';

export class SessionControl implements Control {
  readonly platform: string;
  readonly store: Store;
  readonly engine: ConnectedEngine;
  readonly procedures: LocalProcedures;
  readonly #parts: SessionParts;
  readonly #runtime: Runtime;
  readonly #sight: SessionSight;
  #keeping = false;
  readonly #shown = new ShownPlan();
  readonly #git: GitKeeper | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.platform = parts.platform;
    this.store = parts.store;
    this.engine = parts.engine;
    this.#runtime = runtimeOf(parts, {
      // Not for a look beside a controller that keeps it.
      bringFiles: async (revision) =>
        !this.#keeping || parts.git === undefined || (await bringBack(parts.git, revision, parts)),
    });
    this.#sight = new SessionSight(parts, this.#runtime, () => this.#keeping);
    this.#git = keeperOf(parts, () => Date.now(), Math.random);
    this.procedures = new LocalProcedures({
      store: parts.store,
      runtime: this.#runtime,
      engine: parts.engine,
      scrub: parts.scrubber,
      platform: parts.platform,
      isKeeping: () => this.#keeping,
      revision: async () => {
        await this.#sight.loadAnew();
        return this.#sight.loaded.revision;
      },
      target: () => this.#sight.target(),
      inForce: () => inForceTarget(this.store, this.#sight.loaded, parts.engine),
      statuses: async () => (await this.statuses()).statuses,
      room: async () => readRoom(await parts.engine.info()),
      mustHoldLock: () => this.#mustHoldLock(),
      ...(parts.git === undefined ? {} : { git: parts.git }),
    });
  }

  /** Absolute paths of the manifests that this session keeps. */
  get sources(): readonly string[] {
    return this.#sight.loaded.revision.sources;
  }

  async plan(options: PlanOptions): Promise<PlanReport> {
    await this.#sight.loadAnew();
    const pass: PassOptions = await this.#sight.passOf(options);
    const look = await this.#sight.see(pass);
    const { revision } = this.#sight.loaded;
    const notices = await quarantineNotices(this.store, revision);
    const plan =
      notices.length === 0 ? look.plan : { ...look.plan, warnings: [...notices, ...look.plan.warnings] };
    if (!this.#keeping) this.#shown.remember(options, { pass, look }, Date.now());
    return {
      revision,
      plan,
      changedVariables: await changedVariables(this.store, revision),
      fingerprint: fingerprintOf(revision.id, plan),
    };
  }

  async apply(
    options: ApplyOptions,
    progress: (p: Progress) => void,
    signal: AbortSignal,
  ): Promise<ApplyOutcome> {
    this.#mustHoldLock();
    const shown = this.#shown.take(options, Date.now());
    if (shown === undefined) await this.#sight.loadAnew();
    const { revision } = this.#sight.loaded;
    await requireNotSuspended(this.store, this.platform);
    const pass: PassOptions = shown?.pass ?? (await this.#sight.passOf(options));
    const { plan: seen, observed } = shown?.look ?? (await this.#sight.see(pass));
    if (options.fingerprint !== undefined && options.fingerprint !== fingerprintOf(revision.id, seen)) {
      throw stalePlan(options.fingerprint, revision.id);
    }
    if (seen.blocked !== undefined) return blockedOutcome(seen, progress);
    const { by, updateImages } = options;
    if (!this.#keeping) await this.#runtime.procedures.load();
    const bringFiles = async (): Promise<unknown> => this.#parts.git?.bring(revision);
    const look = { plan: seen, observed, pass };
    await bringIn(this.store, this.#runtime.rollouts, revision, look, options, bringFiles);
    const facts = await this.store.facts();
    await putInForceAsSeen(this.store, this.engine, revision, observed, { by, at: Date.now(), updateImages });
    await takeOver(this.store, revision, observed, options.by, Date.now());
    const refs = await forgetFailures(this.store, seen);
    if (refs.length > 0)
      this.#parts.logger.info({ by: options.by, refs }, 'back-off forgotten: applied by a person');
    // Where a tag has its meaning only now: what is shown is what will run.
    const plan = (await this.store.facts()) === facts ? seen : await this.#sight.look(pass);
    return this.#run(
      plan,
      pass,
      {
        by,
        timeoutMs: options.timeoutMs ?? revision.policy.progressDeadlineMs,
        waitsForRollout: options.timeoutMs === undefined,
      },
      progress,
      signal,
    );
  }

  async act(act: Act | OwnershipAct, by: string): Promise<string> {
    this.#mustHoldLock();
    if (act.verb === 'adopt' || act.verb === 'disown') return this.#own(act, by);
    const { engine } = this;
    const seen = {
      volumes: async () => new Set((await engine.volumes()).map((v) => v.name)),
      statuses: async () => (await this.statuses()).statuses,
    };
    const said = await performAct(this.store, this.#sight.loaded.revision, act, by, Date.now(), seen);
    this.#runtime.wake();
    if (act.verb === 'resume') this.#git?.wake();
    if (!this.#keeping) await this.#afterAct(act, by);
    return said;
  }

  async #own(act: OwnershipAct, by: string): Promise<string> {
    const { store, engine, platform } = this;
    const said = await performOwnershipAct(act, by, {
      store,
      engine,
      platform,
      git: this.#parts.git,
      rollouts: this.#runtime.rollouts,
      revision: () => this.#sight.loaded.revision,
      loadAnew: () => this.#sight.loadAnew(),
      see: () => this.#sight.see(wholeApply),
    });
    // A whole platform that was adopted is in force from now on.
    if (this.#keeping && act.verb === 'adopt' && act.container === undefined)
      this.#runtime.target = await this.#sight.target();
    this.#runtime.wake();
    return said;
  }

  async sync(options: SyncOptions, by: string): Promise<string> {
    if (this.#git === undefined || !this.#keeping) throw notKeptFromGit(this.platform);
    return this.#git.sync(options, by);
  }

  async downPlan(options: DownOptions): Promise<Plan> {
    return this.#sight.look({ ...downPass(options), newTry: true });
  }

  async down(
    options: DownOptions,
    progress: (p: Progress) => void,
    signal: AbortSignal,
  ): Promise<ApplyOutcome> {
    this.#mustHoldLock();
    await suspendAsDown(this.store, this.platform, options.by, Date.now());
    // What the controller had begun to mend is not to be started while it is taken down.
    this.#runtime.reconciler.withdraw();
    // What is under way would wait for ever for what is not there any more.
    await this.#runtime.procedures.abortAll(options.by);
    await forgetFailedRemovals(this.store);
    const pass = downPass(options);
    const plan = await this.#sight.look(pass);
    const { progressDeadlineMs } = this.#sight.loaded.revision.policy;
    return this.#run(plan, pass, { by: options.by, timeoutMs: progressDeadlineMs }, progress, signal);
  }

  async statuses(): Promise<{ statuses: readonly ResourceStatus[]; plan: Plan }> {
    const keeping = { mode: 'keep', names: [], allowDelete: false, removeVolumes: false } as const;
    const { plan } = await this.#sight.see(keeping, true);
    return { statuses: plan.statuses, plan };
  }

  /** The controller: keeps the platform until `signal` aborts. */
  async keep(signal: AbortSignal): Promise<void> {
    this.#mustHoldLock();
    this.#keeping = true;
    this.#sight.noteOld();
    await keep(this.#runtime, this.#parts, signal, this.#git);
  }

  async close(): Promise<void> {
    await this.#runtime.stop(4_000);
    await this.#parts.sources.close();
    await this.store.close();
    const { lock, lead, logger } = this.#parts;
    // The marker on the engine is the next leader's by now, if the lead is lost.
    if (lead?.lease.isHeld !== false) {
      await lock
        ?.release()
        .catch((error: unknown) => logger.warn({ err: error }, 'the lock was left on the engine'));
    }
    await lead?.lease.release();
    await this.engine.close();
  }

  async #run(
    plan: Plan,
    pass: PassOptions,
    {
      by,
      timeoutMs,
      waitsForRollout = false,
    }: Pick<RunOptions, 'by' | 'timeoutMs'> & { waitsForRollout?: boolean },
    progress: (p: Progress) => void,
    signal: AbortSignal,
  ): Promise<ApplyOutcome> {
    if (pass.mode === 'apply') await liftSuspension(this.store, this.platform, by, Date.now());
    const { logger, scrubber } = this.#parts;
    logger.info({ revision: this.#sight.loaded.revision.id, by, steps: plan.steps.length }, pass.mode);
    return runToEnd(this.#runtime, {
      target: await this.#sight.target(),
      plan,
      pass,
      by,
      timeoutMs,
      waitsForRollout,
      now: () => Date.now(),
      engine: this.engine,
      scrub: scrubber,
      progress,
      signal,
    });
  }

  /** Without a controller an act is carried out here, for the one resource it names. */
  async #afterAct(act: Act, by: string): Promise<void> {
    if (act.verb !== 'rerun' && act.verb !== 'release' && !(act.verb === 'hold' && act.stopped)) return;
    const pass: PassOptions = { mode: 'keep', names: [act.name], allowDelete: false, removeVolumes: false };
    const plan = await this.#sight.look(pass);
    if (plan.steps.length === 0) return;
    const { progressDeadlineMs } = this.#sight.loaded.revision.policy;
    await this.#run(
      plan,
      pass,
      { by, timeoutMs: progressDeadlineMs },
      () => undefined,
      new AbortController().signal,
    );
  }

  #mustHoldLock(): void {
    if (this.#parts.lock === undefined) throw new Error('a session opened without the lock was asked to act');
  }
}
