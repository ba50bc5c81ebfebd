// Files whose content belongs to a workload: configs, secrets, files mounted read-only from the manifests' folder, and
// what `watch:` names. A folder counts only there: agents write logs and caches into folders that are mounted for them.

import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Position } from '../diagnostic.ts';
import type { WatchedFile } from '../resource.ts';
import { readBytes } from '../yaml/read.ts';
import { type ResolveContext, reportError } from './context.ts';

/** Larger trees are no configuration; the limit keeps a load fast. */
const mostFiles = 10_000;
const mostBytes = 64 * 1024 * 1024;

/** A watched file or folder; undefined where it is not there (told by the caller if that is a mistake). */
export function watchedFile(
  context: ResolveContext,
  path: string,
  onChange: WatchedFile['onChange'],
): WatchedFile | undefined {
  context.files.add(path);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const digest = stat.isDirectory() ? folderDigest(context, path) : fileDigest(context, path);
  return digest === undefined ? undefined : { path, digest, onChange };
}

/** `watch:` entries: each must be there. */
export function watchedByName(
  context: ResolveContext,
  baseDir: string,
  paths: readonly { readonly path: string; readonly position: Position }[],
  onChange: WatchedFile['onChange'],
): WatchedFile[] {
  return paths.flatMap(({ path, position }) => {
    const file = watchedFile(context, resolve(baseDir, path), onChange);
    if (file === undefined)
      reportError(context, position, 'FileMissing', `watch: there is no ${path} to watch`);
    return file === undefined ? [] : [file];
  });
}

function fileDigest(context: ResolveContext, path: string): string | undefined {
  const bytes = readBytes(path, mostBytes);
  return Buffer.isBuffer(bytes) ? context.digest(bytes) : undefined;
}

/** Over names and contents, in the order of names. */
function folderDigest(context: ResolveContext, folder: string): string {
  const parts: string[] = [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort().slice(0, mostFiles);
  for (const name of names) {
    const path = join(folder, name);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) continue;
    parts.push(`${name}\0${fileDigest(context, path) ?? ''}`);
  }
  return context.digest(parts.join('\n'));
}
