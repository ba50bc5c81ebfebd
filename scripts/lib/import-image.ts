// Makes images without a registry: a tar of files written here, given to the engine's import call.

import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { askEngine, callEngine } from './docker-api.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** One file of an image. `copy` is a path on this machine; owner is root unless said. */
export interface ImageEntry {
  readonly path: string;
  readonly copy?: string;
  readonly text?: string;
  readonly content?: Buffer;
  readonly link?: string;
  readonly directory?: boolean;
  readonly mode?: number;
  readonly uid?: number;
}

export interface ImageRecipe {
  readonly tag: string;
  readonly entries: readonly ImageEntry[];
  /** Dockerfile instructions that import understands: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME, WORKDIR … */
  readonly changes: readonly string[];
}

/** The label under which an image remembers what it was made of. */
const inputsLabel = 'reeve.image-inputs';

/** Imports the image under its tag and returns its id. */
export async function importImage(socket: string, recipe: ImageRecipe): Promise<string> {
  const query = new URLSearchParams({ fromSrc: '-', ...splitTag(recipe.tag) });
  for (const change of recipe.changes) query.append('changes', change);
  const answer = await askEngine(socket, 'POST', `/images/create?${query}`, imageTar(recipe.entries));
  const last = answer.body.trim().split('\n').at(-1) ?? '{}';
  const { status, error } = JSON.parse(last) as { status?: string; error?: string };
  if (error !== undefined || status === undefined)
    throw new Error(`importing ${recipe.tag}: ${error ?? last}`);
  return status;
}

/**
 * Imports only when the tag is missing or was made of other inputs; says whether it did. Of several processes that find
 * it missing one makes it: the later one's would move the tag to another id under those who run the first.
 */
export async function ensureImage(
  socket: string,
  tag: string,
  inputs: string,
  recipe: () => Promise<Omit<ImageRecipe, 'tag'>>,
): Promise<boolean> {
  if ((await imageInputs(socket, tag)) === inputs) return false;
  return oneAtATime(`image ${tag} on ${socket}`, async () => {
    if ((await imageInputs(socket, tag)) === inputs) return false;
    const { entries, changes } = await recipe();
    await importImage(socket, { tag, entries, changes: [...changes, `LABEL ${inputsLabel}=${inputs}`] });
    return true;
  });
}

/** What the image under the tag was made of; undefined: there is no such image, or it is not one of ours. */
async function imageInputs(socket: string, tag: string): Promise<string | undefined> {
  const { status, body } = await callEngine(socket, 'GET', `/images/${encodeURIComponent(tag)}/json`);
  if (status !== 200) return undefined;
  const { Config } = JSON.parse(body) as { Config?: { Labels?: Record<string, string> | null } };
  return Config?.Labels?.[inputsLabel];
}

function splitTag(tag: string): { repo: string; tag: string } {
  const at = tag.lastIndexOf(':');
  return { repo: tag.slice(0, at), tag: tag.slice(at + 1) };
}

/** Entries in the order given; parents are made by the engine when missing. Equal entries give equal bytes. */
export function imageTar(entries: readonly ImageEntry[]): Readable {
  const tar = pack();
  const fill = async (): Promise<void> => {
    for (const entry of entries) await addEntry(tar, entry);
    tar.finalize();
  };
  fill().catch((error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))));
  return Readable.from(tar);
}

async function addEntry(tar: ReturnType<typeof pack>, entry: ImageEntry): Promise<void> {
  const uid = entry.uid ?? 0;
  const common = { name: entry.path.replace(/^\//, ''), uid, gid: uid, mtime: new Date(0) };
  if (entry.link !== undefined) {
    tar.entry({ ...common, type: 'symlink', linkname: entry.link, mode: 0o777 });
  } else if (entry.directory === true) {
    tar.entry({ ...common, type: 'directory', mode: entry.mode ?? 0o755 });
  } else {
    const content =
      entry.copy === undefined
        ? (entry.content ?? Buffer.from(entry.text ?? ''))
        : await readFile(entry.copy);
    await new Promise<void>((resolve, reject) => {
      tar.entry({ ...common, mode: entry.mode ?? 0o644 }, content, (error) =>
        error ? reject(error) : resolve(),
      );
    });
  }
}
