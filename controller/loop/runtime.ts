// The loop: asks for passes when something says "look now" (events, probes, ends of steps, the clock, a person) and
// paces them. Owns the event stream, the timers and the probes; what to do is the planner's.

import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Ref } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import type { Step } from '../../reconcilers/plan.ts';
import type { Engine, EngineEvent } from '../engine.ts';
import type { Elected } from '../lease/candidate.ts';
import type { FormerCall } from '../lease/former-calls.ts';
import { ModelServers } from '../ollama/servers.ts';
import { Probers } from '../probes/probers.ts';
import { BesidePasses } from '../procedures/beside-passes.ts';
import type { Recoveries } from '../procedures/recoveries.ts';
import type { Rollouts } from '../procedures/rollouts.ts';
import type { Runner } from '../procedures/runner.ts';
import type { Store } from '../store/store.ts';
import { noteDue } from './due-work.ts';
import { EngineEnd } from './engine-end.ts';
import { EventIntake } from './event-intake.ts';
import { followEvents } from './follow.ts';
import { Link } from './link.ts';
import { NamedInspects } from './named-inspects.ts';
import { Observer } from './observer.ts';
import { Pacer } from './pacer.ts';
import { PassFailures } from './pass-failures.ts';
import { perform } from './perform.ts';
import { PlatformRecord } from './platform-record.ts';
import { PullNotes } from './pull-notes.ts';
import { type PassOptions, type PassResult, Reconciler, type Target } from './reconciler.ts';
import type { StepProgress } from './step-ledger.ts';
import { logStep } from './step-log.ts';
import { StoreLink } from './store-link.ts';

export interface RuntimeOptions {
  readonly engine: Engine;
  readonly store: Store;
  readonly logger: Logger;
  readonly platform: string;
  readonly digest: (value: string) => string;
  readonly scrub: (text: string) => string;
  readonly now: () => number;
  readonly random: () => number;
  readonly passId: () => string;
  /** A name for a new procedure, unlike all before. */
  readonly procedureId: (kind: string) => string;
  /** Files of a revision's commit to where containers mount them. */
  readonly bringFiles: (revision: Revision) => Promise<boolean>;
  /** Absent: nobody else can act, by the machine's lock. */
  readonly lead?: Elected;
  /** For these a call that is not ours may be under way. */
  readonly formerCalls: readonly FormerCall[];
}

export type PassListener = (result: PassResult) => void;

export class Runtime {
  readonly prober: Probers;
  readonly servers: ModelServers;
  readonly observer: Observer;
  readonly reconciler: Reconciler;
  readonly procedures: Runner;
  readonly recoveries: Recoveries;
  readonly rollouts: Rollouts;
  /** Told of each pass and each step; set by an apply under way. */
  onPass: PassListener | undefined;
  onStep: ((progress: StepProgress) => void) | undefined;
  onNote: ((ref: Ref, message: string) => void) | undefined;
  /** What the passes aim at; undefined until a revision is in force. */
  target: Target | undefined;
  /** How passes are made; an apply changes it while it lasts. */
  options: PassOptions = { mode: 'keep', names: [], allowDelete: false, removeVolumes: false };
  by = 'reeve';

  readonly #o: RuntimeOptions;
  readonly #abort = new AbortController();
  readonly #drain = new AbortController();
  readonly #notes: PullNotes;
  readonly #pacer: Pacer;
  readonly #link: Link;
  readonly #storeLink: StoreLink;
  readonly #engineEnd: EngineEnd;
  readonly #intake: EventIntake;
  readonly #record: PlatformRecord;
  readonly #inspects: NamedInspects;
  readonly #beside: BesidePasses;
  readonly #failures: PassFailures;
  /** The last plan had steps that wait for those under way. */
  #stepsWait = false;
  #loop: Promise<void> | undefined;

