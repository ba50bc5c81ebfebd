// How many steps of which sort go at once: engine calls by the platform's setting, pulls and builds by theirs, what only
// waits by a generous one, so that none holds up another.

import type { Policy } from '../../desired-state/revision.ts';
import type { Step } from '../../reconcilers/plan.ts';
import { Gate } from './executor.ts';

type Sort = 'calls' | 'pulls' | 'builds' | 'waits';

const sorts: Partial<Record<Step['op'], Sort>> = {
  pullImage: 'pulls',
  buildImage: 'builds',
  stopContainer: 'waits',
  restartContainer: 'waits',
  pullModel: 'waits',
};
const waitsInFlight = 32;

export class StepGates {
  readonly #gates = new Map<Sort, { readonly limit: number; readonly gate: Gate }>();

  /** The gate of a step under this policy; a setting that changed counts from the next step on. */
  of(step: Step, { concurrency, images }: Pick<Policy, 'concurrency' | 'images'>): Gate {
    const sort = sorts[step.op] ?? 'calls';
    const limits = { calls: concurrency, pulls: images.pulls, builds: images.builds, waits: waitsInFlight };
    const known = this.#gates.get(sort);
    if (known?.limit === limits[sort]) return known.gate;
    const gate = new Gate(limits[sort]);
    this.#gates.set(sort, { limit: limits[sort], gate });
    return gate;
  }
}
