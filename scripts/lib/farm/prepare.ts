// A platform made ready to run on this machine: its project folder laid out, its images made.

import { join } from 'node:path';
import { fullSize, type PlatformSize, writeLikePlatform } from './like-platform.ts';
import { makeFarm } from './make-images.ts';
import { changesOf, layOut, makeMountSources, writeManifest } from './project-folder.ts';
import { farmImages } from './stand-ins.ts';

export interface Prepared {
  /** Images that are the program itself, and images that stand in for one. */
  readonly real: number;
  readonly standIns: number;
}

/** `real` absent: files of like shape and of this size are made beside the project. Nothing is written into `real`. */
export async function prepare(
  real: string | undefined,
  folder: string,
  { name, size = fullSize }: { readonly name?: string; readonly size?: PlatformSize } = {},
): Promise<Prepared> {
  const files = real ?? join(folder, 'files');
  if (real === undefined) await writeLikePlatform(files, size);
  const projects = await layOut(files, folder);
  const made = await makeFarm(farmImages(projects));
  await writeManifest(folder, changesOf(folder), name);
  await makeMountSources(folder);
  await writeManifest(folder, [], name);
  return made;
}
