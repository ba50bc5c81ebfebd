// Files put into a container before it starts: secrets and configs that are not mounted.

import { readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { SecretValues } from '../../../desired-state/load-types.ts';
import type { WatchedFile } from '../../../desired-state/resource.ts';
import { ReeveError } from '../../errors.ts';
import type { EngineClient } from '../client.ts';
import { shortId } from '../inspect.ts';
import type { Bounds } from './act.ts';

export interface FilesContext extends Bounds {
  readonly secrets: SecretValues;
}

/** Puts those with a `copyTo`; putting them again is harmless. */
export async function putFiles(
  client: EngineClient,
  container: string,
  files: readonly WatchedFile[],
  context: FilesContext,
): Promise<void> {
  const archive = await tarOf(files, context);
  if (archive === undefined) return;
  await client.done({
    method: 'PUT',
    path: `/containers/${encodeURIComponent(container)}/archive`,
    what: `put files into ${shortId(container)}`,
    query: { path: '/' },
    archive,
    signal: context.signal,
    timeoutMs: context.timeoutMs,
  });
}

/** undefined: there is nothing to copy. Folders on the way are made by the engine. */
async function tarOf(files: readonly WatchedFile[], context: FilesContext): Promise<Buffer | undefined> {
  const copied = files.flatMap((file) =>
    file.copyTo === undefined ? [] : [{ ...file, copyTo: file.copyTo }],
  );
  if (copied.length === 0) return undefined;
  const tar = pack();
  for (const file of copied) {
    const { content, mode } = await contentOf(file, context.secrets);
    const { uid = 0, gid = 0 } = file;
    const name = file.copyTo.replace(/^\/+/, '');
    tar.entry({ name, mode: file.mode ?? mode, uid, gid, mtime: new Date(0) }, content);
  }
  tar.finalize();
  return buffer(tar);
}

/** As Compose puts them: whoever the container runs as can read them. */
const defaultMode = 0o444;

async function contentOf(
  file: WatchedFile,
  secrets: SecretValues,
): Promise<{ content: Buffer; mode: number }> {
  if (file.secret !== undefined) {
    const value = secrets.get(file.secret);
    if (value === undefined) {
      throw new ReeveError(`the value of secret "${file.secret}" for ${file.copyTo} is not loaded`, {
        hint: 'load the manifests again: reeve apply',
      });
    }
    return { content: Buffer.from(value), mode: defaultMode };
  }
  try {
    const [content, { mode }] = await Promise.all([readFile(file.path), stat(file.path)]);
    return { content, mode: mode & 0o7777 };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ReeveError(`${file.path} cannot be read to be copied to ${file.copyTo}: ${why}`, { cause });
  }
}
