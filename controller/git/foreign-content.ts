// What is in a file of the live tree, and no commit has put there: a program's own writing into a file that it has mounted, or
// somebody's. As with `git checkout` it is neither overwritten nor removed.

import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { ReeveError } from '../errors.ts';
import { ifThere } from '../if-there.ts';

/**
 * Throws where the file at `path` has another content than all of `known` (what the tree notes of a file: mode and object) and
 * is not the beginning of `next`, which a write that was cut off leaves. A link, a folder, or nothing is no content. Without
 * `next` the file goes.
 */
export async function mustBeOurs(
  path: string,
  known: readonly (string | undefined)[],
  next: (() => Promise<Buffer>) | undefined,
): Promise<void> {
  const found = await ifThere(lstat(path));
  if (found?.isFile() !== true) return;
  const content = await readFile(path);
  const objects = known.flatMap((laid) => laid?.split(' ')[1] ?? []);
  if (objects.some((object) => objectOf(content, object.length) === object)) return;
  if ((await next?.())?.subarray(0, content.length).equals(content) === true) return;
  const does = next === undefined ? 'removes' : 'has another one of';
  throw new ReeveError(
    `the commit ${does} a file that has content of its own, which no commit has: ${path}`,
    {
      hint: 'move it away, or take it into the repository as it is',
    },
  );
}

/** The name that git gives a content; of 64 digits where the repository is one of SHA-256. */
function objectOf(content: Buffer, digits: number): string {
  const hash = createHash(digits === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${content.length}\0`).update(content).digest('hex');
}
