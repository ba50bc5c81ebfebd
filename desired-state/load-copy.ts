// A load from a commit's own copy. Each commit lies in a folder of its own, and what it mounts lives in one folder that is
// the same over all commits: so a new commit gives no container another path. Says where everything lives; moves nothing.

import { existsSync, lstatSync } from 'node:fs';
import type { Commit } from './commit.ts';
import { type LinkAt, linkOnDisk, realPath } from './load-real-paths.ts';
import { isWorkload, type Resource } from './resource.ts';
import type { Revision } from './revision.ts';

export interface Copy {
  readonly commit: Commit;
  /** Absolute: the commit's own folder, which is read. */
  readonly root: string;
  /** Absolute: where its files are once it is in force, and where data folders are. */
  readonly livesAt: (platform: string) => string;
  /** What all of its resources come from: prune never crosses it. */
  readonly source: string;
}

/** Any plain data, with each path in the copy made one in the folder where it lives. */
export function atHome<T>(value: T, copy: Pick<Copy, 'root'>, home: string): T {
  const move = (inner: unknown): unknown => {
    if (typeof inner === 'string') return moved(inner, copy.root, home);
    if (Array.isArray(inner)) return inner.map(move);
    if (inner === null || typeof inner !== 'object') return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, field]) => [key, move(field)]));
  };
  return move(value) as T;
}

function moved(text: string, root: string, home: string): string {
  if (text === root) return home;
  return text.startsWith(`${root}/`) ? home + text.slice(root.length) : text;
}

/**
 * Links as they will be once the commit is in force: the commit's own before those that are there now. A link is followed
 * from where it will live, since `../..` leads elsewhere from there than from the copy.
 */
export function linksAtHome({ root }: Pick<Copy, 'root'>, home: string): LinkAt {
  const real = realPath(home);
  return (path) => {
    if (!path.startsWith(`${real}/`)) return linkOnDisk(path);
    const own = root + path.slice(real.length);
    return linkOnDisk(lstatSync(own, { throwIfNoEntry: false }) === undefined ? path : own);
  };
}

/**
 * Folders that workloads name beside the manifests and that no commit holds: data, kept at one path. `resources` as read,
 * `home` as in `atHome`.
 */
function dataFolders(resources: readonly Resource[], copy: Pick<Copy, 'root'>, home: string): string[] {
  const sources = resources
    .filter(isWorkload)
    .flatMap(({ container }) => container.mounts)
    .flatMap(({ type, source }) => (type === 'bind' && source !== undefined ? [source] : []))
    .filter((source) => source.startsWith(`${copy.root}/`) && !existsSync(source));
  return [...new Set(sources.map((source) => moved(source, copy.root, home)))].sort();
}

/** Of one source, whatever its files are named: a file that is renamed from commit to commit takes nothing away. */
export function ofCommit(copy: Copy, read: Omit<Revision, 'id'>): Omit<Revision, 'id'> {
  const home = copy.livesAt(read.platform);
  const folders = dataFolders(read.resources, copy, home);
  const { policy, resources, files } = atHome(
    { policy: read.policy, resources: read.resources, files: read.files },
    copy,
    home,
  );
  return {
    ...read,
    policy,
    sources: [copy.source],
    resources: resources.map((resource) => ({ ...resource, origin: copy.source })),
    files,
    commit: copy.commit,
    lives: { at: home, dataFolders: folders },
  };
}
