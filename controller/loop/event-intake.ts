// Takes in the engine's events: what they say of ours becomes facts, one after the other, and those that matter ask for
// a pass, soon or later. Decides nothing else.

import type { Logger } from 'pino';
import { claimedRef, identityLabels } from '../../reconcilers/observed.ts';
import type { EngineEvent } from '../engine.ts';
import type { Probers } from '../probes/probers.ts';
import { StoreAway } from '../store/away.ts';
import type { FactChange, NewEvent, Store } from '../store/store.ts';
import type { EngineEnd } from './engine-end.ts';
import { type EventMemory, factsFromEvent, isEndingKill } from './facts-from-event.ts';
import { freedByOthers } from './freed-by-others.ts';
import type { Observer } from './observer.ts';
import type { Pacer } from './pacer.ts';
import type { PassResult, Reconciler, Target } from './reconciler.ts';
import { type Belongings, belongingsOf, concerns, waitsForOthers } from './relevance.ts';

interface EventIntakeContext {
  readonly store: Store;
  readonly logger: Logger;
  readonly platform: string;
  readonly random: () => number;
  readonly observer: Observer;
  readonly prober: Probers;
  readonly reconciler: Reconciler;
  readonly engineEnd: EngineEnd;
  readonly pacer: Pacer;
  /** What was to be remembered is lost: when it is back, everything is to be observed anew. */
  readonly onStoreAway: (error: StoreAway) => void;
}

export class EventIntake {
  readonly #c: EventIntakeContext;
  readonly #memory: EventMemory;
  #chain: Promise<void> = Promise.resolve();
  #target: Target | undefined;
  #belongings: Belongings | undefined;
  /** Something of the last plan waits for what others do. */
  #waits = true;

  constructor(context: EventIntakeContext) {
    this.#c = context;
    this.#memory = {
      engineEnds: () => context.engineEnd.ending,
      kills: new Map(),
      ooms: new Map(),
      stoppedByReeve: context.reconciler.marks.stopping,
      startedByReeve: context.reconciler.marks.starting,
    };
  }

  /** Whose events they are from now on. */
  aim(target: Target): void {
    this.#target = target;
    this.#belongings = belongingsOf(target.revision);
  }

  /** What the last pass left to wait for. */
  notePass({ plan }: PassResult): void {
    this.#waits = waitsForOthers(plan);
  }

  /** Resolves when what has arrived is facts. */
  settled(): Promise<void> {
    return this.#chain;
  }

  take(told: EngineEvent): void {
    const { observer, platform, pacer } = this.#c;
    const event = observer.identify(told);
    observer.noteEvent(event);
    const isOurs = event.attributes[identityLabels.platform] === platform;
    if (event.type === 'container' && isOurs && this.#target !== undefined) {
      this.#remember(event, this.#target);
      return;
    }
    if (this.#concerns(event)) this.#wakeFor(event);
    else if (this.#waits) {
      this.#free(event);
      pacer.askLater();
    }
  }

  /** Somebody else's container ended: it may have had what one of ours waits for. */
  #free(event: EngineEvent): void {
    void this.#then(async () => {
      const changes = freedByOthers(event, await this.#c.store.facts());
      if (changes.length === 0) return;
      await this.#c.store.setFacts(changes);
      this.#c.pacer.ask();
    });
  }

  #remember(event: EngineEvent, { revision }: Target): void {
    const { store, prober, reconciler, engineEnd, random } = this.#c;
    const inputs = { policy: revision.policy, jitter: random() };
    if (event.action === 'start') prober.forget(event.id);
    // A kill is followed by the die that it causes: looking in between would see an end without a reason. An end is the
    // one thing that hurries: the pass looks while it is being remembered, and judges when it has been.
    if (event.action === 'die') this.#wakeFor(event);
    void this.#then(async () => {
      if (isEndingKill(event) && !reconciler.marks.stopping.has(event.id)) await engineEnd.noteKill();
      const changes = factsFromEvent(event, await store.facts(), this.#memory, inputs);
      const told = restartTold(event, changes);
      await Promise.all([
        changes.length > 0 ? store.setFacts(changes) : undefined,
        told === undefined ? undefined : store.record([told]),
      ]);
    }).finally(() => (event.action === 'kill' || event.action === 'die' ? undefined : this.#wakeFor(event)));
  }

  /** One after the other, in the order of the events. */
  #then(remember: () => Promise<void>): Promise<void> {
    const { logger, onStoreAway } = this.#c;
    this.#chain = this.#chain.then(remember).catch((error: unknown) => {
      if (error instanceof StoreAway) onStoreAway(error);
      else logger.error({ err: error }, 'an engine event could not be remembered');
    });
    return this.#chain;
  }

  /** While steps run, what they stir up is no reason to hurry; what ends or changes a container beside them is. */
  #wakeFor({ type, action, attributes }: EngineEvent): void {
    const { reconciler, pacer } = this.#c;
    const ref = claimedRef(attributes);
    const isCalm =
      type !== 'container' || action === 'create' || action === 'start' || reconciler.busy.has(ref);
    if (isCalm && reconciler.busy.size > 0) pacer.askAfterStep();
    else pacer.ask();
  }

  #concerns(event: EngineEvent): boolean {
    const { platform, observer } = this.#c;
    if (this.#belongings === undefined) return true;
    return concerns(event, platform, this.#belongings, (id) => observer.isListed(id, platform));
  }
}

/** The engine's own restarts are counted as attempts, and no step of ours tells them. */
function restartTold({ at, attributes }: EngineEvent, changes: readonly FactChange[]): NewEvent | undefined {
  const attempt = changes.find((c) => c.fact === 'attempts');
  if (attempt?.fact !== 'attempts' || attempt.value === undefined) return undefined;
  return {
    at,
    type: 'Warning',
    reason: 'RestartedByEngine',
    regarding: claimedRef(attributes),
    message: `it ended by itself: ${attempt.value.lastFailure}; the engine's restart policy started it again`,
    by: 'engine',
  };
}
