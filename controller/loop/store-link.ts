// How reeve stands to its store: there or away, since when, and how long to wait before asking again. While it is away nothing
// can be told, for telling is storing: it is told once it is back.

import type { Logger } from 'pino';
import type { StoreAway } from '../store/away.ts';
import type { Store } from '../store/store.ts';

const firstRetryMs = 250;
const lastRetryMs = 10_000;

interface StoreLinkContext {
  readonly store: Store;
  readonly logger: Logger;
  readonly platform: string;
  readonly now: () => number;
}

interface Absence {
  readonly since: number;
  readonly message: string;
  retryMs: number;
  askedAt: number;
}

export class StoreLink {
  readonly #c: StoreLinkContext;
  #absence: Absence | undefined;

  constructor(context: StoreLinkContext) {
    this.#c = context;
  }

  /** Something could not be stored. How long to wait before the next try; several failures at once are one. */
  failed({ message }: StoreAway): number {
    const { logger, now } = this.#c;
    const at = now();
    if (this.#absence === undefined) {
      this.#absence = { since: at, message, retryMs: firstRetryMs, askedAt: at };
      logger.warn(`${message}; nothing new is begun until it is back, what runs runs on`);
    } else if (at - this.#absence.askedAt >= this.#absence.retryMs) {
      this.#absence.askedAt = at;
      this.#absence.retryMs = Math.min(this.#absence.retryMs * 2, lastRetryMs);
      logger.warn({ retryMs: this.#absence.retryMs }, `${message}; looking again later`);
    }
    return this.#absence.retryMs;
  }

  /** A pass went through. True: the store was away, and what it has missed is told now. Throws where it still is. */
  async passed(): Promise<boolean> {
    const { store, logger, platform, now } = this.#c;
    if (this.#absence === undefined) return false;
    const { since, message: lost } = this.#absence;
    const at = now();
    const seconds = Math.round((at - since) / 1_000);
    const message = `the store answers again after ${seconds} s; everything is looked at anew, for what happened meanwhile was not remembered`;
    const about = { regarding: `Platform/${platform}`, by: 'reeve' } as const;
    await store.record([
      { ...about, at: since, type: 'Warning', reason: 'StoreUnreachable', message: lost },
      { ...about, at, type: 'Normal', reason: 'StoreReachable', message },
    ]);
    const condition = { type: 'Ready', status: true, reason: 'StoreReachable', message } as const;
    await store.saveCondition(about.regarding, condition, at);
    this.#absence = undefined;
    logger.info(message);
    return true;
  }
}
