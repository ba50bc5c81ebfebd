// Keeps the record of what was carried out: each step under the plan that was shown (an apply), or under a plan of its
// own for what the loop did by itself.

import type { Plan, Step } from '../../reconcilers/plan.ts';
import type { Store } from '../store/store.ts';

export class PlanRecorder {
  readonly #store: Store;
  readonly #now: () => number;
  /** The plan of an apply under way. */
  #shown: { readonly id: string; readonly steps: ReadonlySet<string> } | undefined;
  /** Step id → plan id, of steps in flight. */
  readonly #planOf = new Map<string, string>();
  /** Plan id → steps of it still in flight; plans of the loop end with their last step. */
  readonly #left = new Map<string, number>();

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** An apply begins: its plan is stored whole, before its first step. */
  async begin(plan: Plan, by: string): Promise<string> {
    const at = this.#now();
    const id = this.#store.newPlanId(at);
    await this.#store.beginPlan(id, withoutStatuses(plan, plan.steps), by, at);
    this.#shown = { id, steps: new Set(plan.steps.map((s) => s.id)) };
    return id;
  }

  /** The apply is over. */
  async end(): Promise<void> {
    if (this.#shown !== undefined) await this.#store.endPlan(this.#shown.id, this.#now());
    this.#shown = undefined;
  }

  /**
   * Steps are about to run: those of the shown plan under it, the others under a new one. That they started may be told
   * at once: it is written behind this, at the earliest in the same commit.
   */
  async record(plan: Plan, steps: readonly Step[], by: string, at: number): Promise<void> {
    const own: Step[] = [];
    for (const step of steps) {
      if (this.#shown?.steps.has(step.id)) this.#planOf.set(step.id, this.#shown.id);
      else own.push(step);
    }
    if (own.length === 0) return;
    const id = this.#store.newPlanId(at);
    this.#left.set(id, own.length);
    for (const step of own) this.#planOf.set(step.id, id);
    await this.#store.beginPlan(id, withoutStatuses(plan, own), by, at);
  }

  async started(stepId: string, at: number): Promise<void> {
    const planId = this.#planOf.get(stepId);
    if (planId !== undefined) await this.#store.stepStarted(planId, stepId, at);
  }

  async ended(
    stepId: string,
    at: number,
    outcome: 'done' | 'unchanged' | 'failed',
    message?: string,
  ): Promise<void> {
    const planId = this.#planOf.get(stepId);
    if (planId === undefined) return;
    this.#planOf.delete(stepId);
    const left = (this.#left.get(planId) ?? 0) - 1;
    if (left > 0) this.#left.set(planId, left);
    else this.#left.delete(planId);
    await Promise.all([
      this.#store.stepEnded(planId, stepId, at, outcome, message),
      left === 0 ? this.#store.endPlan(planId, at) : undefined,
    ]);
  }
}

/** What history needs of a plan: its steps and warnings, not how every resource was. */
function withoutStatuses(plan: Plan, steps: readonly Step[]): Plan {
  return { ...plan, steps, statuses: [], reported: [] };
}
