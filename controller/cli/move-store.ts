// Import and migrate: what `reeve store` does under the platform's lock, and what it says of it.

import { resolve } from 'node:path';
import { exitStatus, ReeveError } from '../errors.ts';
import { stateDir, statePaths } from '../state-dir.ts';
import { postgresHome, type StoreHome, sqliteHome } from '../store/home.ts';
import { askedStore, homeOf, homeOfFolder, requireOnlyHome } from '../store-home.ts';
import { importStore, moveStore, readExport } from '../store-transfer.ts';
import type { Context } from './context.ts';
import type { PlatformFlags } from './options.ts';
import { findPlace } from './place.ts';
import { underLock } from './under-lock.ts';
import { contentWords } from './views/store.ts';

/** Into the store of the platform that the file is of. */
export async function importFile(path: string, flags: PlatformFlags, context: Context): Promise<void> {
  const file = await readExport(resolve(context.cwd, path));
  const { platform } = file.header;
  if (flags.platform !== undefined && flags.platform !== platform) {
    throw new ReeveError(`${path} is of platform ${platform}, not of ${flags.platform}`, {
      status: exitStatus.usage,
      hint: 'leave -p out; a platform keeps its name, which its containers have too',
    });
  }
  const dir = flags.state === undefined ? stateDir(platform, context) : resolve(context.cwd, flags.state);
  const home = homeOf(dir, platform, askedStore(flags.store, context.env), context);
  const filled = await underLock(
    { platform, dir, homes: [home] },
    flags,
    context,
    'store import',
    async (lead) => {
      requireOnlyHome(dir, home, context);
      return importStore(home, dir, file, lead(home));
    },
  );
  const words = contentWords(file.content.rows);
  context.terminal.out(
    filled
      ? `${home.shown} holds what was stored about ${platform}: ${words}, as of ${file.header.at}`
      : `${home.shown} holds exactly that already: ${words}`,
  );
}

/** From where the platform's store is now. */
export async function moveTo(to: string, flags: PlatformFlags, context: Context): Promise<void> {
  const { terminal } = context;
  const { platform, dir, home } = await findPlace(flags, context);
  const target =
    to === 'sqlite' ? sqliteHome(statePaths(dir, context).storePath) : postgresHome(to, platform);
  // REEVE_STORE may say already where it is to be.
  const from = isSame(home, target) ? homeOfFolder(dir, context, platform) : home;
  if (isSame(from, target)) {
    throw new ReeveError(`the store of ${platform} is in ${target.shown} already`, {
      status: exitStatus.usage,
      hint: 'reeve store check says what is in it',
    });
  }
  const { content, aside } = await underLock(
    { platform, dir, homes: [from, target] },
    flags,
    context,
    'store migrate',
    (lead) => moveStore(from, target, dir, platform, context.now(), lead(target)),
  );
  terminal.out(`moved to ${target.shown}, read back and found the same: ${contentWords(content.rows)}`);
  terminal.out(
    `  the old one is kept as ${from.kind === 'sqlite' ? aside : `schema ${aside} in ${from.shown}`}`,
  );
  terminal.out(`  the key of this installation stays where it is`);
  terminal.out(
    target.kind === 'postgres'
      ? `commands find it by the note in ${dir}; the password, where it wants one, they take from REEVE_STORE, PGPASSWORD or ~/.pgpass`
      : 'commands find it in the state folder; take --store and REEVE_STORE away from what starts them',
  );
}

function isSame(a: StoreHome, b: StoreHome): boolean {
  if (a.kind === 'sqlite' || b.kind === 'sqlite') return a.kind === b.kind;
  return a.shown === b.shown && a.schema === b.schema;
}
