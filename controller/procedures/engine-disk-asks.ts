// Asks the engine what is on its disk, for all that fail together: it answers one such question at a time, and may have to
// walk all of its volumes for that. So one is asked at once, within a time of its own, and not again for a while, also where
// no answer came.

import type { EngineDisk } from '../../reconcilers/recovery/evidence.ts';
import type { Engine } from '../engine.ts';

const timeoutMs = 5_000;
const goodForMs = 60_000;

export class EngineDiskAsks {
  readonly #engine: Pick<Engine, 'diskUse'>;
  readonly #now: () => number;
  #asked: { readonly at: number; readonly answer: Promise<EngineDisk> } | undefined;

  constructor({ engine, now }: { readonly engine: Pick<Engine, 'diskUse'>; readonly now: () => number }) {
    this.#engine = engine;
    this.#now = now;
  }

  ask(): Promise<EngineDisk> {
    const at = this.#now();
    // Also where the clock was set back since.
    if (this.#asked === undefined || Math.abs(at - this.#asked.at) >= goodForMs)
      this.#asked = { at, answer: this.#engine.diskUse(timeoutMs) };
    return this.#asked.answer;
  }
}
