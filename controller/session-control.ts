// The Control of this process: plans, applies, acts and keeps one platform with the session's engine, store and lock.

import { randomBytes } from 'node:crypto';
import type { Loaded } from '../desired-state/load-types.ts';
import type { ResourceStatus } from '../reconcilers/condition.ts';
import type { Plan } from '../reconcilers/plan.ts';
import { performAct } from './acts.ts';
import { adoptSeen, putInForceAsSeen } from './adopt-seen.ts';
import { disown, takeContainer, takeOver } from './adoption.ts';
import { runToEnd } from './apply.ts';
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
  Word,
} from './control.ts';
import type { ConnectedEngine } from './docker/connect.ts';
import { fingerprintOf, stalePlan } from './fingerprint.ts';
import { askForImages } from './image-asks.ts';
import { keep } from './keep.ts';
import type { Look, PassOptions, Target } from './loop/reconciler.ts';
import { Runtime } from './loop/runtime.ts';
import { forgetFailures } from './new-try.ts';
import { attend } from './procedures/attend.ts';
import { readProcedure } from './procedures/read.ts';
import { inputOf, planRestart, type RestartOptions, type RestartPlan } from './procedures/restart-plan.ts';
import type { ProcedureReport } from './reports/procedures.ts';
import type { SessionParts } from './session-parts.ts';
import type { Store } from './store/store.ts';
import { noteLostStore } from './store-lost.ts';
import { liftSuspension, requireNotSuspended, suspendAsDown } from './suspension.ts';
import { targetOf } from './target.ts';
import { changedVariables } from './variables.ts';

