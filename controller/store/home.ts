// Where a store lives: in a SQLite file, or in a schema of a Postgres database. Names places and shows them without their
// password; opens nothing.

import { createHash } from 'node:crypto';
import { exitStatus, ReeveError } from '../errors.ts';

export interface SqliteHome {
  readonly kind: 'sqlite';
  readonly path: string;
  /** For people. */
  readonly shown: string;
}

export interface PostgresHome {
  readonly kind: 'postgres';
  /** With its password, where one was given: never shown, logged or stored. */
  readonly url: string;
  readonly platform: string;
  readonly schema: string;
  /** For people: user, host and database. */
  readonly shown: string;
}

export type StoreHome = SqliteHome | PostgresHome;

export function sqliteHome(path: string): SqliteHome {
  return { kind: 'sqlite', path, shown: path };
}

/** Each platform has a schema of its own, so that several share a database. */
export function postgresHome(text: string, platform: string): PostgresHome {
  const url = parsed(text);
  return { kind: 'postgres', url: write(url), platform, schema: schemaOf(platform), shown: shownUrl(text) };
}

/** The same database for whoever has the password from elsewhere: what may be written down. */
export function withoutPassword(text: string): string {
  const url = parsed(text);
  url.password = '';
  url.searchParams.delete('password');
  return write(url);
}

/** The same with a password from elsewhere. */
export function withPassword(text: string, password: string): string {
  const url = parsed(text);
  // URL itself leaves a percent sign as it is.
  url.password = encodeURIComponent(password);
  return write(url);
}

/** User, host and database; no password and no settings. */
export function shownUrl(text: string): string {
  const url = parsed(text);
  const socket = url.searchParams.get('host');
  url.password = '';
  url.search = '';
  return `${write(url)}${socket === null ? '' : `?host=${socket}`}`;
}

/** The password that a URL holds, to be blanked out wherever it might show. */
export function passwordsIn(text: string): readonly string[] {
  const url = parsed(text);
  return [decode(url.password), url.searchParams.get('password') ?? ''].filter((word) => word !== '');
}

/** `reeve_PLATFORM`; Postgres cuts names at 63 bytes in silence, so a longer one is made short and stays unlike others. */
export function schemaOf(platform: string): string {
  const name = `reeve_${platform}`;
  if (Buffer.byteLength(name) <= longestName) return name;
  return `${name.slice(0, longestName - 9)}_${createHash('sha256').update(platform).digest('hex').slice(0, 8)}`;
}

const longestName = 63;
/** In place of a host that is not named, for URL refuses a user without one. */
const noHost = 'no-host.invalid';

/** Never says what was typed: it may hold a password. */
function parsed(text: string): URL {
  const url = URL.parse(text.replace(/^(\w+:\/\/[^/?#]*@)(?=\/)/, `$1${noHost}`));
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.pathname.length < 2) {
    throw new ReeveError('--store (or REEVE_STORE) is no address of a Postgres database', {
      status: exitStatus.usage,
      hint: 'write postgres://USER@HOST:5432/DATABASE; without it the store is a file in the state folder',
    });
  }
  // As libpq means them; pg would warn that it means something else.
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && mode !== 'no-verify' && !url.searchParams.has('uselibpqcompat')) {
    url.searchParams.set('uselibpqcompat', 'true');
  }
  return url;
}

function write(url: URL): string {
  return url.href.replace(`@${noHost}`, '@');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
