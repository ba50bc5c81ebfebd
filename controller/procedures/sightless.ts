// Time in which nobody looks, or nobody may act, judges nothing: not before the first look of a controller, not while the
// engine is away, not while the platform is suspended. No timer fires in it, and it does not count.

import type { StoredMachine } from '../../reconcilers/procedures/advance.ts';
import type { Sight } from '../../reconcilers/procedures/definition.ts';

export class Sightless {
  /** Since when, epoch ms; `before`: since before this process, for nobody knows how long. undefined: somebody looks. */
  #since: number | 'before' | undefined = 'before';

  get is(): boolean {
    return this.#since !== undefined;
  }

  /** The engine could not be asked at `at`, epoch ms. */
  begin(at: number): void {
    this.#since ??= at;
  }

  /** A look; gives how long there was none before it, ms: 0 where nobody knows. */
  look({ at, facts }: Pick<Sight, 'at' | 'facts'>): number {
    if (facts.suspended !== undefined) {
      this.begin(at);
      return 0;
    }
    const since = this.#since;
    this.#since = undefined;
    return typeof since === 'number' ? Math.max(0, at - since) : 0;
  }
}

/** With the time that it has left as it was `ms` ago. */
export function later(machine: StoredMachine, ms: number): StoredMachine {
  return { ...machine, timers: machine.timers.map((timer) => ({ ...timer, at: timer.at + ms })) };
}
