// Who wants to lead: looks at the lease again and again and takes it once its holder has surely lost it: it was given back, it
// was not renewed for its whole time by this process's own clock, or its holder is a process of this machine that is dead.

import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { identifyProcess } from '../lock/holder.ts';
import { judge } from '../lock/liveness.ts';
import { StoreAway } from '../store/away.ts';
import { type Instant, instant, surelyElapsedMs } from './boot-clock.ts';
import { Lease } from './lease.ts';
import type { Leader, LeaseRow, LeaseTable } from './port.ts';

/** How often within a lease it is looked at; it bounds how late a successor is. */
const looks = 12;
const longestPauseMs = 1_000;

export interface CandidateOptions {
  readonly table: LeaseTable;
  readonly me: Omit<Leader, 'id'>;
  readonly leaseMs: number;
  /** Of the engine that it would act on. */
  readonly engine: string;
  readonly logger: Logger;
}

/** How a leader came to lead. */
export interface Elected {
  readonly lease: Lease;
  /** As it was found: who led before, and which store it is. */
  readonly before: LeaseRow;
}

export class Candidate {
  readonly #o: CandidateOptions;
  readonly #id = randomBytes(5).toString('hex');
  /** The row as it was last seen to change, and when that was seen. */
  #seen: { readonly row: LeaseRow; readonly at: Instant } | undefined;

  constructor(options: CandidateOptions) {
    this.#o = options;
  }

  /** Who holds it, as last seen. */
  get leader(): Leader | undefined {
    return this.#seen?.row.leader;
  }

  /** One look; takes the lead if it is free. */
  async tryToLead(): Promise<Elected | undefined> {
    const row = await this.#look();
    if (!(await this.#isFree(row))) return undefined;
    const { table, leaseMs, engine, logger } = this.#o;
    const leader: Leader = { ...this.#o.me, since: Date.now(), id: this.#id };
    const askedAt = instant();
    const token = await table.take(row, { leader, leaseMs, engine }, this.#patienceMs);
    if (token === undefined) {
      await this.#look();
      return undefined;
    }
    return { lease: new Lease(table, { token, leader, leaseMs, askedAt }, logger), before: row };
  }

  /** Stands by until it leads; undefined when `signal` aborts first. */
  async lead(signal: AbortSignal): Promise<Elected | undefined> {
    for (let isAway = false; !signal.aborted; ) {
      try {
        const elected = await this.tryToLead();
        if (elected !== undefined) return elected;
        if (isAway) this.#o.logger.info('the lease can be seen again');
        isAway = false;
      } catch (error) {
        // What could not be seen may have been renewed meanwhile: its whole time is waited for anew.
        this.#seen = undefined;
        if (!isAway) this.#o.logger.warn({ err: error }, 'the lease cannot be seen; looking again');
        isAway = true;
        if (!(error instanceof StoreAway)) await pause(longestPauseMs, signal);
      }
      await pause(this.#pauseMs, signal);
    }
    return undefined;
  }

  async #look(): Promise<LeaseRow> {
    const row = await this.#o.table.read(this.#patienceMs);
    const { token, renewal } = this.#seen?.row ?? {};
    if (row.token !== token || row.renewal !== renewal) this.#seen = { row, at: instant() };
    return row;
  }

  async #isFree({ leader, leaseMs }: LeaseRow): Promise<boolean> {
    if (leader === undefined) return true;
    // Ours, of a try whose answer was lost: nobody acts by it.
    if (leader.id === this.#id) return true;
    if (this.#seen !== undefined && surelyElapsedMs(this.#seen.at) >= leaseMs) return true;
    return (await livenessOf(leader)) === 'dead';
  }

  get #patienceMs(): number {
    return Math.max(this.#o.leaseMs / 4, 250);
  }

  get #pauseMs(): number {
    return Math.min((this.#seen?.row.leaseMs || this.#o.leaseMs) / looks, longestPauseMs);
  }
}

/** As far as its processes tell: an engine is not asked, which may be away. */
export function livenessOf(leader: Leader): ReturnType<typeof judge> {
  const self = { ...identifyProcess(process.pid), host: hostname() };
  return judge({ ...leader, container: '' }, self, { runningSince: async () => undefined });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal }).catch(() => undefined);
}
