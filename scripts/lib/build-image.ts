// Builds the project's Dockerfile through the engine's build call (its own builder: BuildKit and a docker command are
// not needed): `build-image.ts BASE TAG`. Sends what .dockerignore lets through, which lists what goes in, not out.

import { readFileSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { askEngine, engineSocket } from './docker-api.ts';
import { type ImageEntry, imageTar } from './import-image.ts';
import { repository } from './node-modules.ts';
import { folderOf } from './rootfs.ts';

async function contextEntries(): Promise<readonly ImageEntry[]> {
  const lines = readFileSync(join(repository, '.dockerignore'), 'utf8').split('\n');
  const wanted = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  const parts = ['Dockerfile', ...wanted].map(async (path): Promise<readonly ImageEntry[]> => {
    const source = join(repository, path);
    const found = await lstat(source);
    return found.isDirectory() ? folderOf(source, path) : [{ path, copy: source, mode: found.mode & 0o777 }];
  });
  return (await Promise.all(parts)).flat();
}

interface BuildLine {
  readonly stream?: string;
  readonly error?: string;
}

async function build(base: string, tag: string): Promise<void> {
  const query = new URLSearchParams({
    t: tag,
    buildargs: JSON.stringify({ BASE: base }),
    forcerm: '1',
    version: '1',
  });
  const { body } = await askEngine(
    engineSocket(),
    'POST',
    `/build?${query}`,
    imageTar(await contextEntries()),
  );
  const lines = body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as BuildLine);
  const error = lines.find((line) => line.error !== undefined)?.error;
  if (error === undefined) return;
  process.stderr.write(lines.map((line) => line.stream ?? '').join(''));
  throw new Error(`building ${tag}: ${error}`);
}

const [base = '', tag = ''] = process.argv.slice(2);
await build(base, tag);
console.log(`${tag} built on ${base}`);
