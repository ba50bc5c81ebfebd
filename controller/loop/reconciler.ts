// One platform's pass: observe → remember → plan → store what is so → let the steps that can go, go.
// Level-triggered: a pass may be asked for at any time and for any reason; it looks and acts on what it sees.
// INVARIANTS: one pass at a time; never two steps at once for one resource; facts are stored before the act they guard.

import type { SecretValues } from '../../desired-state/load-types.ts';
import type { Ref } from '../../desired-state/resource.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { factsWithUpdate } from '../../reconcilers/images.ts';
import { needsInspect } from '../../reconcilers/inspect-needs.ts';
import type { ObservedState } from '../../reconcilers/observed.ts';
import type { Plan, Step } from '../../reconcilers/plan.ts';
import { plan as makePlan } from '../../reconcilers/planner.ts';
import type { Engine, StepOutcome } from '../engine.ts';
import type { FormerCall } from '../lease/former-calls.ts';
import { factsWith } from '../store/facts.ts';
import type { FactChange, NewEvent, StoredCondition } from '../store/store.ts';
import { EarlierRevisions } from './earlier-revisions.ts';
import { endedHolds } from './ended-holds.ts';
import { execute, runnableSteps, type StepReport } from './executor.ts';
import { factsFromObservation } from './facts-from-observation.ts';
import { stabilityNews } from './facts-from-stability.ts';
import { factsFromStatuses } from './facts-from-status.ts';
import { failedOver } from './failed-over.ts';
import { ForeignCalls } from './foreign-calls.ts';
import { saveHeldBack } from './held-back.ts';
import { eventsOfTransitions, type JournalContext } from './journal.ts';
import { eventsOfLostOutcomes, foundRestarted } from './lost-outcomes.ts';
import { MadeContainers } from './made-containers.ts';
import { Notices } from './notices.ts';
import type { OwnMarks } from './own-marks.ts';
import type { Look, PassOptions, PassResult, Target } from './pass.ts';
import type { PlanRecorder } from './plan-recorder.ts';
import { needsOf } from './satisfied.ts';
import { StepGates } from './step-gates.ts';
import { StepLedger, type StepLedgerContext } from './step-ledger.ts';
import { eventsOfHappenings } from './told.ts';

export type { Look, PassOptions, PassResult, Target };

/** A look, and what it lets us remember. */
interface Sight extends Look {
  /** With `seen`. */
  readonly facts: Facts;
  /** Not stored yet. */
  readonly seen: readonly FactChange[];
}

export interface ReconcilerContext extends StepLedgerContext {
  readonly passId: () => string;
  /** Performs one step against the engine or a model server. */
  readonly perform: (step: Step, secrets: SecretValues, signal: AbortSignal) => Promise<StepOutcome>;
  readonly wasSignalled: Engine['wasSignalled'];
  /** Resolves when the events that have arrived are facts. */
  readonly eventsRemembered: () => Promise<void>;
  /** Something ended: worth another pass. */
  readonly onFree: () => void;
  /** A step's begin or end could not be stored. */
  readonly onFailed: (error: unknown) => void;
  /** Nothing new begins: the process is about to end. */
  readonly draining: AbortSignal;
}

export class Reconciler {
  readonly #context: ReconcilerContext;
  readonly #busy = new Set<Ref>();
  readonly #running = new Set<Promise<void>>();
  readonly #ledger: StepLedger;
  readonly #gates = new StepGates();
  readonly #notices = new Notices();
  readonly #earlier: EarlierRevisions;
  readonly #foreign: ForeignCalls;
  /** Aborted by `withdraw`: what was sent before it and has not begun never begins. */
  #sent = new AbortController();
  readonly #made = new MadeContainers();

  constructor(context: ReconcilerContext) {
    this.#context = context;
    this.#ledger = new StepLedger(context);
    this.#earlier = new EarlierRevisions(context.store);
    const { onFree, wasSignalled } = context;
    this.#foreign = new ForeignCalls({ busy: this.#busy, marks: this.marks, onFree, wasSignalled });
  }

