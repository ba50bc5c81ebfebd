// Group commit: writes that are asked for in one turn, or while a commit is under way, share one transaction and so one
// flush to the disk. Owns their order (as asked for) and what is known of the database without asking it.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { StoreAway } from './away.ts';
import type { Database } from './schema.ts';

/** Reads and writes of one transaction. `known` may be changed: the change holds when the transaction does. */
export type Work<Known, T> = (tx: Database, known: Known) => Promise<T>;

interface Waiting<Known> {
  /** Its answer is kept until the commit is durable. */
  readonly work: Work<Known, () => void>;
  readonly reject: (error: unknown) => void;
}

export class GroupCommit<Known extends object> {
  readonly #db: Database;
  readonly #read: (db: Database) => Promise<Known>;
  #known: Readonly<Known>;
  #waiting: Waiting<Known>[] = [];
  #busy = false;
  /** A commit has had no answer: what is known may be older than what is stored. */
  #stale = false;

  /** `read` reads `known` from the database, where it must be read anew. */
  constructor(db: Database, known: Known, read: (db: Database) => Promise<Known> = async () => known) {
    this.#db = db;
    this.#known = known;
    this.#read = read;
  }

  /** As of the last commit. */
  get known(): Readonly<Known> {
    return this.#known;
  }

  /** Resolves when what `work` wrote is durable. `work` may run again: whom a failure in its group took with it is tried alone. */
  write<T>(work: Work<Known, T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({
        work: async (tx, known) => {
          const answer = await work(tx, known);
          return () => resolve(answer);
        },
        reject,
      });
      if (!this.#busy) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#busy = true;
    await nextTurn();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      await this.#commit(group);
    }
    this.#busy = false;
  }

  async #commit(group: readonly Waiting<Known>[], isSecondTry = false): Promise<void> {
    try {
      const { answers, known } = await this.#transaction(group);
      this.#known = known;
      this.#stale = false;
      for (const answer of answers) answer();
    } catch (error) {
      if (!(error instanceof StoreAway)) {
        if (group.length > 1) for (const one of group) await this.#commit([one]);
        else for (const { reject } of group) reject(error);
        return;
      }
      if (error.kept === 'unknown') this.#stale = true;
      // A connection that broke is made anew, and nothing of the group was kept: most often nobody need hear of it.
      if (error.kept === 'lost' && !isSecondTry) return this.#commit(group, true);
      for (const { reject } of group) reject(error);
    }
  }

  #transaction(group: readonly Waiting<Known>[]): Promise<{ answers: (() => void)[]; known: Known }> {
    return this.#db.transaction().execute(async (tx) => {
      const known = this.#stale ? await this.#read(tx) : { ...this.#known };
      const answers: (() => void)[] = [];
      for (const { work } of group) answers.push(await work(tx, known));
      return { answers, known };
    });
  }
}
