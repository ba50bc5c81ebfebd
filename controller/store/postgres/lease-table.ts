// The lease of a platform in its schema: one row beside the store's tables. Its connection is its own, so that a renewal
// never waits behind a long transaction of the writer's.
// INVARIANT: whoever takes it writes its token into `last_commit` in the same transaction, so that from the moment it is
// taken the database refuses every write of a token before.

import { hasCode } from '../../if-there.ts';
import type { Claim, Leader, LeaseRow, LeaseTable } from '../../lease/port.ts';
import { StoreAway } from '../away.ts';
import type { PostgresHome } from '../home.ts';
import { type Connection, connect } from './connection.ts';
import { newMark } from './last-commit.ts';
import { away, inWords, isLost } from './words.ts';

export const leaseTable = [
  `CREATE TABLE IF NOT EXISTS lease (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  store text NOT NULL,
  token bigint NOT NULL DEFAULT 0,
  renewal bigint NOT NULL DEFAULT 0,
  renewed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  lease_ms bigint NOT NULL DEFAULT 0,
  leader text,
  engine text)`,
  'INSERT INTO lease (store) VALUES (gen_random_uuid()::text) ON CONFLICT (only_row) DO NOTHING',
];

export function leaseTableOf(home: PostgresHome, access: 'write' | 'read'): LeaseTable {
  let connection: Connection | undefined;
  const drop = (): void => {
    connection?.drop();
    connection = undefined;
  };
  /** What takes longer is given up with its connection: an answer that comes later must mean nothing. */
  const asked = async <T>(withinMs: number, work: (c: Connection) => Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const error = new Error(`no answer within ${Math.round(withinMs)} ms`);
      timer = setTimeout(() => reject(away(home, error, 'nothing')), withinMs);
    });
    try {
      return await Promise.race([worked(work), late]);
    } catch (error) {
      if (error instanceof StoreAway || isLost(error)) drop();
      throw inWords(home, error);
    } finally {
      clearTimeout(timer);
    }
  };
  const worked = async <T>(work: (c: Connection) => Promise<T>): Promise<T> => {
    if (connection?.isOver === true) drop();
    if (connection === undefined) {
      const made = await connect(home, access);
      // Another call was quicker, or this one was given up meanwhile and the next has made its own.
      if (connection === undefined) connection = made;
      else made.drop();
    }
    return work(connection);
  };
  return {
    read: (withinMs) => asked(withinMs, readRow),
    take: (seen, claim, withinMs) => asked(withinMs, (c) => takeRow(c, seen, claim, withinMs)),
    renew: (token, withinMs) =>
      asked(withinMs, async (c) => {
        const { rowCount } = await c.query(
          'UPDATE lease SET renewal = renewal + 1, renewed_at = clock_timestamp() WHERE token = $1 AND leader IS NOT NULL',
          [token],
        );
        return rowCount === 1;
      }),
    release: (token, withinMs) =>
      asked(withinMs, async (c) => {
        await c.query('UPDATE lease SET leader = NULL, renewal = renewal + 1 WHERE token = $1', [token]);
      }),
    close: drop,
  };
}

async function readRow(connection: Connection): Promise<LeaseRow> {
  const { rows } = await connection.query(
    `SELECT store, token, renewal, lease_ms, leader, engine,
       (extract(epoch FROM clock_timestamp() - renewed_at) * 1000)::bigint AS age_ms FROM lease`,
  );
  const [row] = rows;
  return {
    store: row.store,
    token: row.token,
    renewal: row.renewal,
    ageMs: row.age_ms,
    leaseMs: row.lease_ms,
    ...(row.leader === null ? {} : { leader: JSON.parse(row.leader) as Leader }),
    ...(row.engine === null ? {} : { engine: row.engine as string }),
  };
}

async function takeRow(
  connection: Connection,
  seen: LeaseRow,
  { leader, leaseMs, engine }: Claim,
  withinMs: number,
): Promise<number | undefined> {
  await connection.query('BEGIN');
  try {
    await connection.query(`SET LOCAL lock_timeout TO ${Math.max(1, Math.round(withinMs))}`);
    const { rows } = await connection.query(
      `UPDATE lease SET token = token + 1, renewal = renewal + 1, renewed_at = clock_timestamp(),
         leader = $3, lease_ms = $4, engine = $5 WHERE token = $1 AND renewal = $2 RETURNING token`,
      [seen.token, seen.renewal, JSON.stringify(leader), leaseMs, engine],
    );
    const token: number | undefined = rows[0]?.token;
    if (token === undefined) {
      await connection.query('ROLLBACK');
      return undefined;
    }
    if (seen.leader !== undefined) await endSessions(connection, seen.leader);
    await connection.query(
      `INSERT INTO last_commit (mark, token) VALUES ($1, $2)
         ON CONFLICT (only_row) DO UPDATE SET mark = excluded.mark, token = excluded.token`,
      [newMark(), token],
    );
    await connection.query('COMMIT');
    return token;
  } catch (error) {
    // Whatever state it is in goes with it.
    connection.drop();
    throw error;
  }
}

const insufficientPrivilege = '42501';

/**
 * A frozen leader may have stopped in the middle of a transaction, whose locks would hold its successor up. Where its
 * sessions are another role's and may not be ended, its own time limit for them does it (connection.ts).
 */
async function endSessions(connection: Connection, { id }: Leader): Promise<void> {
  await connection.query('SAVEPOINT ends');
  await connection
    .query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE '%' || $1 || '%' AND pid <> pg_backend_pid()`,
      [` ${id} `],
    )
    .catch(async (error: unknown) => {
      if (!hasCode(error, insufficientPrivilege)) throw error;
      await connection.query('ROLLBACK TO ends');
    });
}
