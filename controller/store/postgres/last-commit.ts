// Which commit was the last, kept in the database itself: each transaction of the writer that writes leaves a mark of its own
// in one row. So a commit whose answer was lost can be told from one that was not made, and what another process wrote
// meanwhile is never written over. The row also has the token of the lease, so that a write of an older one is refused in its
// own transaction. A table beside the store's, for SQLite has no answers to lose.

import { randomBytes } from 'node:crypto';
import { exitStatus, ReeveError } from '../../errors.ts';
import type { PostgresHome } from '../home.ts';
import type { Connection } from './connection.ts';

export const lastCommitTable = [
  'CREATE TABLE IF NOT EXISTS last_commit (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), mark text NOT NULL)',
  'ALTER TABLE last_commit ADD COLUMN IF NOT EXISTS token bigint NOT NULL DEFAULT 0',
];

export class LastCommit {
  readonly #home: PostgresHome;
  /** Of the lease that the writer holds. */
  readonly #token: number;
  /** The mark that the database should have. */
  #mark: string;
  /** Of the transaction under way, once it has written. */
  #next: string | undefined;
  /** Of a commit that had no answer yet: the database has this mark or the one before. */
  #unsure: string | undefined;

  private constructor(home: PostgresHome, token: number, mark: string) {
    this.#home = home;
    this.#token = token;
    this.#mark = mark;
  }

  /** From now on the holder of this is the writer: whoever was it before finds its mark replaced. Throws where its token is an old one. */
  static async take(home: PostgresHome, connection: Connection, token: number): Promise<LastCommit> {
    const mark = newMark();
    // Waits for a commit that is still on its way.
    const { rowCount } = await connection.query(
      `INSERT INTO last_commit (mark, token) VALUES ($1, $2) ON CONFLICT (only_row)
         DO UPDATE SET mark = excluded.mark, token = excluded.token WHERE last_commit.token <= excluded.token`,
      [mark, token],
    );
    const taken = new LastCommit(home, token, mark);
    if (rowCount !== 1) throw taken.#taken();
    return taken;
  }

  get hasWritten(): boolean {
    return this.#next !== undefined;
  }

  /** Before the first thing that a transaction writes. Throws where another process has written in between. */
  async begin(connection: Connection): Promise<void> {
    await this.#settle(connection);
    const next = newMark();
    const { rowCount } = await connection.query(
      'UPDATE last_commit SET mark = $1 WHERE mark = $2 AND token = $3',
      [next, this.#mark, this.#token],
    );
    if (rowCount !== 1) throw this.#taken();
    this.#next = next;
  }

  committed(): void {
    if (this.#next !== undefined) this.#mark = this.#next;
    this.#next = undefined;
  }

  rolledBack(): void {
    this.#next = undefined;
  }

  /** The commit has no answer, and for now none is to be had. */
  leaveUnsure(): void {
    this.#unsure = this.#next;
    this.#next = undefined;
  }

  /** Whether the commit whose answer was lost on `old` was made; asked on another connection. */
  async wasMade(connection: Connection, old: Connection): Promise<boolean> {
    // Where the server has not noticed yet that its client is gone, the transaction would stay open.
    await connection.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2',
      [old.pid, old.name],
    );
    const found = await this.#read(connection);
    const made = found === this.#next;
    if (!made && found !== this.#mark) throw this.#taken();
    if (made) this.committed();
    else this.rolledBack();
    return made;
  }

  async #settle(connection: Connection): Promise<void> {
    if (this.#unsure === undefined) return;
    const found = await this.#read(connection);
    if (found === this.#unsure) this.#mark = found;
    this.#unsure = undefined;
  }

  /** Waits for the end of a transaction that has changed it. */
  async #read(connection: Connection): Promise<string | undefined> {
    const { rows } = await connection.query('SELECT mark FROM last_commit FOR UPDATE');
    return rows[0]?.mark as string | undefined;
  }

  #taken(): ReeveError {
    return new ReeveError(
      `the store ${this.#home.shown} (schema ${this.#home.schema}) is written by another process now`,
      {
        status: exitStatus.held,
        hint: 'it leads the platform, and nothing of this one was written over it; reeve status says who it is',
      },
    );
  }
}

export function newMark(): string {
  return randomBytes(12).toString('base64url');
}
