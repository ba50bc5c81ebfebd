// The lead of a platform for a time: held, renewed in time, and looked at before each act. Whoever holds it says so by its own
// clock, counted from before it asked for the renewal; whoever wants it counts from when it saw that. So the first clock is
// over before the second, whatever the network does.
// INVARIANT: `mustHold` passes only while nobody else can have been given the lead.

import type { Logger } from 'pino';
import { exitStatus, ReeveError } from '../errors.ts';
import { elapsedMs, type Instant, instant } from './boot-clock.ts';
import type { Leader, LeaseTable } from './port.ts';

/** Of the time that others wait: clocks of two machines may run a little unlike. */
const ownShare = 0.95;
/** Renewed so often within its time that two lost renewals do not lose it. */
const renewals = 4;
/** A process that is told to stop has five seconds for everything. */
const releaseMs = 1_000;

export interface LeaseTerms {
  readonly token: number;
  readonly leader: Leader;
  readonly leaseMs: number;
  /** From before the database was asked for it. */
  readonly askedAt: Instant;
}

export class Lease {
  readonly token: number;
  readonly leader: Leader;
  readonly leaseMs: number;
  readonly #table: LeaseTable;
  readonly #logger: Logger;
  readonly #lost = new AbortController();
  #renewedAt: Instant;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;
  #lapsed = false;

  constructor(table: LeaseTable, terms: LeaseTerms, logger: Logger) {
    this.token = terms.token;
    this.leader = terms.leader;
    this.leaseMs = terms.leaseMs;
    this.#table = table;
    this.#logger = logger;
    this.#renewedAt = terms.askedAt;
    this.#renewLater(this.leaseMs / renewals);
  }

  /** Aborts once another is known to lead. Until it is known, `mustHold` refuses. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get isHeld(): boolean {
    return !this.#ended && !this.lost.aborted && elapsedMs(this.#renewedAt) < this.leaseMs * ownShare;
  }

  /** Immediately before an act. Throws LeaseLapsed. */
  mustHold(): void {
    if (!this.isHeld) throw new LeaseLapsed();
  }

  /** For the next at once. Where the database does not answer it runs out by itself. */
  async release(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    try {
      if (!this.lost.aborted) await this.#table.release(this.token, releaseMs);
    } catch (error) {
      this.#logger.warn({ err: error }, 'the lease was left to run out');
    } finally {
      this.#table.close();
    }
  }

  #renewLater(afterMs: number): void {
    if (this.#ended || this.lost.aborted) return;
    this.#timer = setTimeout(() => void this.#renew(), afterMs);
    this.#timer.unref();
  }

  async #renew(): Promise<void> {
    const askedAt = instant();
    try {
      if (!(await this.#table.renew(this.token, this.leaseMs / renewals))) {
        this.#logger.error('another controller leads now');
        this.#lost.abort();
        return;
      }
      this.#renewedAt = askedAt;
      if (this.#lapsed) this.#logger.warn('the lease is renewed, and nobody led meanwhile');
      this.#lapsed = false;
      this.#renewLater(this.leaseMs / renewals);
    } catch (error) {
      if (!this.isHeld && !this.#lapsed) {
        this.#lapsed = true;
        this.#logger.warn({ err: error }, 'the lease has run out: nothing is done until it is renewed');
      }
      this.#renewLater(this.leaseMs / renewals / 4);
    }
  }
}

/** The lead is not surely ours any more: what was to be done is the next leader's to do. */
export class LeaseLapsed extends ReeveError {
  constructor() {
    super('this controller may not lead any more: its lease has run out', {
      status: exitStatus.held,
      retryable: true,
      hint: 'reeve status says who leads',
    });
    this.name = 'LeaseLapsed';
  }
}
