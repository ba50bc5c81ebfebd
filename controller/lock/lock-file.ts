// The lock of this machine and user: a SQLite file held in an exclusive transaction, which the kernel frees with the
// process, whatever way it ends. Who holds it stands in a file beside; the lock file itself is never read by other
// means and never removed, because closing any other handle on it would drop the lock.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import BetterSqlite from 'better-sqlite3';
import { ReeveError } from '../errors.ts';
import { type Holder, startTimeOf } from './holder.ts';

export interface LockFile {
  release(): void;
}

/** undefined: another process holds it. */
export function takeLockFile(path: string, holder: Holder): LockFile | undefined {
  const file = holdInTurn(path);
  if (file === undefined) return undefined;
  try {
    const draft = `${path}.${holder.pid}.draft`;
    writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
    renameSync(draft, besideOf(path));
  } catch (error) {
    file.close();
    throw unusable(path, error);
  }
  return {
    release: () => {
      rmSync(besideOf(path), { force: true });
      file.close();
    },
  };
}

/** What the holder has written about itself; undefined in the moment before it has. */
export function readHolder(path: string): Holder | undefined {
  try {
    const holder: Holder = JSON.parse(readFileSync(besideOf(path), 'utf8'));
    // Left by one that was killed, while the one that holds it now has not written yet.
    return startTimeOf(holder.pid) === undefined ? undefined : holder;
  } catch {
    return undefined;
  }
}

/** As long as a process may take from its lock to its word on who it is, on a busy machine. */
const unnamedMs = 1_000;

/**
 * Of several that come in one moment each may find the file busy with the others' tries, so that none gets it. Busy counts
 * only where the holder has said who it is; until then it is tried again.
 */
function holdInTurn(path: string): BetterSqlite.Database | undefined {
  const still = new Int32Array(new SharedArrayBuffer(4));
  for (const end = Date.now() + unnamedMs; ; ) {
    const file = hold(path);
    if (file !== undefined || readHolder(path) !== undefined || Date.now() > end) return file;
    Atomics.wait(still, 0, 0, 5 + Math.random() * 15);
  }
}

function hold(path: string): BetterSqlite.Database | undefined {
  let file: BetterSqlite.Database | undefined;
  try {
    file = new BetterSqlite(path, { timeout: 0 });
    file.pragma('locking_mode = EXCLUSIVE');
    file.exec('begin exclusive');
    return file;
  } catch (error) {
    file?.close();
    if (error instanceof BetterSqlite.SqliteError && error.code.startsWith('SQLITE_BUSY')) return undefined;
    throw unusable(path, error);
  }
}

function besideOf(path: string): string {
  return `${path}.holder.json`;
}

function unusable(path: string, error: unknown): ReeveError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ReeveError(`the lock file ${path} cannot be used (${reason})`, {
    hint: 'make its folder writable for this user',
    cause: error,
  });
}
