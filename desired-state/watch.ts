// Watches what a load read and says when to load again: many saves are one call. Never polls, never reads a file.
// Watches folders, not files: an editor's rename, a symlink swap (`..data` as ConfigMaps have it) and a git checkout all
// replace what stood under a name, and a watch of the file itself would stay with the old one.

import { existsSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type FSWatcher, watch as watchFiles } from 'chokidar';

/** Quiet of this length ends a burst of changes … */
const quietMs = 100;
/** … and a burst that does not end is answered after this. */
const mostMs = 1_000;

export interface SourceWatch {
  /** Follows these instead, from now on. */
  update(files: readonly string[], folders: readonly string[]): void;
  close(): Promise<void>;
}

/** Calls `onChange` after each burst of changes of `files` (absolute) or of entries of `folders`. */
export async function watchSources(
  files: readonly string[],
  folders: readonly string[],
  onChange: () => void,
): Promise<SourceWatch> {
  let wanted = wantedOf(files, folders);
  let quiet: NodeJS.Timeout | undefined;
  let latest: NodeJS.Timeout | undefined;
  const fire = (): void => {
    clearTimeout(quiet);
    clearTimeout(latest);
    quiet = undefined;
    latest = undefined;
    onChange();
  };
  const changed = (path: string): void => {
    if (!wanted.matters(resolve(path))) return;
    clearTimeout(quiet);
    quiet = setTimeout(fire, quietMs);
    latest ??= setTimeout(fire, mostMs);
  };
  const watcher = watchFiles([...wanted.folders], { depth: 0, ignoreInitial: true, followSymlinks: true });
  for (const name of ['add', 'change', 'unlink', 'addDir', 'unlinkDir'] as const) watcher.on(name, changed);
  // A folder that cannot be watched is as good as one that does not change; the resync of loads is a person's.
  watcher.on('error', () => undefined);
  await ready(watcher);
  return {
    update: (nextFiles, nextFolders) => {
      const next = wantedOf(nextFiles, nextFolders);
      const gone = [...wanted.folders].filter((folder) => !next.folders.has(folder));
      const added = [...next.folders].filter((folder) => !wanted.folders.has(folder));
      wanted = next;
      if (gone.length > 0) watcher.unwatch(gone);
      if (added.length > 0) watcher.add(added);
    },
    close: async () => {
      clearTimeout(quiet);
      clearTimeout(latest);
      await watcher.close();
    },
  };
}

function ready(watcher: FSWatcher): Promise<void> {
  return new Promise((resolveReady) => watcher.once('ready', () => resolveReady()));
}

interface Wanted {
  readonly folders: ReadonlySet<string>;
  readonly matters: (path: string) => boolean;
}

function wantedOf(files: readonly string[], folders: readonly string[]): Wanted {
  const watched = new Set<string>();
  const names = new Set(files);
  const whole = new Set(folders);
  for (const folder of folders) watched.add(nearestFolder(folder));
  for (const file of files) {
    watched.add(nearestFolder(dirname(file)));
    // Behind a symlink the content changes elsewhere, and the link itself may be swapped at any level.
    const real = realPath(file);
    if (real === undefined || real === file) continue;
    names.add(real);
    watched.add(dirname(real));
  }
  return {
    folders: watched,
    matters: (path) =>
      names.has(path) ||
      whole.has(dirname(path)) ||
      whole.has(path) ||
      isAbove(path, names) ||
      path.includes('/..'),
  };
}

/** A folder above a file was made, removed or swapped. */
function isAbove(path: string, names: ReadonlySet<string>): boolean {
  const prefix = `${path}/`;
  for (const name of names) if (name.startsWith(prefix)) return true;
  return false;
}

/** A folder that is not there is seen to come by its parent. */
function nearestFolder(folder: string): string {
  let at = folder;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}

function realPath(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch {
    return undefined;
  }
}