export class SessionControl implements Control {
  readonly platform: string;
  readonly store: Store;
  readonly engine: ConnectedEngine;
  readonly #parts: SessionParts;
  readonly #runtime: Runtime;
  #passes = 0;
  /** What it was opened with has just been loaded; whatever comes later loads anew. */
  #fresh = true;
  #keeping = false;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.platform = parts.platform;
    this.store = parts.store;
    this.engine = parts.engine;
    const born = Date.now().toString(36);
    this.#runtime = new Runtime({
      engine: parts.engine,
      store: parts.store,
      logger: parts.logger,
      platform: parts.platform,
      digest: parts.digest,
      scrub: parts.scrubber,
      now: () => Date.now(),
      random: Math.random,
      passId: () => `${born}-${(++this.#passes).toString(36)}`,
      procedureId: (kind) => `${kind}-${randomBytes(3).toString('hex')}`,
    });
  }

  /** Absolute paths of the manifests that this session keeps. */
  get sources(): readonly string[] {
    return this.#loaded.revision.sources;
  }

  get #loaded(): Loaded {
    return this.#parts.sources.good ?? this.#parts.first;
  }

  async plan(options: PlanOptions): Promise<PlanReport> {
    await this.#loadAnew();
    const pass: PassOptions = await this.#passOf(options);
    const plan = await this.#look(pass);
    const { revision } = this.#loaded;
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
    await this.#loadAnew();
    const { revision } = this.#loaded;
    await requireNotSuspended(this.store, this.platform);
    const pass: PassOptions = await this.#passOf(options);
    const { plan: seen, observed } = await this.#see(pass);
    if (options.fingerprint !== undefined && options.fingerprint !== fingerprintOf(revision.id, seen)) {
      throw stalePlan(options.fingerprint, revision.id);
    }
    if (seen.blocked !== undefined) return blockedOutcome(seen, progress);
    const { by, updateImages } = options;
    await putInForceAsSeen(this.store, this.engine, revision, observed, { by, at: Date.now(), updateImages });
    await takeOver(this.store, revision, observed, options.by, Date.now());
    const refs = await forgetFailures(this.store, seen);
    if (refs.length > 0)
      this.#parts.logger.info({ by: options.by, refs }, 'back-off forgotten: applied by a person');
    // Tags have their meaning only now: what is shown is what will run.
    const plan = await this.#look(pass);
    return this.#run(
      plan,
      pass,
      { ...options, timeoutMs: options.timeoutMs ?? revision.policy.progressDeadlineMs },
      progress,
      signal,
    );
  }

  async act(act: Act | OwnershipAct, by: string): Promise<string> {
    this.#mustHoldLock();
    if (act.verb === 'adopt')
      return act.container === undefined ? this.#adopt(by) : this.#adoptContainer(act.container, by);
    if (act.verb === 'disown') return this.#disown(by);
    const { engine } = this;
    const volumesThere = async () => new Set((await engine.volumes()).map((v) => v.name));
    const said = await performAct(this.store, this.#loaded.revision, act, by, Date.now(), volumesThere);
    this.#runtime.wake();
    if (!this.#keeping) await this.#afterAct(act, by);
    return said;
  }

  async downPlan(options: DownOptions): Promise<Plan> {
    return this.#look({ mode: 'down', names: [], allowDelete: true, removeVolumes: options.volumes });
  }

  async down(
    options: DownOptions,
    progress: (p: Progress) => void,
    signal: AbortSignal,
  ): Promise<ApplyOutcome> {
    this.#mustHoldLock();
    await suspendAsDown(this.store, this.platform, options.by, Date.now());
    const pass: PassOptions = { mode: 'down', names: [], allowDelete: true, removeVolumes: options.volumes };
    const plan = await this.#look(pass);
    const { progressDeadlineMs } = this.#loaded.revision.policy;
    return this.#run(plan, pass, { by: options.by, timeoutMs: progressDeadlineMs }, progress, signal);
  }

  async statuses(): Promise<{ statuses: readonly ResourceStatus[]; plan: Plan }> {
    const plan = await this.#look({ mode: 'keep', names: [], allowDelete: false, removeVolumes: false });
    return { statuses: plan.statuses, plan };
  }

  async restartPlan(options: RestartOptions): Promise<RestartPlan> {
    await this.#loadAnew();
    return planRestart(this.#loaded.revision, options);
  }

  async restart(plan: RestartPlan, by: string): Promise<string> {
    await this.#readyForProcedures();
    await requireNotSuspended(this.store, this.platform);
    const { id } = await this.#runtime.procedures.start('batched-restart', inputOf(plan, by), by);
    return id;
  }

  async say(procedureId: string, word: Word, by: string): Promise<string> {
    await this.#readyForProcedures();
    await this.#runtime.procedures.say(procedureId, word, by);
    return (await readProcedure(this.store, procedureId)).message;
  }

  async attend(
    procedureId: string,
    tell: (report: ProcedureReport) => void,
    signal: AbortSignal,
  ): Promise<ProcedureReport> {
    if (!this.#keeping) {
      await this.#readyForProcedures();
      this.#runtime.target = await this.#target();
      this.#runtime.start();
    }
    return attend(() => readProcedure(this.store, procedureId), tell, signal);
  }

  /** The controller: keeps the platform until `signal` aborts. */
  async keep(signal: AbortSignal): Promise<void> {
    this.#mustHoldLock();
    this.#keeping = true;
    this.#fresh = false;
    await keep(this.#runtime, this.#parts, signal);
  }

  async close(): Promise<void> {
    await this.#runtime.stop(4_000);
    await this.#parts.sources.close();
    await this.store.close();
    await this.#parts.lock
      ?.release()
      .catch((error: unknown) => this.#parts.logger.warn({ err: error }, 'the lock was left on the engine'));
    await this.engine.close();
  }

  async #loadAnew(): Promise<void> {
    const fresh = this.#fresh;
    this.#fresh = false;
    if (fresh || !this.#parts.reloads) return;
    const { secrets } = await this.#parts.sources.mustLoad();
    this.#parts.scrubber.add(secrets.values());
  }

  async #target(): Promise<Target> {
    return targetOf(this.#loaded, (await this.store.inForce())?.revision, this.engine);
  }

  async #adopt(by: string): Promise<string> {
    await this.#loadAnew();
    await requireNotSuspended(this.store, this.platform);
    const seen = await this.#see({ ...wholeApply, mode: 'apply' });
    const said = await adoptSeen(this.store, this.engine, this.#loaded.revision, seen, by, Date.now());
    if (this.#keeping) this.#runtime.target = await this.#target();
    this.#runtime.wake();
    return said;
  }

  async #adoptContainer(name: string, by: string): Promise<string> {
    const said = await takeContainer(this.store, this.engine, this.#loaded.revision, name, by, Date.now());
    this.#runtime.wake();
    return said;
  }

  async #disown(by: string): Promise<string> {
    const said = await disown(this.store, this.platform, await this.engine.containers(), by, Date.now());
    this.#runtime.wake();
    return said;
  }

  /** Registries are asked once: all passes of one apply aim at the same. */
  async #passOf(options: PlanOptions): Promise<PassOptions> {
    const { names, allowDelete, updateImages, build = false } = options;
    const pass = { names, allowDelete, updateImages, removeVolumes: false, mode: 'apply' } as const;
    if (options.local === true) return pass;
    const asked = { updateImages, build, now: Date.now() };
    const images = await askForImages(
      { store: this.store, engine: this.engine },
      this.#loaded.revision,
      asked,
    );
    return { ...pass, images };
  }

  async #look(pass: PassOptions): Promise<Plan> {
    return (await this.#see(pass)).plan;
  }

  async #see(pass: PassOptions): Promise<Look> {
    const target = await this.#target();
    if (!this.#keeping) {
      await noteLostStore(this.store, this.engine, this.platform, Date.now(), pass.mode === 'apply');
      await this.#runtime.answerProbesOnce(target);
    }
    return this.#runtime.reconciler.look(target, pass);
  }

  async #run(
    plan: Plan,
    pass: PassOptions,
    { by, timeoutMs }: { by: string; timeoutMs: number },
    progress: (p: Progress) => void,
    signal: AbortSignal,
  ): Promise<ApplyOutcome> {
    if (pass.mode === 'apply') await liftSuspension(this.store, this.platform, by, Date.now());
    this.#runtime.start();
    const { logger, scrubber } = this.#parts;
    logger.info({ revision: this.#loaded.revision.id, by, steps: plan.steps.length }, pass.mode);
    return runToEnd(this.#runtime, {
      target: await this.#target(),
      plan,
      pass,
      by,
      timeoutMs,
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
    const plan = await this.#look(pass);
    if (plan.steps.length === 0) return;
    const { progressDeadlineMs } = this.#loaded.revision.policy;
    await this.#run(
      plan,
      pass,
      { by, timeoutMs: progressDeadlineMs },
      () => undefined,
      new AbortController().signal,
    );
  }

  /** Procedures under way are known before a new one begins or one is spoken to. */
  async #readyForProcedures(): Promise<void> {
    this.#mustHoldLock();
    if (!this.#keeping) await this.#runtime.procedures.load();
  }

  #mustHoldLock(): void {
    if (this.#parts.lock === undefined) throw new Error('a session opened without the lock was asked to act');
  }
}

const wholeApply = { names: [], allowDelete: false, removeVolumes: false } as const;

function blockedOutcome(plan: Plan, progress: (p: Progress) => void): ApplyOutcome {
  progress({ type: 'plan', plan, planId: '' });
  const outcome: ApplyOutcome = {
    ok: false,
    revision: plan.revision,
    stepsDone: 0,
    ready: 0,
    total: plan.statuses.length,
    ms: 0,
    failures: [],
    ...(plan.blocked === undefined ? {} : { blocked: plan.blocked }),
  };
  progress({ type: 'outcome', outcome });
  return outcome;
}
