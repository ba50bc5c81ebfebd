// Opens the SQLite file for kysely and turns what SQLite complains about into words. The only file that names
// better-sqlite3's errors; never deletes or replaces a file that it cannot read.

import { closeSync, openSync } from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely';
import { exitStatus, ReeveError } from '../errors.ts';
import type { Tables } from './schema.ts';

/** WAL and FULL: a commit is on the disk before it is acknowledged, and readers never wait for the writer. */
const writerPragmas = ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON'];

export function openSqlite(path: string, access: 'write' | 'read'): Kysely<Tables> {
  if (access === 'write') makePrivate(path);
  return worded(path, () => {
    const file = new BetterSqlite(path, {
      readonly: access === 'read',
      fileMustExist: access === 'read',
      timeout: 5_000,
    });
    try {
      if (access === 'write') for (const pragma of writerPragmas) file.pragma(pragma);
      else file.pragma('query_only = ON');
    } catch (error) {
      file.close();
      throw error;
    }
    return new Kysely<Tables>({ dialect: new SqliteDialect({ database: withWords(path, file) }) });
  });
}

/** Makes the file readable by its owner alone; SQLite gives its side files the same mode. */
function makePrivate(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ReeveError(`the store ${path} cannot be opened for writing (${reason})`, {
      hint: 'make the state folder writable, or choose another with --state',
      cause: error,
    });
  }
}

/** Statements kept prepared: the same few come again and again (a third of a write's time was its preparation). */
const keptStatements = 128;

function withWords(path: string, file: BetterSqlite.Database): SqliteDatabase {
  const prepared = new Map<string, BetterSqlite.Statement<unknown[]>>();
  const prepare = (sql: string): BetterSqlite.Statement<unknown[]> => {
    const known = prepared.get(sql);
    if (known !== undefined && !known.busy) return known;
    const statement = worded(path, () => file.prepare<unknown[]>(sql));
    if (prepared.size < keptStatements) prepared.set(sql, statement);
    return statement;
  };
  return {
    close: () => file.close(),
    prepare: (sql) => {
      // A full disk makes SQLite roll back by itself; kysely's own rollback would then hide the cause.
      if (sql === 'rollback' && !file.inTransaction) return nothing;
      const statement = prepare(sql);
      return {
        reader: statement.reader,
        all: (parameters) => worded(path, () => statement.all(...parameters)),
        run: (parameters) => worded(path, () => statement.run(...parameters)),
        iterate: (parameters) => worded(path, () => statement.iterate(...parameters)),
      };
    },
  };
}

const nothing = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

function worded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw inWords(path, error);
  }
}

function inWords(path: string, error: unknown): unknown {
  if (!(error instanceof BetterSqlite.SqliteError)) return error;
  const { code } = error;
  const as = (message: string, hint: string, more: { status?: 77; retryable?: boolean } = {}) =>
    new ReeveError(`the store ${path} ${message} (${error.message})`, { ...more, hint, cause: error });
  if (code.startsWith('SQLITE_NOTADB') || code.startsWith('SQLITE_CORRUPT')) {
    return as(
      'is damaged',
      `nothing was deleted; move it away (mv ${path} ${path}.damaged) and start again: reeve then finds what runs, restarts nothing, and waits for reeve resume`,
    );
  }
  if (code.startsWith('SQLITE_FULL')) {
    return as(
      'cannot be written: the disk is full',
      'free some space; what was acknowledged before is still there',
      { retryable: true },
    );
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM' || code === 'SQLITE_AUTH') {
    return as('may not be written', 'make the state folder writable, or choose another with --state', {
      status: exitStatus.denied,
    });
  }
  if (code.startsWith('SQLITE_CANTOPEN')) {
    return as(
      'cannot be opened',
      'see that its folder is there and writable, or choose another with --state',
    );
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return as('is held by another process', 'try again, or see who has it open: fuser -v on the file', {
      retryable: true,
    });
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return as('cannot be read or written', 'see the disk and its free space (df, dmesg)', {
      retryable: true,
    });
  }
  return error;
}
