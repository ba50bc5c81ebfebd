// A store in a folder that cannot be written to: SQLite's WAL needs a side file even to read, so a copy is read instead.

import { accessSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Readable {
  readonly path: string;
  /** After the store is closed. */
  readonly discard: () => void;
}

/** The store itself where its folder is writable, else a private copy of it with what its log holds. */
export function readableStore(path: string): Readable {
  if (isWritable(dirname(path))) return { path, discard: () => undefined };
  const { path: folder, discard } = privateFolder();
  const copy = join(folder, 'store.db');
  try {
    copyFileSync(path, copy);
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
  } catch {
    // What may not be read is told by who opens it.
    discard();
    return { path, discard: () => undefined };
  }
  return { path: copy, discard };
}

/** For a copy that nobody else reads. */
export function privateFolder(): Readable {
  const path = mkdtempSync(join(tmpdir(), 'reeve-read-'));
  return { path, discard: () => rmSync(path, { recursive: true, force: true }) };
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
