// What is told of the platform itself: its events and its condition. What cannot be stored is logged, never thrown: a
// store that is full must not end the loop.

import type { Logger } from 'pino';
import type { NewEvent, Store } from '../store/store.ts';

interface PlatformRecordContext {
  readonly store: Store;
  readonly logger: Logger;
  readonly platform: string;
  readonly scrub: (text: string) => string;
  readonly now: () => number;
}

export class PlatformRecord {
  readonly #c: PlatformRecordContext;

  constructor(context: PlatformRecordContext) {
    this.#c = context;
  }

  /** An event. */
  async tell(type: 'Normal' | 'Warning', reason: string, message: string): Promise<void> {
    const { store, platform, now, scrub, logger } = this.#c;
    const event: NewEvent = {
      at: now(),
      type,
      reason,
      regarding: `Platform/${platform}`,
      message: scrub(message),
      by: 'reeve',
    };
    await store
      .record([event])
      .catch((error: unknown) => logger.error({ err: error, event }, 'event not stored'));
  }

  /** An event, and a condition for as long as it stands. */
  async turn(type: 'Normal' | 'Warning', reason: string, message: string): Promise<void> {
    const { store, platform, now, logger } = this.#c;
    const condition = { type: 'Ready', status: type === 'Normal', reason, message } as const;
    // Before the event: who is told that the engine is back finds no word any more of its being away.
    await store
      .saveCondition(`Platform/${platform}`, condition, now())
      .catch((error: unknown) => logger.error({ err: error, condition }, 'condition not stored'));
    await this.tell(type, reason, message);
  }
}
