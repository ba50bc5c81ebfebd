// What a lease needs of the store that it is kept in: one row, read and changed as one act each. controller/store/postgres
// implements it; SQLite has one writer by the machine's lock and needs none.

import type { Holder } from '../lock/holder.ts';
import type { HolderTrace } from '../lock/liveness.ts';

/** Who leads. */
export interface Leader extends Holder, HolderTrace {
  /** Of this try to lead, unlike all others: its sessions in the database carry it. */
  readonly id: string;
  /** Digest that tells its installation's key from another's. */
  readonly key: string;
}

export interface LeaseRow {
  /** Of the store, for ever: what its controllers share. */
  readonly store: string;
  /** Grows with each new leader; every write carries it. */
  readonly token: number;
  /** Grows with each renewal. */
  readonly renewal: number;
  /** Since the last renewal, by the database's clock: for people, and to tell a living leader at a glance. */
  readonly ageMs: number;
  /** As its holder chose it. */
  readonly leaseMs: number;
  /** undefined: it was given back, or never held. */
  readonly leader?: Leader;
  /** Which engine the platform is on, once somebody has led. */
  readonly engine?: string;
}

export interface Claim {
  readonly leader: Leader;
  readonly leaseMs: number;
  readonly engine: string;
}

/** Each asks the database once and throws StoreAway where that does not answer within `withinMs`. */
export interface LeaseTable {
  read(withinMs: number): Promise<LeaseRow>;
  /**
   * Only while the row still is as it was seen. From then on the database refuses what carries an older token; sessions of
   * the leader before are ended. The new token, or undefined: somebody was quicker.
   */
  take(seen: LeaseRow, claim: Claim, withinMs: number): Promise<number | undefined>;
  /** False: it is another's now. */
  renew(token: number, withinMs: number): Promise<boolean>;
  /** Gives it back, if it still is this token's. */
  release(token: number, withinMs: number): Promise<void>;
  close(): void;
}
