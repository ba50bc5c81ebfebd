// Which folders to watch for a set of files, and which of the names in them matter. Looks at the disk as it is now;
// what it found is out of date as soon as a folder comes, goes or is swapped: then it is asked again.

import { lstatSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { isManifestName } from './manifest-name.ts';

export interface WatchSet {
  /** Folders whose own entries are watched. */
  readonly flat: ReadonlySet<string>;
  /** Folders watched with all that is in them. */
  readonly deep: ReadonlySet<string>;
  readonly matters: (path: string) => boolean;
  /** Differs when the folders, or what stands under their names, are others than before. */
  readonly signature: string;
}

/** Most links that a path may go through. */
const mostLinks = 40;

/**
 * `files` may hold folders, which count with all that is in them; of `folders` only the entries count that are manifests:
 * a log that is written there, or the state folder, must not be read as a change.
 */
export function watchSetOf(files: readonly string[], folders: readonly string[]): WatchSet {
  const flat = new Set<string>();
  const deep = new Set<string>();
  const names = new Set<string>();
  const above = new Set<string>();
  const whole = new Set<string>();
  const follow = (path: string): string => {
    const trail = trailOf(path);
    for (const step of trail) {
      names.add(step);
      flat.add(nearestFolder(dirname(step)));
      for (let at = dirname(step); !above.has(at); at = dirname(at)) above.add(at);
    }
    return trail.at(-1) ?? path;
  };
  for (const folder of folders) {
    const real = follow(folder);
    flat.add(nearestFolder(real));
    whole.add(real);
  }
  for (const file of files) {
    const real = follow(file);
    if (statOf(real)?.isDirectory() === true) deep.add(real);
  }
  const inDeep = (path: string): boolean => {
    for (const folder of deep) if (path.startsWith(folder + sep)) return true;
    return false;
  };
  return {
    flat,
    deep,
    matters: (path) =>
      names.has(path) ||
      above.has(path) ||
      (whole.has(dirname(path)) && isManifestName(basename(path))) ||
      inDeep(path),
    signature: [...flat, ...deep, ...names].map(identity).sort().join('\n'),
  };
}

/** Differs when a file was written, replaced, made or removed meanwhile. */
export function stampOf(files: readonly string[]): string {
  return stampOfAll(files.map(statOf));
}

/** Two writes within a tick of the kernel's clock (10 ms at most) have the same times; and as much again. */
const sameTimeMs = 20;
/** Some file systems count whole seconds, or every other. */
const wholeSecondsMs = 2_000;

/** The stamp, if whatever is written after `now` (ms) leaves another: undefined where a file was written just before it. */
export function lastingStampOf(files: readonly string[], now: number): string | undefined {
  const stats = files.map(statOf);
  const isLasting = stats.every((stat) => {
    if (stat === undefined) return true;
    return stat.ctimeMs + (stat.ctimeMs % 1_000 === 0 ? wholeSecondsMs : sameTimeMs) < now;
  });
  return isLasting ? stampOfAll(stats) : undefined;
}

function stampOfAll(stats: readonly (Stats | undefined)[]): string {
  return stats
    .map((stat) => (stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`))
    .join('\n');
}

/** The path itself, each link on the way to what is behind it, and that at last: any of them may be swapped. */
function trailOf(path: string): string[] {
  const trail = [path];
  let rest = path.split(sep).filter((part) => part !== '');
  let at: string = sep;
  for (let links = 0; links < mostLinks; ) {
    const part = rest.shift();
    if (part === undefined) break;
    const next = join(at, part);
    const target = linkTarget(next);
    if (target === undefined) {
      at = next;
      continue;
    }
    trail.push(next);
    links += 1;
    rest = [
      ...resolve(at, target)
        .split(sep)
        .filter((p) => p !== ''),
      ...rest,
    ];
    at = sep;
  }
  trail.push(join(at, ...rest));
  return [...new Set(trail)];
}

function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** A folder that is not there is seen to come by its parent. */
function nearestFolder(folder: string): string {
  let at = folder;
  while (statOf(at)?.isDirectory() !== true && dirname(at) !== at) at = dirname(at);
  return at;
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // No right to look, or a link to itself: as good as not there.
    return undefined;
  }
}

/** A folder under the same name need not be the same folder. */
function identity(path: string): string {
  const stat = statOf(path);
  return stat?.isDirectory() === true ? `${path} ${stat.dev}:${stat.ino}` : path;
}