  /** Nothing is planned for these before what another has sent is surely over. */
  leaveAlone(calls: readonly FormerCall[]): void {
    this.#foreign.await(calls);
  }

  get busy(): ReadonlySet<Ref> {
    return this.#busy;
  }

  get recorder(): PlanRecorder {
    return this.#ledger.recorder;
  }

  /** What stops or starts by our own hand. */
  get marks(): OwnMarks {
    return this.#ledger.marks;
  }

  /** Observes and plans; acts on nothing, stores only facts of sight. */
  async look(target: Target, options: PassOptions): Promise<Look> {
    const {
      facts: _,
      seen,
      ...look
    } = await this.#look(failedOver(target, await this.#context.store.facts()), options);
    // What a pass would tell of is left to it.
    const silent = seen.filter(({ fact }) => fact !== 'restarts');
    if (silent.length > 0) await this.#context.store.setFacts(silent);
    return look;
  }

  async #look(target: Target, options: PassOptions): Promise<Sight> {
    const { observer, store, now } = this.#context;
    // Taken before looking: a resource whose steps end while we look may be seen as it was before they did.
    const busy = new Set(this.#busy);
    let observed = await observer.observe(target.revision, await store.facts());
    // The events of what was just seen say who did it: they are remembered before it is judged.
    await this.#context.eventsRemembered();
    const before = await store.facts();
    let facts = factsFor(target, before, observed, options);
    const ids = [...needsInspect(target.revision, observed, facts, busy), ...this.#foreign.unclear(observed)];
    if (ids.length > 0) {
      await observer.inspect(ids);
      observed = observer.complete(observed);
    }
    this.#foreign.see(observed);
    const seen = factsFromObservation(target.revision, observed, facts, busy);
    const known = factsWith(before, seen);
    facts = factsFor(target, known, observed, options);
    const earlier = await this.#earlier.of(target, observed, facts);
    const plan = makePlan({
      revision: target.revision,
      observed,
      facts,
      now: now(),
      mode: options.mode,
      busy,
      names: options.names,
      allowDelete: options.allowDelete,
      removeVolumes: options.removeVolumes,
      ...(options.images === undefined ? {} : { images: options.images }),
      ...(target.previous === undefined ? {} : { previous: target.previous }),
      earlier,
      ...(target.notices === undefined ? {} : { notices: target.notices }),
    });
    return { plan, observed, busy, facts: known, seen };
  }

  /** One pass. Resolves when its steps are on their way, not when they have ended (`settle` waits for that). */
  async pass(wanted: Target, options: PassOptions, by: string): Promise<PassResult> {
    const { store, now, scrub } = this.#context;
    const target = failedOver(wanted, await store.facts());
    const withdrawn = this.#sent.signal;
    const { plan, observed, busy, facts, seen } = await this.#look(target, options);
    const journal: JournalContext = {
      at: now(),
      by,
      revision: target.revision.id,
      pass: this.#context.passId(),
      ...(plan.commit === undefined ? {} : { commit: plan.commit.words }),
    };
    const holds = endedHolds(facts, journal);
    const mayGo = plan.blocked === undefined && !withdrawn.aborted;
    const dispatched = mayGo ? runnableSteps(plan.steps, busy, needsOf(plan, observed)) : [];
    const happened = eventsOfHappenings(plan, dispatched, facts, journal);
    const told = new Set(happened.events.map((e) => `${e.regarding} ${e.reason}`));
    const lost = await this.#lostOutcomes(seen, journal);
    const notices = this.#notices.news(plan, journal);
    const stability = stabilityNews(target, plan, facts, options, journal);
    const eventsOf = (changed: readonly StoredCondition[]): readonly NewEvent[] =>
      [
        ...holds.events,
        ...lost,
        // What an act's cause tells is not told again as the condition that it ends.
        ...eventsOfTransitions(changed, journal).filter((e) => !told.has(`${e.regarding} ${e.reason}`)),
        ...notices,
        ...happened.events,
        ...stability.events,
      ].map((e) => ({ ...e, message: scrub(e.message) }));
    const changes = [
      ...seen,
      ...factsFromStatuses(target.revision, plan, facts, now()),
      ...holds.facts,
      ...happened.facts,
      ...stability.facts,
    ];
    // What is asked for in one turn is one commit, the beginning of the first steps with it: each flush delays a start.
    const stored = Promise.all([
      store.saveStatuses(plan.statuses, now(), busy, eventsOf),
      changes.length > 0 ? store.setFacts(changes) : undefined,
      options.mode === 'down' ? undefined : saveHeldBack(store, plan, now()),
      dispatched.length > 0 ? this.recorder.record(plan, dispatched, journal.by, journal.at) : undefined,
    ]);
    if (dispatched.length > 0) this.#dispatch(plan, dispatched, target, journal, withdrawn, stored);
    const [turned] = await stored;
    return { plan: lookedAtBy(plan, stability.nextAt), observed, dispatched, busy, turned };
  }

  async #lostOutcomes(seen: readonly FactChange[], journal: JournalContext): Promise<readonly NewEvent[]> {
    const found = foundRestarted(seen);
    if (found.length === 0) return [];
    const { store } = this.#context;
    return eventsOfLostOutcomes(found, (await store.facts()).restarts, await store.begunSteps(), journal);
  }

