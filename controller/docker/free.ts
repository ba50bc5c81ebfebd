// What the engine keeps and nobody needs: images without a name that no container uses, and the build cache. Never a
// volume, never a container, never an image that has a name.

import type { EngineClient } from './client.ts';
import { isConflict, isMissing } from './errors.ts';

/** An entry of `GET /images/json`. */
interface RawListedImage {
  readonly Id: string;
}

/** The engine may have much to delete. */
const timeoutMs = 300_000;

/** Looks first, and leaves those of `keep`. Again after a lost answer it finds only what is left. */
export async function removeDanglingImages(
  client: EngineClient,
  keep: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const images = await client.json<RawListedImage[]>({
    method: 'GET',
    path: '/images/json',
    what: 'list images without a name',
    query: { filters: JSON.stringify({ dangling: ['true'] }) },
    signal,
  });
  for (const { Id } of images) {
    if (!keep.has(Id)) await removeImage(client, Id, signal);
  }
}

/** Not by force: the engine refuses what a container, running or not, is made from. */
async function removeImage(client: EngineClient, id: string, signal: AbortSignal): Promise<void> {
  try {
    await client.done({
      method: 'DELETE',
      path: `/images/${id}`,
      what: `remove image ${id}`,
      signal,
      timeoutMs,
    });
  } catch (error) {
    if (!isMissing(error) && !isConflict(error)) throw error;
  }
}

export async function pruneBuildCache(client: EngineClient, signal: AbortSignal): Promise<void> {
  await client.done({
    method: 'POST',
    path: '/build/prune',
    what: 'prune the build cache',
    signal,
    timeoutMs,
  });
}
