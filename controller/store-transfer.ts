// Takes a whole store elsewhere: into a file, out of one, or from one home to the other. Whoever writes holds the lock.

import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { exitStatus, ReeveError } from './errors.ts';
import type { StoreHome } from './store/home.ts';
import { schemas } from './store/migrations/migrate.ts';
import { openTablesAt, openTablesAtReadOnly, setAside } from './store/open.ts';
import type { Lead } from './store/postgres/postgres.ts';
import type { OpenTables } from './store/schema.ts';
import { linesOf, type ReadFile, readStoreFile } from './store/transfer/file.ts';
import { contentOf, fill, withSnapshot } from './store/transfer/fill.ts';
import type { Content } from './store/transfer/tables.ts';
import { noteHome } from './store-home.ts';

/** Writes all that is stored to `file`, as it stands at one moment; a controller may run. Its lines, where it is a stream. */
export async function exportStore(
  home: StoreHome,
  platform: string,
  file: string | ((line: string) => void),
  at: number,
): Promise<void> {
  const header = { platform, at: new Date(at).toISOString(), schema: schemas.at(-1) ?? '' };
  const tables = await mustHold(await openTablesAtReadOnly(home), home, platform);
  try {
    await withSnapshot(tables.db, async (rows) => {
      const lines = linesOf(header, rows());
      if (typeof file === 'string') return writeWhole(file, lines);
      for await (const line of lines) file(line);
    });
  } finally {
    await tables.close();
  }
}

/** Reads an export to its end and finds it whole. */
export function readExport(path: string): Promise<ReadFile> {
  return readStoreFile(path, schemas);
}

/** Fills an empty home; false: it held exactly that before. */
export async function importStore(
  home: StoreHome,
  dir: string,
  file: ReadFile,
  lead?: Lead,
): Promise<boolean> {
  const tables = await openTablesAt(home, lead);
  try {
    const filled = await fill(tables.db, file.rows(), file.content, home.shown);
    noteHome(dir, home);
    return filled;
  } finally {
    await tables.close();
  }
}

export interface Moved {
  readonly content: Content;
  /** Where the old one is kept. */
  readonly aside: string;
}

/**
 * From one home to the other. In this order: the new one is filled and read back, then noted as the platform's, then the old
 * one is set aside. Cut off anywhere, it goes on when it is asked for again. `lead`: of the new one.
 */
export async function moveStore(
  from: StoreHome,
  to: StoreHome,
  dir: string,
  platform: string,
  at: number,
  lead?: Lead,
): Promise<Moved> {
  const source = await mustHold(await openTablesAtReadOnly(from), from, platform);
  let content: Content;
  try {
    const target = await openTablesAt(to, lead);
    try {
      content = await withSnapshot(source.db, async (rows) => {
        const expected = await contentOf(rows());
        await fill(target.db, rows(), expected, to.shown);
        return expected;
      });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
  noteHome(dir, to);
  const stamp = new Date(at).toISOString().replace(/\D/g, '').slice(0, 14);
  return { content, aside: await setAside(from, `moved_${stamp}`) };
}

async function mustHold(
  tables: OpenTables | undefined,
  home: StoreHome,
  platform: string,
): Promise<OpenTables> {
  if (tables !== undefined) return tables;
  throw new ReeveError(`nothing is stored about platform ${platform} in ${home.shown}`, {
    status: exitStatus.usage,
    hint: '--store names the store, --state the state folder, where they lie elsewhere',
  });
}

/** All of it or no file; one that is there may be the only backup. */
async function writeWhole(path: string, lines: AsyncIterable<string>): Promise<void> {
  if (existsSync(path)) {
    throw new ReeveError(`${path} is there already`, {
      status: exitStatus.usage,
      hint: 'name another file, or remove that one first',
    });
  }
  const draft = `${path}.part`;
  const file = await open(draft, 'w', 0o600);
  try {
    let text = '';
    for await (const line of lines) {
      text += line;
      if (text.length < 1 << 18) continue;
      await file.write(text);
      text = '';
    }
    await file.write(text);
    await file.sync();
    await file.close();
    await rename(draft, path);
  } catch (error) {
    // Closed already, or as broken as the write that is told.
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
}
