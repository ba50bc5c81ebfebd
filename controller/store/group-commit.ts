// Group commit: writes that are asked for in one turn, or while a commit is under way, share one transaction and so one
// flush to the disk. Owns their order (as asked for) and what is known of the database without asking it.

import { setImmediate as nextTurn } from 'node:timers/promises';
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
  #known: Readonly<Known>;
  #waiting: Waiting<Known>[] = [];
  #busy = false;

  constructor(db: Database, known: Known) {
    this.#db = db;
    this.#known = known;
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

  async #commit(group: readonly Waiting<Known>[]): Promise<void> {
    const known = { ...this.#known };
    try {
      const answers = await this.#db.transaction().execute(async (tx) => {
        const all: (() => void)[] = [];
        for (const { work } of group) all.push(await work(tx, known));
        return all;
      });
      this.#known = known;
      for (const answer of answers) answer();
    } catch (error) {
      if (group.length > 1) for (const one of group) await this.#commit([one]);
      else for (const { reject } of group) reject(error);
    }
  }
}
