// The procedures of a runtime: the runner, the recoveries that begin by themselves, and what each pass shows to them.

import type { Logger } from 'pino';
import type { Revision } from '../../desired-state/revision.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import type { MeasureErrors, Work } from '../../reconcilers/procedures/definition.ts';
import { definitions } from '../../reconcilers/procedures/index.ts';
import type { Engine } from '../engine.ts';
import { readMemory, readRoom } from '../host-room.ts';
import { noteHeld } from '../loop/held-dependents.ts';
import type { PassResult, Reconciler, Target } from '../loop/reconciler.ts';
import type { Prober } from '../probes/prober.ts';
import type { Store } from '../store/store.ts';

import { checkAlias } from './check-alias.ts';
import { EngineStart } from './engine-start.ts';
import { DiskFreeing } from './free-disk.ts';
import { MemoryWatch } from './memory-watch.ts';
import { OutageWatch } from './outage-watch.ts';
import { prepareRollback } from './prepare-rollback.ts';
import { pullImages } from './pull-images.ts';
import { Recoveries } from './recoveries.ts';
import { type Aimed, Rollouts } from './rollouts.ts';
import { Runner } from './runner.ts';
import { sightOf } from './sight.ts';

interface BesideOptions {
  readonly engine: Engine;
  readonly store: Store;
  readonly logger: Logger;
  readonly platform: string;
  readonly digest: (value: string) => string;
  readonly scrub: (text: string) => string;
  readonly now: () => number;
  readonly procedureId: (kind: string) => string;
  /** Files of a revision's commit to where containers mount them. */
  readonly bringFiles: (revision: Revision) => Promise<boolean>;
}

interface Surroundings {
  readonly reconciler: Reconciler;
  readonly wake: () => void;
  readonly probeCalls: Prober['callsOf'];
}

export class BesidePasses {
  readonly runner: Runner;
  readonly recoveries: Recoveries;
  readonly #engineStart: EngineStart;
  readonly rollouts: Rollouts;
  readonly #disk: DiskFreeing;
  readonly #memory: MemoryWatch;
  readonly #outage: OutageWatch;
  readonly #o: BesideOptions;
  readonly #wake: () => void;
  readonly #probeCalls: Surroundings['probeCalls'];
  /** Of the last pass. */
  #target: Target | undefined;

  constructor(options: BesideOptions, { reconciler, wake, probeCalls }: Surroundings) {
    const { engine, store, platform, now, logger } = options;
    this.#o = options;
    this.#wake = wake;
    this.#probeCalls = probeCalls;
    this.#disk = new DiskFreeing(options);
    this.runner = new Runner({
      store,
      platform,
      definitions,
      now,
      newId: options.procedureId,
      wake,
      onEnded: (record) => {
        this.recoveries.ended(record);
        this.rollouts.ended(record);
      },
      halt: () => reconciler.withdraw(),
      work: (work, signal) => this.#work(work, signal),
      onError: (error) => logger.error({ err: error }, 'a procedure could not go on'),
    });
    const room = async () => readRoom(await engine.info());
    this.#memory = new MemoryWatch({ ...options, memory: async () => readMemory(await engine.info()) });
    this.#outage = new OutageWatch({ ...options, runner: this.runner, room });
    this.#engineStart = new EngineStart({
      ...options,
      runner: this.runner,
      onError: (error) => logger.error({ err: error }, 'what the start command came to was not told'),
    });
    this.rollouts = new Rollouts({
      engine,
      store,
      runner: this.runner,
      now,
      bringFiles: options.bringFiles,
      onError: (error) => logger.warn({ err: error }, 'a revision comes in without a rollout of its own'),
    });
    this.recoveries = new Recoveries({
      ...options,
      runner: this.runner,
      busy: reconciler.busy,
      wake,
      onError: (error) => logger.error({ err: error }, 'a recovery could not go on'),
    });
  }

  #work(work: Work, signal: AbortSignal): Promise<object> {
    switch (work.type) {
      case 'freeDisk':
        return this.#disk.free(work, signal);
      case 'prepareRollback':
        return prepareRollback(work, this.#o, signal);
      case 'pullImages':
        return pullImages(work, this.#o, signal);
      case 'measureErrors':
        return this.#measureErrors(work);
      case 'checkAlias':
        return checkAlias(work, { ...this.#o, target: () => this.#target }, signal);
    }
  }

  /** Loaded by the first canary that is measured: every command would wait for its HTTP client. */
  async #measureErrors(work: MeasureErrors): Promise<object> {
    const { measureErrors } = await import('./measure-errors.ts');
    return measureErrors(work, { ...this.#o, probeCalls: this.#probeCalls });
  }

  /** What a pass is to aim at. */
  aim(target: Target): Promise<Aimed> {
    return this.rollouts.aim(target);
  }

  /** After a pass over `target`; `keeps`: it was one of the loop's own. */
  async passed(result: PassResult, target: Target, keeps: boolean): Promise<void> {
    const { revision, rolling } = target;
    this.#target = target;
    await this.#engineStart.answered();
    const { store, now } = this.#o;
    const { busy, plan } = result;
    const { running } = this.runner;
    if (running.length > 0)
      await this.runner.see(
        {
          ...(await sightOf(plan.statuses, running, this.#o)),
          busy,
          planned: new Set(plan.steps.map((step) => step.ref)),
          ...(rolling === undefined ? {} : { aim: rolling }),
        },
        running,
      );
    await this.rollouts.settle();
    const facts = await store.facts();
    this.recoveries.note(result, revision, facts, keeps);
    if (keeps && this.recoveries.isOn)
      await this.#watch(revision, plan.statuses, facts).catch((cause: unknown) =>
        this.#o.logger.error({ err: cause }, 'host and platform were not looked at as wholes'),
      );
    if (await noteHeld(store, result, revision, facts, now())) this.#wake();
  }

  async #watch(revision: Revision, statuses: PassResult['plan']['statuses'], facts: Facts): Promise<void> {
    await this.#memory.look(revision.policy.host);
    await this.#outage.look(revision, statuses, facts);
  }

  /** A pass could not ask the engine. */
  async engineAway(target: Target | undefined): Promise<void> {
    this.runner.blind();
    this.#outage.blind();
    await this.#engineStart
      .away(target?.revision.policy.engine)
      .catch((cause: unknown) => this.#o.logger.error({ err: cause }, 'the engine’s start was not stored'));
  }

  close(): void {
    this.recoveries.close();
    this.runner.close();
  }
}
