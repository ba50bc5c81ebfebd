// Images that nothing else shares a layer with: to pull one is to download it.

import { randomBytes } from 'node:crypto';
import { debianTree } from '../../scripts/lib/debian.ts';
import { askEngine, engineSocket } from '../../scripts/lib/docker-api.ts';
import { importImage } from '../../scripts/lib/import-image.ts';
import { baseEntries } from '../../scripts/lib/rootfs.ts';

const untilTerm = 'trap "exit 0" TERM; while :; do sleep 1 & wait $!; done';

/** Makes `tag` on the machine's engine: busybox, and half a MiB that no other image has. */
export async function throwawayImage(tag: string): Promise<void> {
  const entries = await baseEntries(await debianTree(['busybox-static']));
  const unique = { path: 'unique', content: randomBytes(512 * 1024), mode: 0o644 };
  await importImage(engineSocket(), {
    tag,
    entries: [...entries, unique],
    changes: [`CMD ${JSON.stringify(['sh', '-c', untilTerm])}`],
  });
}

/** Takes names off the engine; an image goes with its last one. */
export async function untag(...names: readonly string[]): Promise<void> {
  for (const name of names)
    await askEngine(engineSocket(), 'DELETE', `/images/${name}?force=1`, undefined, [404, 409]);
}

/** Removes all images that have a name or a digest under this prefix (`127.0.0.1:5000/`, `PLATFORM-`). */
export async function removeImagesUnder(prefix: string): Promise<void> {
  const { body } = await askEngine(engineSocket(), 'GET', '/images/json');
  const images = JSON.parse(body) as {
    Id: string;
    RepoTags: string[] | null;
    RepoDigests: string[] | null;
  }[];
  for (const { Id, RepoTags, RepoDigests } of images) {
    const names = [...(RepoTags ?? []), ...(RepoDigests ?? [])];
    if (names.some((name) => name.startsWith(prefix))) await untag(Id);
  }
}
