// Each commit's own copy: a folder that nobody changes once it is there. Kept while something may need it, and the newest few.

import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ifThere } from '../if-there.ts';
import type { Repository } from './repository.ts';

/** Besides those that are needed: going back and forth between a few commits fetches nothing. */
const keptCopies = 5;

/**
 * The folder of a commit; laid out where it is not there. Whole, or not there at all. `name` is the repository's: Compose
 * names a project for the folder that it is in, and this one is named as a clone would be.
 */
export async function copyOf(
  folder: string,
  name: string,
  repository: Repository,
  id: string,
): Promise<string> {
  const whole = join(folder, id);
  const copy = join(whole, name);
  if (existsSync(copy)) {
    const now = new Date();
    await utimes(whole, now, now);
    return copy;
  }
  const draft = join(folder, `.${id}`);
  await rm(draft, { recursive: true, force: true });
  const inside = join(draft, name);
  await mkdir(inside, { recursive: true, mode: 0o755 });
  const index = `${draft}.index`;
  await rm(index, { force: true });
  try {
    await repository.run(['--work-tree', inside, 'read-tree', '--reset', '-u', id], {
      GIT_INDEX_FILE: index,
    });
    await rename(draft, whole);
  } finally {
    await rm(index, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
  return copy;
}

/** Removes all but `needed` and the newest few. */
export async function pruneCopies(folder: string, needed: ReadonlySet<string>): Promise<void> {
  const names = (await ifThere(readdir(folder))) ?? [];
  const others = await Promise.all(
    names
      .filter((name) => !needed.has(name))
      .map(async (name) => ({ name, at: (await stat(join(folder, name))).mtimeMs })),
  );
  const old = others.sort((a, b) => b.at - a.at).slice(keptCopies);
  for (const { name } of old) await rm(join(folder, name), { recursive: true, force: true });
}
