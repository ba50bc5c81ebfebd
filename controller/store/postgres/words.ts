// What Postgres and the way to it complain about, in words a person can act on. The only file that names its error codes
// (PostgreSQL, Appendix A); what was typed as a password is in none of them.

import { type ExitStatus, exitStatus, ReeveError } from '../../errors.ts';
import { StoreAway } from '../away.ts';
import type { PostgresHome } from '../home.ts';

/** The connection is gone, or Postgres is about to cut it: what was under way has no answer. */
export function isLost(error: unknown): boolean {
  const code = codeOf(error);
  if (/^(08|57P0[1-3])/.test(code)) return true;
  if (/^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E')) return false;
  return /^E[A-Z]+$/.test(code) || /connection|not queryable|timeout|socket/i.test(messageOf(error));
}

/** `kept`: of what was under way, where the connection was lost. */
export function inWords(home: PostgresHome, error: unknown, kept: StoreAway['kept'] = 'nothing'): unknown {
  if (error instanceof ReeveError || !(error instanceof Error)) return error;
  const known = knownWords(home, codeOf(error), error.message);
  if (known !== undefined) {
    const [words, hint, more] = known;
    // pg's own way to say that it has no password is a riddle.
    const reason = isWithoutPassword(error.message) ? 'it wants a password' : error.message;
    return new ReeveError(`the store ${home.shown} ${words} (${reason})`, {
      ...more,
      hint,
      cause: error,
    });
  }
  if (isLost(error) || codeOf(error) === '53300') return away(home, error, kept);
  return new ReeveError(`the store ${home.shown} failed: ${error.message}`, {
    hint: 'the server’s own log says more; nothing of it was kept',
    cause: error,
  });
}

/** It answers no more, or not yet. */
export function away(home: PostgresHome, error: unknown, kept: StoreAway['kept']): StoreAway {
  const code = codeOf(error);
  const reason = messageOf(error);
  const what =
    code === '57P03'
      ? 'takes no connections yet'
      : code === '53300'
        ? 'has no connection free'
        : kept === 'nothing'
          ? 'cannot be reached'
          : 'went away in the middle';
  const unknown =
    kept === 'unknown' ? '; whether it kept the last of it cannot be told before it is back' : '';
  return new StoreAway(`the store ${home.shown} ${what} (${reason})${unknown}`, {
    kept,
    hint: 'see that Postgres runs there and takes connections (pg_isready); what was acknowledged before is still there',
    cause: error,
  });
}

type More = { readonly status?: ExitStatus; readonly retryable?: boolean };
type Words = readonly [words: string, hint: string, more?: More];

function knownWords(home: PostgresHome, code: string, message: string): Words | undefined {
  const { username, pathname } = new URL(home.url.replace('@/', '@no-host.invalid/'));
  const user = username === '' ? 'this user' : decodeURIComponent(username);
  const database = pathname.slice(1);
  const denied = { status: exitStatus.denied };
  if (code === '28P01' || code === '28000' || isWithoutPassword(message)) {
    return [
      `does not let ${user} in`,
      'give the password in REEVE_STORE (postgres://USER:PASSWORD@…), PGPASSWORD or ~/.pgpass (chmod 600); pg_hba.conf of the server says who may',
      denied,
    ];
  }
  switch (code) {
    case '3D000':
      return ['is not there', `make the database first: createdb ${database}`];
    case '42501':
      return [
        `does not permit it to ${user}`,
        `as its owner: GRANT CREATE, CONNECT ON DATABASE "${database}" TO "${user}"; a schema that another made is given by ALTER SCHEMA ${home.schema} OWNER TO "${user}"`,
        denied,
      ];
    case '25006':
      return ['takes no writes', 'it is a standby, or was made read-only: name the server that takes writes'];
    case '53100':
      return [
        'cannot be written: its disk is full',
        'free some space there; what was acknowledged before is still there',
        { retryable: true },
      ];
    case '42P01':
    case '3F000':
      return [
        `has lost tables of schema ${home.schema}`,
        `bring them back from a backup (reeve store import); or drop what is left of the schema, and reeve finds what runs, restarts nothing, and waits for reeve resume`,
      ];
    case 'XX001':
    case 'XX002':
      return ['is damaged', 'nothing was deleted; restore the database from its backup'];
    case '40001':
    case '40P01':
    case '55P03':
      return ['is busy with something else', 'try again', { retryable: true }];
    default:
      return tlsWords(code, message);
  }
}

function tlsWords(code: string, message: string): Words | undefined {
  if (/does not support SSL/i.test(message)) {
    return ['speaks no TLS', 'leave sslmode out of the address, or turn ssl on at the server'];
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ALTNAME/.test(code)) {
    return [
      'shows a certificate that is not trusted',
      'add sslrootcert=FILE to the address (the authority that signed it), or sslmode=require to trust any',
    ];
  }
  return undefined;
}

function isWithoutPassword(message: string): boolean {
  return /password must be a(?: non-empty)? string/.test(message);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
  // Node tries each address of a name, and sums up what came of them without a word.
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(messageOf).join(', ');
  }
  return error instanceof Error ? error.message : String(error);
}
