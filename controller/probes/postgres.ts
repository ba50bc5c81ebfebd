// A probe of a Postgres: a connection of its own, and SELECT 1. A server that is starting up or in recovery says so, and is
// waited for; one that refuses reeve's own user says nothing of itself.

import type { ProbeAddress, ProbeAnswer } from './answer.ts';

export interface PostgresLogin {
  readonly user: string;
  readonly database: string;
  readonly password?: string;
}

/** SQLSTATE cannot_connect_now: starting up, in recovery, shutting down (PostgreSQL, Appendix A). */
const notYet = '57P03';
/** invalid_authorization_specification, invalid_password, invalid_catalog_name: it is there, and does not let us in. */
const notForUs = new Set(['28000', '28P01', '3D000']);

/** @throws what Node says of the connection itself. */
export async function probePostgres(
  { user, database, password }: PostgresLogin,
  { host, port }: ProbeAddress,
  timeoutMs: number,
): Promise<ProbeAnswer> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({
    host,
    port,
    user,
    database,
    ...(password === undefined ? {} : { password }),
    application_name: 'reeve-probe',
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  // A connection that breaks later than its answer is nobody's business.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return { outcome: 'pass', message: `SELECT 1 on ${database} as ${user} answered` };
  } catch (error) {
    const answer = answerOf(error);
    if (answer === undefined) throw error;
    return answer;
  } finally {
    // Not waited for: a server that hangs would not take leave either.
    client.end().catch(() => undefined);
  }
}

/** What the server itself says; undefined: it was not the server that spoke. */
function answerOf(error: unknown): ProbeAnswer | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  if (code === notYet) return { outcome: 'loading', message: error.message };
  if (notForUs.has(code)) return { outcome: 'unreachable', message: `it answers, but: ${error.message}` };
  if (/^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E')) return { outcome: 'fail', message: error.message };
  // After the connection was made; before it, whether that is a failure depends on how sure its address is.
  if (/Query read timeout/i.test(error.message)) return { outcome: 'fail', message: 'no answer in time' };
  if (/timeout/i.test(error.message)) throw Object.assign(error, { code: 'ETIMEDOUT' });
  return undefined;
}
