// Progress of long pulls and builds as events, each whole tenth once, so that a follower sees it move and the store stays small.

import type { Ref } from '../../desired-state/resource.ts';
import type { Store } from '../store/store.ts';

export class PullNotes {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #said = new Map<Ref, string>();

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** `message` as `pulling 8f2a 34 %`; said once for each status and tenth. */
  note(ref: Ref, message: string, reason: 'Pulling' | 'Building' = 'Pulling'): void {
    const tenth = message.replace(
      /(\d+) ?%/,
      (_, percent: string) => `${Math.floor(Number(percent) / 10) * 10} %`,
    );
    if (this.#said.get(ref) === tenth) return;
    this.#said.set(ref, tenth);
    const event = {
      at: this.#now(),
      type: 'Normal',
      reason,
      regarding: ref,
      message: tenth,
      by: 'reeve',
    } as const;
    // Progress is worth showing, not worth failing a pull for.
    this.#store.record([event]).catch(() => this.#said.delete(ref));
  }
}
