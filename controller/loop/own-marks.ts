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
  readonly #timers = new Map<string, Set<NodeJS.Timeout>>();

  begin(step: Step): void {
    const id = containerOf(step);
    if (id === undefined) return;
    // What an earlier step left to be taken away belongs to this one now.
    if (starts(step) || stops(step)) this.#keep(id);
    if (stops(step)) this.stopping.add(id);
    if (starts(step)) this.starting.add(id);
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
    this.#takeAway(id, this.stopping, toldLateMs);
    this.#takeAway(id, this.starting, outcome === undefined ? toldLateMs : startLostMs);
  }

  #takeAway(id: string, marks: Set<string>, ms: number): void {
    const timers = this.#timers.get(id) ?? new Set();
    this.#timers.set(id, timers);
    const timer = setTimeout(() => {
      marks.delete(id);
      timers.delete(timer);
      if (timers.size === 0) this.#timers.delete(id);
    }, ms);
    timer.unref();
    timers.add(timer);
  }

  #keep(id: string): void {
    for (const timer of this.#timers.get(id) ?? []) clearTimeout(timer);
    this.#timers.delete(id);
  }
}

function containerOf({ args }: Step): string | undefined {
  return 'containerId' in args ? args.containerId : undefined;
}
