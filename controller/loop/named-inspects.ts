// Inspects what events named, behind the acts and beside the passes: neither a start nor a look at others waits for it.
// The engine answers for a container that ends only when it has let go of it.

import type { Observer } from './observer.ts';

interface NamedInspectsContext {
  readonly observer: Pick<Observer, 'dirtyOurs' | 'inspect'>;
  readonly platform: string;
  /** What was not known is known now. */
  readonly onKnown: () => void;
  readonly onFailed: (error: unknown) => void;
}

export class NamedInspects {
  readonly #c: NamedInspectsContext;
  #busy = false;

  constructor(context: NamedInspectsContext) {
    this.#c = context;
  }

  /** Begins, unless some are under way: what is named meanwhile is asked for by the pass after them. */
  begin(): void {
    const { observer, platform, onKnown, onFailed } = this.#c;
    const ids = this.#busy ? [] : observer.dirtyOurs(platform);
    if (ids.length === 0) return;
    this.#busy = true;
    observer
      .inspect(ids)
      .finally(() => {
        this.#busy = false;
      })
      .then(onKnown, onFailed);
  }
}
