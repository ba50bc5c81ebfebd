// What a workload's image is built from: the context read and digested, so that a change of it is seen; what is missing
// told at its line as a warning, since the image may be there.

import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { type ContextEntry, readBuildContext } from '../build/context.ts';
import type { WrittenBuild } from '../container/build.ts';
import type { Build } from '../container-spec.ts';
import type { Position } from '../diagnostic.ts';
import { canonicalJson } from '../revision.ts';
import { lookAt } from '../yaml/read.ts';
import { type ResolveContext, reportWarning } from './context.ts';

/** Beyond this each load takes seconds. */
const largeBytes = 512 * 1024 * 1024;
/** A larger file is digested in pieces. */
const pieceBytes = 16 * 1024 * 1024;
/** Of a larger context only the Dockerfile and its ignore file are watched: others are seen by the next load. */
const mostWatched = 2_000;

/** undefined: it cannot be built, which has been told. */
export function resolveBuild(
  context: ResolveContext,
  written: WrittenBuild,
  { hasImage, baseDir }: { readonly hasImage: boolean; readonly baseDir: string },
): Build | undefined {
  const { position, contextPosition, needsBuildKit, ...build } = written;
  // As Compose: the image may be there, and then nothing need be built.
  const rest = hasImage ? 'the image must be there or pullable' : 'the image must be there';
  const refuse = (at: Position, code: string, message: string, hint?: string): undefined =>
    void reportWarning(context, at, code, `${message}; it is not built: ${rest}`, hint);
  for (const { field, position: at } of needsBuildKit) {
    const message = `build.${field} needs BuildKit, which the engine's own builder does not have`;
    refuse(
      at,
      'Unsupported',
      message,
      'build it with docker buildx build, and set image: and pull_policy: never',
    );
  }
  if (needsBuildKit.length > 0) return undefined;
  if (build.remote) return { ...build, hash: context.digest(canonicalJson(build)) };
  const shown = context.display(build.context);
  const folder = lookAt(build.context);
  if ('code' in folder || !folder.isDirectory()) {
    context.files.add(build.context);
    const what = 'code' in folder ? folderWords(folder) : 'is no folder';
    return refuse(contextPosition, 'BuildContextMissing', `build context ${shown} ${what}`);
  }
  try {
    const found = readBuildContext(build);
    watch(context, build, found, baseDir);
    warnIfLarge(context, contextPosition, shown, found.entries);
    const contents = found.entries.map((entry) => lineOf(context, entry)).join('\n');
    const { context: _folder, ...settings } = build;
    return { ...build, hash: context.digest(`${canonicalJson(settings)}\n${contents}`) };
  } catch (error) {
    return refuse(position, 'BuildContextUnreadable', `build context ${shown}: ${wordsOf(context, error)}`);
  }
}

function folderWords({ code, message }: { readonly code: string; readonly message: string }): string {
  return code === 'FileMissing' ? 'is not there' : message.replace('file ', '');
}

/** As it is sent: its name, its rights, its content. Times are not among what makes an image. */
function lineOf(context: ResolveContext, entry: ContextEntry): string {
  const head = `${entry.name}\0${entry.kind}\0${entry.mode.toString(8)}`;
  switch (entry.kind) {
    case 'folder':
      return head;
    case 'link':
      return `${head}\0${entry.target}`;
    case 'text':
      return `${head}\0${context.digest(entry.text)}`;
    case 'file':
      return `${head}\0${digestOf(context, entry.path, entry.size)}`;
  }
}

function digestOf(context: ResolveContext, path: string, size: number): string {
  const known = context.digests.get(path);
  if (known !== undefined) return known;
  const digest = context.digest(size > pieceBytes ? hashInPieces(path) : readFileSync(path));
  context.digests.set(path, digest);
  return digest;
}

function hashInPieces(path: string): string {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(pieceBytes);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece))
      hash.update(piece.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

/** A folder that holds the manifests holds what others write too: there only the files that are sent count. */
function watch(
  context: ResolveContext,
  build: Pick<Build, 'context' | 'dockerfile' | 'dockerfileInline'>,
  found: { readonly entries: readonly ContextEntry[]; readonly ignoreFile?: string },
  baseDir: string,
): void {
  if (found.ignoreFile !== undefined) context.files.add(found.ignoreFile);
  const files = found.entries.flatMap((e) => (e.kind === 'file' ? [e] : []));
  const holdsManifests = !relative(build.context, baseDir).startsWith('..');
  if (files.length > mostWatched) {
    const dockerfile = files.find((f) => f.name === build.dockerfile);
    if (dockerfile !== undefined) context.files.add(dockerfile.path);
  } else if (holdsManifests) {
    for (const { path } of files) context.files.add(path);
  } else context.files.add(build.context);
  const dockerfile = resolve(build.context, build.dockerfile);
  if (build.dockerfileInline === undefined && relative(build.context, dockerfile).startsWith('..')) {
    context.files.add(dockerfile);
  }
}

function warnIfLarge(
  context: ResolveContext,
  position: Position,
  shown: string,
  entries: readonly ContextEntry[],
): void {
  const bytes = entries.reduce((sum, e) => sum + (e.kind === 'file' ? e.size : 0), 0);
  if (bytes <= largeBytes) return;
  const message = `build context ${shown} has ${Math.round(bytes / 1024 / 1024)} MiB, all read at each load`;
  reportWarning(
    context,
    position,
    'BuildContextLarge',
    message,
    'name in .dockerignore what the image does not need',
  );
}

function wordsOf(context: ResolveContext, error: unknown): string {
  if (error instanceof RangeError) return `.dockerignore: ${error.message}`;
  if (!(error instanceof Error) || !('code' in error)) return String(error);
  const path = 'path' in error && typeof error.path === 'string' ? context.display(error.path) : 'a file';
  if (error.code === 'ENOENT') return `${path} is not there`;
  return `${path} cannot be read (${String(error.code)})`;
}
