// Containers that stop or start by our own hand, marked for whoever takes the engine's events in: these may be told after
// the step that caused them has ended.

import type { Step } from '../../reconcilers/plan.ts';
import type { StepOutcome } from '../engine.ts';
import { starts, stops } from './own-acts.ts';

/** How long after a step's end its events may still come. */
const toldLateMs = 2_000;
/** A `start` takes its mark away itself; one that is never told must not hide a later restart by the engine. */
const startLostMs = 30_000;

export class OwnMarks {
  /** Containers that reeve is stopping now: their `die` is ours. */
  readonly stopping = new Set<string>();
  /** Containers that reeve starts: their next `start` is ours, and takes the mark away. */
  readonly starting = new Set<string>();
  readonly #timers = {
    stopping: new Map<string, NodeJS.Timeout>(),
    starting: new Map<string, NodeJS.Timeout>(),
  };

  begin(step: Step): void {
    const id = containerOf(step);
    if (id === undefined) return;
    // What an earlier step left to be taken away belongs to this one now. A start keeps no mark of a stop: one that crashes
    // as often as it is started would be taken for stopped by us, for ever, and started again without a pause.
    if (stops(step)) this.#put(id, 'stopping');
    if (starts(step)) this.#put(id, 'starting');
  }

  /** It had begun, and is not done after all. */
  forgo(step: Step): void {
    const id = containerOf(step);
    if (id === undefined) return;
    this.stopping.delete(id);
    this.starting.delete(id);
  }

  /** `outcome` is absent where it failed: it may have been done, its answer lost. */
  end(step: Step, outcome: StepOutcome | undefined): void {
    const id = containerOf(step);
    if (id === undefined || !(starts(step) || stops(step))) return;
    // It ran already: whoever started it, it was not us.
    if (outcome?.changed === false) this.starting.delete(id);
    if (stops(step)) this.#takeAway(id, 'stopping', toldLateMs);
    if (starts(step)) this.#takeAway(id, 'starting', outcome === undefined ? toldLateMs : startLostMs);
  }

  #put(id: string, mark: 'stopping' | 'starting'): void {
    clearTimeout(this.#timers[mark].get(id));
    this.#timers[mark].delete(id);
    this[mark].add(id);
  }

  #takeAway(id: string, mark: 'stopping' | 'starting', ms: number): void {
    const timer = setTimeout(() => {
      this[mark].delete(id);
      this.#timers[mark].delete(id);
    }, ms);
    timer.unref();
    clearTimeout(this.#timers[mark].get(id));
    this.#timers[mark].set(id, timer);
  }
}

function containerOf({ args }: Step): string | undefined {
  return 'containerId' in args ? args.containerId : undefined;
}
