// Keeps the machine of the link to the engine and does what it says: tells that the engine went or came back, and has
// everything observed anew.

import { type LinkEvent, newEngineLink, nextEngineLink } from '../../reconcilers/engine-link/machine.ts';

export interface LinkActs {
  readonly tell: (type: 'Normal' | 'Warning', reason: string, message: string) => Promise<void>;
  readonly observeAnew: () => Promise<void>;
}

export class Link {
  readonly #acts: LinkActs;
  #state = newEngineLink();

  constructor(acts: LinkActs) {
    this.#acts = acts;
  }

  /** Wait before the next try, in ms. */
  get retryMs(): number {
    return this.#state.context.retryMs;
  }

  /** The event stream is up: what is to be done for it is done with the next answer. */
  streamOpened(): void {
    this.#state = nextEngineLink(this.#state, { type: 'streamOpened' }).link;
  }

  /** A pass went through, or the engine could not be asked. */
  async note(event: LinkEvent): Promise<void> {
    const { link, effects } = nextEngineLink(this.#state, event);
    this.#state = link;
    for (const effect of effects) {
      if (effect.type === 'observeAnew') await this.#acts.observeAnew();
      else if (effect.type === 'tellUnreachable') {
        await this.#acts.tell('Warning', 'EngineUnreachable', effect.message);
      } else {
        const seconds = Math.round(effect.downMs / 1_000);
        const message = `the engine answers again after ${seconds} s; everything is observed anew`;
        await this.#acts.tell('Normal', 'EngineReachable', message);
      }
    }
  }
}
