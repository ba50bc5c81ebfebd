// Content that belongs to a workload: configs, secrets, files mounted read-only from the manifests' folder, and what
// `watch:` names. A folder counts only there: agents write logs and caches into folders that are mounted for them.

import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Position } from '../diagnostic.ts';
import type { WatchedFile } from '../resource.ts';
import { isFolder, lookAt, readBytes } from '../yaml/read.ts';
import { type ResolveContext, reportError } from './context.ts';

/** What is larger is data, not configuration, and would make each load slow. */
const mostFiles = 10_000;
const mostBytes = 64 * 1024 * 1024;

/** A file, or a folder with all that is in it; what cannot be read is told at `position`. */
export function watchedFile(
  context: ResolveContext,
  path: string,
  onChange: WatchedFile['onChange'],
  position: Position,
): WatchedFile | undefined {
  context.files.add(path);
  const digest = digestOf(context, path);
  if (typeof digest === 'string') return { path, digest, onChange };
  const message = `${context.display(path)} cannot be watched: ${digest.why}`;
  reportError(context, position, 'FileUnreadable', message);
  return undefined;
}

/** `watch:` entries: each must be there. */
export function watchedByName(
  context: ResolveContext,
  baseDir: string,
  paths: readonly { readonly path: string; readonly position: Position }[],
  onChange: WatchedFile['onChange'],
): WatchedFile[] {
  return paths.flatMap(
    ({ path, position }) => watchedFile(context, resolve(baseDir, path), onChange, position) ?? [],
  );
}

type Unreadable = { readonly why: string };

/** Many workloads share a file: each is read once a load. */
function digestOf(context: ResolveContext, path: string): string | Unreadable {
  const known = context.digests.get(path);
  if (known !== undefined) return known;
  const digest = isFolder(path) ? folderDigest(context, path) : fileDigest(context, path);
  if (typeof digest === 'string') context.digests.set(path, digest);
  return digest;
}

function fileDigest(context: ResolveContext, path: string): string | Unreadable {
  const bytes = readBytes(path, mostBytes);
  return Buffer.isBuffer(bytes) ? context.digest(bytes) : { why: bytes.message };
}

/** Over names and contents, in the order of names. */
function folderDigest(context: ResolveContext, folder: string): string | Unreadable {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  } catch {
    return { why: 'folder cannot be read' };
  }
  if (names.length > mostFiles) return { why: `folder has ${names.length} entries, more than ${mostFiles}` };
  const parts: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const found = lookAt(path);
    if ('code' in found || !found.isFile()) continue;
    const digest = fileDigest(context, path);
    if (typeof digest !== 'string') return { why: `${name}: ${digest.why}` };
    parts.push(`${name}\0${digest}`);
  }
  return context.digest(parts.join('\n'));
}