  constructor(options: RuntimeOptions) {
    this.#o = options;
    const { engine, now } = options;
    const wake = (): void => this.wake();
    this.#pacer = new Pacer(now);
    this.#record = new PlatformRecord(options);
    this.prober = new Probers(engine, now, wake);
    this.servers = new ModelServers(engine, now, wake);
    this.observer = new Observer({
      engine,
      now,
      digest: options.digest,
      probes: this.prober.own.results,
      besideProbes: this.prober.beside.results,
      modelServers: this.servers.observed,
    });
    this.#link = new Link({
      tell: (type, reason, message) => this.#record.turn(type, reason, message),
      observeAnew: () => this.#observeAnew(),
    });
    this.#storeLink = new StoreLink(options);
    this.#inspects = new NamedInspects({
      observer: this.observer,
      platform: options.platform,
      onKnown: () => this.#pacer.askAtOnce(),
      onFailed: (error) => (this.#drain.signal.aborted ? undefined : this.#failures.failed(error)),
    });
    this.#notes = new PullNotes(options.store, now);
    this.reconciler = new Reconciler({
      observer: this.observer,
      store: options.store,
      now,
      random: options.random,
      passId: options.passId,
      scrub: options.scrub,
      signal: this.#abort.signal,
      draining: this.#drain.signal,
      perform: (step, secrets, signal) =>
        perform(
          {
            engine,
            servers: this.servers,
            progress: (s, m) => this.#progress(s, m),
            ...(options.lead === undefined ? {} : { lease: options.lead.lease }),
          },
          step,
          secrets,
          signal,
        ),
      wasSignalled: (id, sinceMs) => engine.wasSignalled(id, sinceMs),
      eventsRemembered: async () => {
        // One turn of the event loop: what came on the event stream before the list's answer is read first.
        await nextTurn();
        await this.#intake.settled();
      },
      onStep: (progress) => this.#stepped(progress),
      onFailed: (error) => void this.#failures.failed(error),
      onFree: () => (this.#stepsWait ? this.wake() : this.#pacer.askAfterStep()),
    });
    this.reconciler.leaveAlone(options.formerCalls);
    this.#beside = new BesidePasses(options, {
      reconciler: this.reconciler,
      wake,
      probeCalls: (ref) => this.prober.own.callsOf(ref),
    });
    this.procedures = this.#beside.runner;
    this.recoveries = this.#beside.recoveries;
    this.rollouts = this.#beside.rollouts;
    this.#failures = new PassFailures({
      logger: options.logger,
      now,
      link: this.#link,
      storeLink: this.#storeLink,
      record: this.#record,
      engineAway: () => this.#beside.engineAway(this.target),
      lookAgain: wake,
      signal: this.#abort.signal,
    });
    this.#engineEnd = new EngineEnd(options);
    this.#intake = new EventIntake({
      ...options,
      observer: this.observer,
      prober: this.prober,
      reconciler: this.reconciler,
      engineEnd: this.#engineEnd,
      pacer: this.#pacer,
      onStoreAway: (error) => void this.#storeLink.failed(error),
    });
  }

  /** Asks for a pass soon. */
  wake(): void {
    this.#pacer.ask();
  }

  /** What ended since then ended while no controller ran. */
  noteAbsence(since: number): void {
    this.#engineEnd.noteAbsence(since);
  }

  /** Starts following events and making passes. */
  start(): void {
    this.#loop ??= Promise.all([this.#follow(), this.#run()]).then(() => undefined);
    this.wake();
  }

  /** Nothing new begins; what has begun is finished (or given up after `graceMs`). May be called again. */
  async stop(graceMs: number): Promise<void> {
    this.#drain.abort();
    this.#pacer.close();
    this.#beside.close();
    await Promise.race([this.reconciler.settle(), sleep(graceMs)]);
    this.#abort.abort();
    this.prober.close();
    this.servers.close();
    await this.#loop;
    await this.#intake.settled();
  }

  /** After a gap, or where facts may be stale: nothing known of containers is believed. */
  async #observeAnew(): Promise<void> {
    await this.observer.forgetAll(this.#o.platform);
    this.wake();
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#pacer.due(
        () => this.reconciler.busy.size > 0,
        () => this.#stepsWait,
      );
      if (this.#drain.signal.aborted) return;
      const startedAt = this.#o.now();
      try {
        const ended = await this.#engineEnd.settle();
        if (ended !== undefined) await this.#record.tell('Warning', 'EngineStopped', ended);
        await this.#pass();
        await this.#link.note({ type: 'answered', at: this.#o.now() });
        if (await this.#storeLink.passed()) await this.#observeAnew();
      } catch (error) {
        await this.#failures.failed(error);
      }
      this.#pacer.passed(startedAt);
    }
  }

  async #pass(): Promise<void> {
    const { target: wanted, options } = this;
    if (wanted === undefined) {
      this.#pacer.resyncAt = this.#o.now() + 1_000;
      return;
    }
    const { target, back } =
      options.mode === 'down' ? { target: wanted, back: false } : await this.#beside.aim(wanted);
    const due = { pacer: this.#pacer, observer: this.observer, platform: this.#o.platform };
    noteDue(due, target.revision.policy, this.#o.now());
    this.#intake.aim(target);
    const result = await this.reconciler.pass(
      target,
      back ? { ...options, allowDelete: true } : options,
      this.by,
    );
    this.#intake.notePass(result);
    await this.#beside.passed(result, target, options.mode === 'keep');
    this.#stepsWait = result.plan.steps.length > result.dispatched.length;
    this.#pacer.planAt = result.plan.nextAt ?? Number.POSITIVE_INFINITY;
    await this.prober.update(target, result.observed);
    await this.servers.update(target.revision, result.observed);
    // One that was under way when an apply began is of what was aimed at before.
    if (options === this.options && wanted === this.target) this.onPass?.(result);
    if (this.reconciler.busy.size === 0) this.#inspects.begin();
  }

  async #follow(): Promise<void> {
    const handlers = {
      onEvent: (event: EngineEvent) => this.#intake.take(event),
      onConnected: () => {
        this.#link.streamOpened();
        this.observer.follow(true);
        this.wake();
      },
      onBroken: (error: Error) => {
        this.#o.logger.warn({ err: error }, 'event stream broken');
        this.observer.follow(false);
        this.#engineEnd.noteGap();
        // A look tells whether the engine is gone, and says so now and not at the next resync.
        this.wake();
      },
    };
    await followEvents(this.#o.engine, this.#o.now, handlers, this.#abort.signal);
  }

  #progress(step: Step, message: string): void {
    const words = this.#o.scrub(message);
    this.onNote?.(step.ref, words);
    this.#notes.note(step.ref, words, step.op === 'buildImage' ? 'Building' : 'Pulling');
  }

  #stepped(progress: StepProgress): void {
    const { step, state } = progress;
    logStep(this.#o.logger, progress);
    // With other names it must prove itself again, before the one that it is to replace loses them.
    if (step.op === 'connectNetwork' && state === 'done') this.prober.beside.forget(step.args.containerId);
    this.onStep?.(progress);
  }
}
