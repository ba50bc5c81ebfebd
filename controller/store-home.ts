// Where the store of a platform is: where --store or REEVE_STORE say, else where the state folder says that it was opened
// last, else in the folder itself. The folder's note holds no password.

import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReeveError } from './errors.ts';
import type { UserContext } from './runtime-dir.ts';
import { noteName, statePaths } from './state-dir.ts';
import {
  type PostgresHome,
  postgresHome,
  type StoreHome,
  sqliteHome,
  withoutPassword,
} from './store/home.ts';

/** What a person said of it: `--store`, else REEVE_STORE; empty is nothing. */
export function askedStore(flag: string | undefined, env: UserContext['env']): string | undefined {
  const asked = flag ?? env['REEVE_STORE'];
  return asked === '' ? undefined : asked;
}

/** The home of a platform. */
export function homeOf(
  dir: string,
  platform: string,
  asked: string | undefined,
  user: UserContext,
): StoreHome {
  return asked === undefined ? homeOfFolder(dir, user, platform) : postgresHome(asked, platform);
}

/** What a folder alone can tell: its note knows whose it is. */
export function homeOfFolder(dir: string, user: UserContext, platform?: string): StoreHome {
  const note = readNote(dir);
  if (note !== undefined) return postgresHome(note.store, platform ?? note.platform);
  return sqliteHome(statePaths(dir, user).storePath);
}

/** A platform has one store: what its file holds must not be left behind unseen. Before it is written to. */
export function requireOnlyHome(dir: string, home: StoreHome, user: UserContext): void {
  const { storePath } = statePaths(dir, user);
  if (home.kind === 'sqlite' || readNote(dir) !== undefined || !existsSync(storePath)) return;
  throw new ReeveError(`platform ${home.platform} has its store in ${storePath}, not in ${home.shown}`, {
    hint: `reeve store migrate -p ${home.platform} --to ${home.shown} moves it there; without --store and REEVE_STORE it is used where it is`,
  });
}

/** Commands find it again without being told. */
export function noteHome(dir: string, home: StoreHome): void {
  const path = join(dir, noteName);
  if (home.kind === 'sqlite') {
    rmSync(path, { force: true });
    return;
  }
  const text = noteText(home);
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

interface Note {
  readonly platform: string;
  readonly store: string;
}

function noteText({ platform, url }: PostgresHome): string {
  const note: Note = { platform, store: withoutPassword(url) };
  return `${JSON.stringify(note)}\n`;
}

function readNote(dir: string): Note | undefined {
  const path = join(dir, noteName);
  if (!existsSync(path)) return undefined;
  try {
    const { platform, store } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Note>;
    if (typeof platform === 'string' && typeof store === 'string') return { platform, store };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ReeveError(`the note ${path} does not say where the store is`, {
    hint: 'name the store with --store postgres://…; the next reeve apply or run writes the note anew',
  });
}