  /** Waits until no step is in flight. */
  async settle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** What was asked for before is wanted no more: of its steps none begins any more; those under way are finished. */
  withdraw(): void {
    this.#sent.abort();
    this.#sent = new AbortController();
  }

  #dispatch(
    plan: Plan,
    steps: readonly Step[],
    target: Target,
    journal: JournalContext,
    withdrawn: AbortSignal,
    stored: Promise<unknown>,
  ): void {
    const { policy } = target.revision;
    for (const step of steps) this.#busy.add(step.ref);
    const run = execute(
      steps,
      {
        gate: (step) => this.#gates.of(step, policy),
        before: (step, earlier) => this.#begin(step, plan, journal, Promise.all([stored, earlier])),
        perform: (step, signal) => this.#perform(step, target.secrets, signal),
        after: (report) => this.#after(report, target, journal),
        now: this.#context.now,
        draining: this.#context.draining,
        withdrawn,
      },
      this.#context.signal,
      (ref) => {
        this.#busy.delete(ref);
        this.#made.forget(ref);
        this.#context.onFree();
      },
    )
      // What was done and could not be stored is seen by the next look, as after a crash.
      .catch(this.#context.onFailed)
      .finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  /** False: why it is done, or what it comes after, could not be stored, and that fails by itself. */
  async #begin(step: Step, plan: Plan, journal: JournalContext, stored: Promise<unknown>): Promise<boolean> {
    // What a rename has to remember depends on what was done before it.
    if (step.op === 'renameContainer') await Promise.allSettled([stored]);
    const [why, begun] = await Promise.allSettled([stored, this.#ledger.begin(step, plan, journal.pass)]);
    if (why.status === 'fulfilled' && begun.status === 'fulfilled') return true;
    this.#ledger.marks.forgo(step);
    if (why.status === 'fulfilled' && begun.status === 'rejected') throw begun.reason;
    return false;
  }

  async #after(report: StepReport, target: Target, journal: JournalContext): Promise<void> {
    this.#made.note(report);
    await this.#ledger.end(report, target.revision, journal);
  }

  async #perform(step: Step, secrets: SecretValues, signal: AbortSignal): Promise<StepOutcome> {
    return this.#context.perform(this.#made.filledIn(step), secrets, signal);
  }
}

function lookedAtBy(plan: Plan, at: number | undefined): Plan {
  return at === undefined ? plan : { ...plan, nextAt: Math.min(at, plan.nextAt ?? at) };
}

/** What is remembered, with what the tags mean now, here and in the registries that were asked; without back-off for a new try. */
function factsFor({ revision }: Target, facts: Facts, observed: ObservedState, options: PassOptions): Facts {
  const known = options.newTry === true ? { ...facts, attempts: {} } : facts;
  return factsWithUpdate(revision, observed, known, options);
}
