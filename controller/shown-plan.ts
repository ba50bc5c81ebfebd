// The plan that was last shown and what it was made from: what was looked at a moment ago need not be looked at again
// before it is begun, for each pass looks before it acts.

import type { PlanOptions } from './control.ts';
import type { Look, PassOptions } from './loop/reconciler.ts';

interface Shown {
  readonly pass: PassOptions;
  readonly look: Look;
}

/** A person who had to read and say yes took longer. */
const shownForMs = 500;

export class ShownPlan {
  #last: (Shown & { readonly key: string; readonly at: number }) | undefined;

  remember(options: PlanOptions, shown: Shown, at: number): void {
    this.#last = { ...shown, key: keyOf(options), at };
  }

  /** Once, and only for the same options a moment later. */
  take(options: PlanOptions, at: number): Shown | undefined {
    const last = this.#last;
    this.#last = undefined;
    return last?.key === keyOf(options) && at - last.at < shownForMs ? last : undefined;
  }
}

function keyOf({ names, allowDelete, updateImages, build, local }: PlanOptions): string {
  return JSON.stringify([names, allowDelete, updateImages, build === true, local === true]);
}
