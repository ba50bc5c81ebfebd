// One connection to Postgres, made as the store wants it. Knows pg; what its errors mean to people is words.ts's.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { ReeveError } from '../../errors.ts';
import type { PostgresHome } from '../home.ts';
import { withPasswordOfFile } from './password-file.ts';
import { fromPostgres, toPostgres } from './text.ts';

const connectMs = 5_000;
/** An answer that takes longer never comes: the network has lost it. Loading a big export into it has its own pace. */
const answerMs = 30_000;
/** A transaction that its process has left behind holds nobody up for longer. */
const abandonedMs = 15_000;
/** 13: the oldest that a distribution of today still has. */
const oldest = 130_000;

export interface Connection {
  /** How the server can tell it from all others, also when its process id has been given away again. */
  readonly name: string;
  readonly pid: number;
  query(sql: string, values?: readonly unknown[]): Promise<pg.QueryResult>;
  /** Without taking leave: nothing waits for an answer. */
  drop(): void;
  /** It is of no use any more, whoever cut it. */
  readonly isOver: boolean;
}

/** `write` is a session of the platform's one writer, of this `leader`; `read` one that cannot write. */
export async function connect(
  home: PostgresHome,
  access: 'write' | 'read',
  leader = 'reads',
): Promise<Connection> {
  // Postgres cuts it after 63 bytes.
  const name = `reeve ${home.platform.slice(0, 30)} ${leader} ${randomBytes(5).toString('hex')}`;
  const client = new pg.Client({
    connectionString: withPasswordOfFile(home.url, process.env),
    application_name: name,
    connectionTimeoutMillis: connectMs,
    query_timeout: answerMs,
    keepAlive: true,
    types: { getTypeParser },
  });
  let over = false;
  // What breaks while nobody asks is seen by the next who does.
  client.on('error', () => {
    over = true;
  });
  client.on('end', () => {
    over = true;
  });
  const drop = (): void => {
    over = true;
    // What is dropped may be broken: that is why it is dropped, and whoever dropped it tells.
    client.end().catch(() => undefined);
  };
  try {
    await client.connect();
    await prepare(client, home, access);
  } catch (error) {
    drop();
    throw error;
  }
  return {
    name,
    pid: 'processID' in client ? Number(client.processID) : 0,
    query: async (sql, values = []) => {
      const result = await client.query({ text: sql, values: values.map(toPostgres) });
      for (const row of result.rows) fromPostgres(row);
      return result;
    },
    drop,
    get isOver() {
      return over;
    },
  };
}

async function prepare(client: pg.Client, home: PostgresHome, access: 'write' | 'read'): Promise<void> {
  const settings = [
    `SET search_path TO ${identifier(home.schema)}`,
    // A commit is on the disk before it is acknowledged, whatever the database's own habit is.
    `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`,
    access === 'read'
      ? 'SET default_transaction_read_only TO on'
      : `SET idle_in_transaction_session_timeout TO ${abandonedMs}`,
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding`,
  ];
  const results = (await client.query(settings.join('; '))) as unknown as pg.QueryResult[];
  const server: { version: number; encoding: string } | undefined = results.at(-1)?.rows[0];
  refuse(home, server?.version ?? 0, server?.encoding ?? 'unknown');
}

/** A server that would not keep the store as it is. */
export function refuse(home: PostgresHome, version: number, encoding: string): void {
  if (version < oldest) {
    throw new ReeveError(`the store ${home.shown} is on Postgres ${Math.floor(version / 10_000)}`, {
      hint: `it needs Postgres ${oldest / 10_000} or newer`,
    });
  }
  if (encoding !== 'UTF8') {
    throw new ReeveError(
      `the store ${home.shown} is in a database of encoding ${encoding}, which has not every letter`,
      {
        hint: "make one that has: createdb -E UTF8 -T template0 reeve; \\l in psql lists the databases' encodings",
      },
    );
  }
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** bigint as a number: times in ms and counters stay far below 2^53. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  const int8 = 20;
  return oid === int8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format);
}
