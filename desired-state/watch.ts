// Watches what a load read and says when to load again: many saves are one call. Never reads content, and polls only
// where the system does not let it watch (no inotify watches left, a file system without them).
// News that comes after its answer, on a machine out of breath, is told by the stamps of the files and answered no more.
// Watches folders, not files: an editor's rename, a symlink swap (`..data` as ConfigMaps have it) and a git checkout all
// replace what stood under a name, and a watch of the file itself would stay with the old one.

import { resolve } from 'node:path';
import { type FSWatcher, watch as watchFiles } from 'chokidar';
import { lastingStampOf, stampOf, type WatchSet, watchSetOf } from './watch-set.ts';

/** Quiet of this length ends a burst of changes … */
const quietMs = 100;
/** … and a burst that does not end is answered after this. */
const mostMs = 1_000;

/** Where the system refuses to watch: files are looked at this often instead. */
const pollMs = 2_000;

export interface WatchListener {
  /** Something that was read, or an entry of a folder, has changed. */
  readonly onChange: () => void;
  /** The system refused to watch: from now on files are polled, until the next start. Told once. */
  readonly onTrouble: (error: Error) => void;
}

export interface SourceWatch {
  /** Follows these instead, from now on. */
  update(files: readonly string[], folders: readonly string[]): void;
  close(): Promise<void>;
}

/**
 * Tells `onChange` after each burst of changes of `files` (absolute; a folder among them counts with all that is in
 * it) or of entries of `folders`.
 */
export async function watchSources(
  files: readonly string[],
  folders: readonly string[],
  listener: WatchListener,
): Promise<SourceWatch> {
  const watch = new Watch(files, folders, listener);
  await watch.follow();
  return watch;
}

class Watch implements SourceWatch {
  #files: readonly string[] = [];
  #names: ReadonlySet<string> = new Set();
  #folders: readonly string[] = [];
  readonly #listener: WatchListener;
  /** The system refused to watch. */
  #polls = false;
  /** Signature of what the watchers watch, and how. */
  #followed = '';
  #watchers: readonly FSWatcher[] = [];
  #quiet: NodeJS.Timeout | undefined;
  #latest: NodeJS.Timeout | undefined;
  /** Stamp of the files at the last answer, which reads them after it. */
  #answered: string | undefined;
  /** Since then something changed that no stamp of a file tells: an entry of a folder, a link. */
  #untold = false;
  /** Following goes on one at a time; the newest wish waits here. */
  #following: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(files: readonly string[], folders: readonly string[], listener: WatchListener) {
    this.#listener = listener;
    this.#name(files, folders);
  }

  update(files: readonly string[], folders: readonly string[]): void {
    this.#name(files, folders);
    const read = stampOf(files);
    // What changed before its watcher saw anything would be missed.
    void this.follow().then(() => {
      if (stampOf(files) !== read) this.#changed();
    });
  }

  #name(files: readonly string[], folders: readonly string[]): void {
    this.#files = files;
    this.#names = new Set(files);
    this.#folders = folders;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopTimers();
    await this.#following;
    await Promise.all(this.#watchers.map((watcher) => watcher.close()));
  }

  /** Watches what stands under the names now; the old watchers go only when the new ones see. */
  follow(): Promise<void> {
    this.#following = this.#following.then(async () => {
      const set = watchSetOf(this.#files, this.#folders);
      const signature = this.#polls ? `${set.signature}\npolled` : set.signature;
      if (this.#closed || signature === this.#followed) return;
      const old = this.#watchers;
      this.#followed = signature;
      this.#watchers = [
        this.#watch(set, set.flat, 0),
        ...(set.deep.size > 0 ? [this.#watch(set, set.deep)] : []),
      ];
      await Promise.all(this.#watchers.map(ready));
      await Promise.all(old.map((watcher) => watcher.close()));
    });
    return this.#following;
  }

  #watch(set: WatchSet, paths: ReadonlySet<string>, depth?: number): FSWatcher {
    const watcher = watchFiles([...paths], {
      ignoreInitial: true,
      // At the top a link is watched as such, and what is behind it by its own folder.
      followSymlinks: depth === undefined,
      ignored: (path) => !paths.has(path) && !set.matters(path),
      ...(depth === undefined ? {} : { depth }),
      ...(this.#polls ? { usePolling: true, interval: pollMs } : {}),
    });
    for (const name of ['add', 'change', 'unlink', 'addDir', 'unlinkDir'] as const) {
      watcher.on(name, (given) => {
        const path = resolve(given);
        if (!set.matters(path)) return;
        this.#untold ||= !this.#names.has(path);
        this.#changed();
      });
    }
    watcher.on('error', (error) => this.#refused(error));
    return watcher;
  }

  /** The watchers do not see all: others that poll take their place, and what was missed meanwhile is read. */
  #refused(error: unknown): void {
    if (this.#polls || this.#closed) return;
    this.#polls = true;
    this.#listener.onTrouble(error instanceof Error ? error : new Error(String(error)));
    this.#untold = true;
    void this.follow().then(() => this.#changed());
  }

  #changed(): void {
    if (this.#closed) return;
    this.#waitForQuiet();
    this.#latest ??= setTimeout(() => void this.#fire(), mostMs);
  }

  /** A quiet that the process slept through, or spent on a load, is none: what came meanwhile was not heard yet. */
  #waitForQuiet(): void {
    clearTimeout(this.#quiet);
    const due = performance.now() + quietMs;
    this.#quiet = setTimeout(() => {
      if (performance.now() > due + quietMs / 2) this.#waitForQuiet();
      else void this.#fire();
    }, quietMs);
  }

  /** Follows first: what changes after the call is seen by watchers that know what was read. */
  async #fire(): Promise<void> {
    this.#stopTimers();
    await this.follow();
    if (this.#closed) return;
    const stamp = lastingStampOf(this.#files, Date.now());
    if (!this.#untold && stamp !== undefined && stamp === this.#answered) return;
    this.#untold = false;
    this.#answered = stamp;
    this.#listener.onChange();
  }

  #stopTimers(): void {
    clearTimeout(this.#quiet);
    clearTimeout(this.#latest);
    this.#quiet = undefined;
    this.#latest = undefined;
  }
}

/** One that was refused may never say that it is ready. */
function ready(watcher: FSWatcher): Promise<void> {
  return new Promise((done) => {
    watcher.once('ready', () => done());
    watcher.once('error', () => done());
  });
}
