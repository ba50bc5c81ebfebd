// Runs steps, bounded and in order. It decides nothing: which steps, their order and their arguments are the plan's.
// A step's start, its facts and its outcome are stored; a failed step fails what comes after it in the plan.

import type { Ref } from '../../desired-state/resource.ts';
import type { Step } from '../../reconcilers/plan.ts';
import type { StepOutcome } from '../engine.ts';

export interface StepReport {
  readonly step: Step;
  readonly outcome?: StepOutcome;
  readonly error?: Error;
  readonly ms: number;
}

export interface ExecutorPorts {
  /** One engine (or model server) call. */
  readonly perform: (step: Step, signal: AbortSignal) => Promise<StepOutcome>;
  /**
   * Durable before the step touches anything, and with it `earlier`: what it comes after. Asked for in one turn they are
   * one commit: a flush less for each step. False: it must not be done, and that is told elsewhere.
   */
  readonly before: (step: Step, earlier: Promise<unknown>) => Promise<boolean>;
  /** Durable before anything that comes after touches anything. */
  readonly after: (report: StepReport) => Promise<void>;
  /** What bounds this step. */
  readonly gate: (step: Step) => Pick<Gate, 'run'>;
  readonly now: () => number;
  /** Aborted: what runs is finished, and what it interrupted is brought back; nothing else begins. */
  readonly draining: AbortSignal;
  /** Aborted: what runs is finished and nothing else begins, not even what would bring something back. */
  readonly withdrawn: AbortSignal;
}

/**
 * A counting gate: at most `limit` tasks at once, first come first served; what goes on with something begun comes
 * before what would begin another, so that the first is done long before the last begins.
 */
export class Gate {
  #free: number;
  readonly #goingOn: (() => void)[] = [];
  readonly #beginning: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  async run<T>(task: () => Promise<T>, goesOn = false): Promise<T> {
    const waiting = goesOn ? this.#goingOn : this.#beginning;
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#goingOn.shift() ?? this.#beginning.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

/** Steps that can go now: their needs hold, and everything they come after is among them too (or not in the plan). */
export function runnableSteps(
  steps: readonly Step[],
  busy: ReadonlySet<Ref>,
  isSatisfied: (need: Step['needs'][number]) => boolean,
): readonly Step[] {
  const runnable = new Set<string>();
  const known = new Set(steps.map((s) => s.id));
  return steps.filter((step) => {
    const ok =
      !busy.has(step.ref) &&
      step.needs.every(isSatisfied) &&
      step.after.every((id) => runnable.has(id) || !known.has(id));
    if (ok) runnable.add(step.id);
    return ok;
  });
}

/**
 * Runs `steps` (in plan order) and resolves when the last has ended. Steps of one resource, and `after` edges, are
 * sequential; everything else goes side by side as far as their gates let them.
 * `onFree` is called as soon as a resource has no step left.
 */
export async function execute(
  steps: readonly Step[],
  ports: ExecutorPorts,
  signal: AbortSignal,
  onFree: (ref: Ref) => void,
): Promise<void> {
  const ends = new Map<string, Promise<End>>();
  const lastOfRef = new Map<Ref, Promise<End>>();
  const left = new Map<Ref, number>();
  const begun = new Set<Ref>();
  /** Stopped by a step: left as they are they would stay down, so that they get all their steps. */
  const interrupted = new Set<Ref>();
  const run = async (step: Step, earlier: Promise<unknown>): Promise<End> => {
    if (signal.aborted || ports.withdrawn.aborted) return notDone;
    if (ports.draining.aborted && !interrupted.has(step.ref)) return notDone;
    begun.add(step.ref);
    if (step.interrupts) interrupted.add(step.ref);
    return runStep(step, earlier, ports, signal);
  };
  const stored: Promise<void>[] = [];
  for (const step of steps) left.set(step.ref, (left.get(step.ref) ?? 0) + 1);
  for (const step of steps) {
    const waits = step.after.map((id) => ends.get(id)).filter((p) => p !== undefined);
    const previous = lastOfRef.get(step.ref);
    if (previous !== undefined) waits.push(previous);
    const end = Promise.all(waits).then((earlier) => {
      if (!earlier.every(({ done }) => done)) return notDone;
      const kept = Promise.all(earlier.map((e) => e.stored));
      // A step that is not begun after all does not ask whether it could be.
      kept.catch(() => undefined);
      return ports.gate(step).run(() => run(step, kept), begun.has(step.ref));
    });
    ends.set(step.id, end);
    lastOfRef.set(step.ref, end);
    const free = (): void => {
      const rest = (left.get(step.ref) ?? 1) - 1;
      left.set(step.ref, rest);
      if (rest === 0) onFree(step.ref);
    };
    stored.push(end.then((e) => e.stored).finally(free));
  }
  await Promise.all(stored);
}

/** A step that has ended, whose outcome is being stored. */
interface End {
  readonly done: boolean;
  readonly stored: Promise<void>;
}

const notDone: End = { done: false, stored: Promise.resolve() };

async function runStep(
  step: Step,
  earlier: Promise<unknown>,
  ports: ExecutorPorts,
  signal: AbortSignal,
): Promise<End> {
  const startedAt = ports.now();
  const ended = (how: Pick<StepReport, 'outcome' | 'error'>): End => {
    return {
      done: how.error === undefined,
      stored: ports.after({ step, ...how, ms: ports.now() - startedAt }),
    };
  };
  try {
    if (!(await ports.before(step, earlier))) return notDone;
    return ended({ outcome: await ports.perform(step, signal) });
  } catch (error) {
    return ended({ error: error instanceof Error ? error : new Error(String(error)) });
  }
}
