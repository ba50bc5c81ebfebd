// What a pass that failed calls for: to wait, to tell of it, or to leave it to who leads; and then to look again.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { EngineError, exitStatus, ReeveError } from '../errors.ts';
import { StoreAway } from '../store/away.ts';
import type { Link } from './link.ts';
import type { PlatformRecord } from './platform-record.ts';
import type { StoreLink } from './store-link.ts';

/** After a pass that failed for another reason than the engine (a full disk). */
const retryMs = 2_000;

export interface PassFailuresContext {
  readonly logger: Logger;
  readonly now: () => number;
  readonly link: Link;
  readonly storeLink: StoreLink;
  readonly record: PlatformRecord;
  /** The engine does not answer: what there is to do about that beside the passes. */
  readonly engineAway: () => Promise<void>;
  readonly lookAgain: () => void;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

export class PassFailures {
  readonly #context: PassFailuresContext;

  constructor(context: PassFailuresContext) {
    this.#context = context;
  }

  /** Resolves when it is time to look again, which it has asked for then. */
  async failed(error: unknown): Promise<void> {
    const { logger, storeLink } = this.#context;
    const failure = error instanceof Error ? error : new Error(String(error));
    // Another leads, or nobody knows: to do and to tell what there is is the leader's.
    if (isAnothers(failure)) {
      logger.warn(failure.message);
      return this.#lookAgain(retryMs);
    }
    if (failure instanceof StoreAway) return this.#lookAgain(storeLink.failed(failure));
    const afterMs = await this.#told(failure);
    logger.warn({ retryMs: afterMs, err: failure.message }, 'looking again later');
    await this.#lookAgain(afterMs);
  }

  async #told(failure: Error): Promise<number> {
    const { logger, link, now, record, engineAway } = this.#context;
    if (failure instanceof EngineError && failure.code === 0) {
      await link.note({ type: 'failed', at: now(), message: failure.message });
      await engineAway();
      return link.retryMs;
    }
    logger.error({ err: failure }, 'pass failed');
    await record.tell('Warning', 'PassFailed', failure.message);
    return retryMs;
  }

  async #lookAgain(afterMs: number): Promise<void> {
    const { signal, lookAgain } = this.#context;
    await sleep(afterMs, undefined, { signal }).catch(() => undefined);
    lookAgain();
  }
}

/** The lease has run out, or the store is written by another now. */
function isAnothers(error: Error): boolean {
  return error instanceof ReeveError && error.status === exitStatus.held;
}
