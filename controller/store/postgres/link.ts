// The link to Postgres as kysely's pool of one connection: who comes second waits, as with SQLite's file. Connects anew when
// the connection is gone, and finds out what became of a commit whose answer was lost.
// INVARIANT: a commit is answered as made only when it was, and as not made only when it surely was not.

import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { exitStatus, ReeveError } from '../../errors.ts';
import { StoreAway } from '../away.ts';
import type { PostgresHome } from '../home.ts';
import { type Connection, connect } from './connection.ts';
import { LastCommit } from './last-commit.ts';
import { away, inWords, isLost } from './words.ts';

/** How long a commit without an answer is asked after before whoever waits for it is told that it cannot be known. */
const resolveMs = 10_000;
const longestPauseMs = 1_000;

type Answer = PostgresQueryResult<never>;

export class PostgresLink implements PostgresPool {
  readonly options = {};
  readonly #home: PostgresHome;
  readonly #access: 'write' | 'read';
  readonly #leader: string | undefined;
  #connection: Connection | undefined;
  #lastCommit: LastCommit | undefined;
  #turn: Promise<void> = Promise.resolve();
  #closed = false;
  #inTransaction = false;

  /** `leader`: whose sessions these are, so that a successor can end them. */
  constructor(home: PostgresHome, access: 'write' | 'read', leader?: string) {
    this.#home = home;
    this.#access = access;
    this.#leader = leader;
  }

  /** From now on each transaction that writes leaves its mark, and is refused once a newer token than this was given out. */
  async becomeWriter(token: number): Promise<void> {
    const client = await this.connect();
    try {
      this.#lastCommit = await this.#worded('nothing', () =>
        LastCommit.take(this.#home, this.#mustBeThere(), token),
      );
    } finally {
      client.release();
    }
  }

  /** Waits its turn, and connects where there is no connection. */
  async connect(): Promise<PostgresPoolClient> {
    const before = this.#turn;
    let leave = (): void => undefined;
    this.#turn = new Promise((resolve) => {
      leave = resolve;
    });
    await before;
    try {
      await this.#ensureConnection();
    } catch (error) {
      leave();
      throw error;
    }
    const client = {
      query: (sql: string, values: readonly unknown[] = []) => this.#query(sql, values),
      release: (destroy = false) => {
        if (destroy) this.#drop();
        this.#inTransaction = false;
        leave();
      },
    };
    return client as unknown as PostgresPoolClient;
  }

  async end(): Promise<void> {
    this.#closed = true;
    await this.#turn;
    this.#drop();
  }

  async #query(sql: string, values: readonly unknown[]): Promise<Answer> {
    if (sql === 'commit') return this.#commit();
    if (sql === 'rollback') return this.#rollback();
    if (sql !== 'begin' && !sql.startsWith('start transaction')) return this.#statement(sql, values);
    const answer = await this.#send(sql, values);
    this.#inTransaction = true;
    return answer;
  }

  async #statement(sql: string, values: readonly unknown[]): Promise<Answer> {
    const reads = /^\s*(select|show)\b/i.test(sql);
    if (this.#inTransaction) {
      if (!reads && this.#lastCommit?.hasWritten === false) {
        await this.#worded('lost', async () => this.#lastCommit?.begin(this.#mustBeThere()));
      }
      return this.#send(sql, values);
    }
    try {
      return await this.#send(sql, values);
    } catch (error) {
      // It may have been gone for hours, and only now it shows. What only reads can be asked once more.
      if (!reads || this.#connection !== undefined || this.#closed) throw error;
      await this.#ensureConnection();
      return this.#send(sql, values);
    }
  }

  async #commit(): Promise<Answer> {
    const connection = this.#mustBeThere();
    try {
      const answer = (await connection.query('commit')) as unknown as Answer;
      if (answer.command === 'COMMIT') this.#lastCommit?.committed();
      else this.#lastCommit?.rolledBack();
      return answer;
    } catch (error) {
      if (!isLost(error) || this.#lastCommit?.hasWritten !== true) {
        this.#lastCommit?.rolledBack();
        throw this.#told(error, 'lost');
      }
      this.#drop();
      return this.#askAfter(this.#lastCommit, connection, error);
    } finally {
      this.#inTransaction = false;
    }
  }

  /** A commit whose answer was lost: asks the database itself, as soon as it can be asked. */
  async #askAfter(lastCommit: LastCommit, old: Connection, cause: unknown): Promise<Answer> {
    const deadline = Date.now() + resolveMs;
    for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        await this.#ensureConnection();
        if (await lastCommit.wasMade(this.#mustBeThere(), old)) return done('COMMIT');
        throw away(this.#home, cause, 'lost');
      } catch (error) {
        const told = this.#told(error, 'unknown');
        if (isCertain(told)) {
          lastCommit.rolledBack();
          throw told;
        }
        // Whatever else keeps it from being asked (another password by now) leaves it unknown too.
        if (!(told instanceof StoreAway) || this.#closed || Date.now() > deadline) {
          lastCommit.leaveUnsure();
          throw away(this.#home, told instanceof StoreAway ? cause : error, 'unknown');
        }
        await sleep(pauseMs);
      }
    }
  }

  /** What is gone has rolled back by itself; kysely's own words for it would hide the cause. */
  async #rollback(): Promise<Answer> {
    this.#lastCommit?.rolledBack();
    this.#inTransaction = false;
    try {
      if (this.#connection !== undefined) await this.#connection.query('rollback');
    } catch {
      this.#drop();
    }
    return done('ROLLBACK');
  }

  #send(sql: string, values: readonly unknown[]): Promise<Answer> {
    return this.#worded(
      'lost',
      async () => (await this.#mustBeThere().query(sql, values)) as unknown as Answer,
    );
  }

  async #ensureConnection(): Promise<void> {
    if (this.#connection?.isOver === true) this.#drop();
    this.#connection ??= await this.#worded('nothing', () => connect(this.#home, this.#access, this.#leader));
  }

  async #worded<T>(kept: StoreAway['kept'], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#told(error, kept);
    }
  }

  #told(error: unknown, kept: StoreAway['kept']): unknown {
    if (isLost(error)) this.#drop();
    return inWords(this.#home, error, kept);
  }

  #mustBeThere(): Connection {
    if (this.#connection === undefined) throw away(this.#home, new Error('the connection is gone'), 'lost');
    return this.#connection;
  }

  #drop(): void {
    this.#connection?.drop();
    this.#connection = undefined;
  }
}

/** It was surely not made, or another writes now and nothing more will be. */
function isCertain(error: unknown): boolean {
  if (error instanceof StoreAway) return error.kept === 'lost';
  return error instanceof ReeveError && error.status === exitStatus.held;
}

function done(command: 'COMMIT' | 'ROLLBACK'): Answer {
  return { command, rowCount: 0, rows: [] } as unknown as Answer;
}
