// What a step's begin and end store: its facts, its outcome under its plan and its event, as one commit each.

import { isWorkload, type Ref, refOf } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { imagesOf } from '../../reconcilers/images.ts';
import type { Plan, Step } from '../../reconcilers/plan.ts';
import { specHash } from '../../reconcilers/spec-hash.ts';
import { LeaseLapsed } from '../lease/lease.ts';
import type { FactChange, Store } from '../store/store.ts';
import type { StepReport } from './executor.ts';
import {
  attemptAfterStep,
  factsAfterFailure,
  factsAfterStep,
  factsBeforeStep,
  isRepeated,
  repeatedAct,
} from './facts-from-step.ts';
import { eventOfStep, type JournalContext } from './journal.ts';
import type { Observer } from './observer.ts';
import { failureOf, noteAct } from './own-acts.ts';
import { OwnMarks } from './own-marks.ts';
import { PlanRecorder } from './plan-recorder.ts';

export interface StepLedgerContext {
  readonly observer: Observer;
  readonly store: Store;
  readonly now: () => number;
  readonly random: () => number;
  readonly scrub: (text: string) => string;
  readonly onStep: (event: StepProgress) => void;
  readonly signal: AbortSignal;
}

export interface StepProgress {
  readonly step: Step;
  /** Reconcile id of the pass that sent it. */
  readonly pass: string;
  readonly state: 'started' | 'done' | 'unchanged' | 'failed';
  readonly message?: string;
  readonly ms?: number;
}

export class StepLedger {
  readonly recorder: PlanRecorder;
  readonly marks = new OwnMarks();
  readonly #c: StepLedgerContext;
  /** Step id → when it was done lately, for which revision. */
  readonly #acts = new Map<string, { readonly revision: string; readonly times: readonly number[] }>();

  constructor(context: StepLedgerContext) {
    this.#c = context;
    this.recorder = new PlanRecorder(context.store, context.now);
  }

  /** Durable before the step touches anything. */
  async begin(step: Step, plan: Plan, pass: string): Promise<void> {
    const { store, now } = this.#c;
    const facts = factsBeforeStep(step, plan.steps, await store.facts(), now());
    this.marks.begin(step);
    await Promise.all([
      facts.length > 0 ? store.setFacts(facts) : undefined,
      this.recorder.started(step.id, now()),
    ]);
    this.#c.onStep({ step, pass, state: 'started' });
  }

  /** Durable before anything that comes after may start. */
  async end(report: StepReport, revision: Revision, journal: JournalContext): Promise<void> {
    const { store, now, scrub, observer } = this.#c;
    const { step, outcome, error } = report;
    // Cut off because the process is to end: whether it was done is seen by the next start, as after a crash.
    if (error !== undefined && this.#c.signal.aborted) return;
    // It was not sent: whoever leads sees for itself whether it is still to be done.
    if (error instanceof LeaseLapsed) {
      this.#c.onStep({ step, pass: journal.pass, state: 'failed', message: error.message });
      return;
    }
    const { policy } = revision;
    const at = now();
    const before = await store.facts();
    this.marks.end(step, outcome);
    const changes =
      error === undefined
        ? [
            ...(outcome === undefined
              ? []
              : factsAfterStep(step, outcome, before, at, declaredHash(revision, step.ref))),
            ...this.#repetition(step, before, revision, at),
            ...attemptAfterStep(step, before, policy, at, this.#c.random()),
          ]
        : factsAfterFailure(step, failureOf(error, scrub), before, policy, at, this.#c.random());
    const event = eventOfStep(report, { ...journal, at });
    const state = error !== undefined ? 'failed' : outcome?.changed === false ? 'unchanged' : 'done';
    const message = error === undefined ? outcome?.message : scrub(error.message);
    await Promise.all([
      changes.length > 0 ? store.setFacts(changes) : undefined,
      event === undefined ? undefined : store.record([{ ...event, message: scrub(event.message) }]),
      this.recorder.ended(step.id, at, state, message),
    ]);
    if (step.op === 'pullImage' || step.op === 'buildImage')
      await store.saveImages(revision.id, imagesOf(revision, await store.facts()));
    noteAct(observer, step, outcome);
    this.#c.onStep({
      step,
      pass: journal.pass,
      state,
      ms: report.ms,
      ...(message === undefined ? {} : { message }),
    });
  }

  /** An act in place that never takes must not be repeated at the speed of the engine. */
  #repetition(step: Step, facts: Facts, { id, policy }: Revision, at: number): readonly FactChange[] {
    const last = this.#acts.get(step.id);
    // What another revision asks for is no repetition.
    const before = last?.revision === id ? last.times : [];
    this.#acts.set(step.id, { revision: id, times: [...before, at].slice(-repeatedAct.times) });
    if (!isRepeated(step, before, at)) return [];
    const message = `${step.cause.message}: done ${before.length + 1} times within a minute, and it does not last`;
    const failure = { reason: 'DoesNotLast', message };
    return factsAfterFailure(step, failure, facts, policy, at, this.#c.random());
  }
}

function declaredHash(revision: Revision, ref: Ref): string {
  const found = revision.resources.find((r) => refOf(r) === ref);
  return found !== undefined && isWorkload(found) ? specHash(found) : '';
}
