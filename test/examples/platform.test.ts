// The project folder of a platform of Compose files: laid out from real files where there are some, else from files of
// like shape; loaded as one platform, with nothing written beside the files. No engine is needed.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { load } from '../../desired-state/load.ts';
import type { Loaded } from '../../desired-state/load-types.ts';
import { isWorkload } from '../../desired-state/resource.ts';
import { fullSize, writeLikePlatform } from '../../scripts/lib/farm/like-platform.ts';
import { changesOf, layOut, makeMountSources, writeManifest } from '../../scripts/lib/farm/project-folder.ts';
import { farmImages } from '../../scripts/lib/farm/stand-ins.ts';
import { folderWith } from '../support/manifests.ts';
import { realFolder } from '../support/real-platform.ts';

async function loaded(folder: string): Promise<Loaded['revision']> {
  const result = await load({ paths: ['reeve.yaml'], cwd: folder, env: {}, digest: () => '' });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics, undefined, 1));
  return result.loaded.revision;
}

const tree = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true }).map(String).sort();

test('54 services and 69 agents of many files are one platform of 123', async () => {
  const folder = folderWith({});
  const real = realFolder();
  const files = real ?? join(folder, 'files');
  if (real === undefined) await writeLikePlatform(files, fullSize);
  const before = tree(files);

  const images = farmImages(await layOut(files, folder));
  await writeManifest(folder, []);
  await makeMountSources(folder);
  const { resources, warnings } = await loaded(folder);
  const workloads = resources.filter(isWorkload);
  expect(workloads).toHaveLength(123);
  expect(warnings.filter((w) => w.code === 'MountMissing')).toEqual([]);

  const made = new Set(images.map(({ tag }) => tag));
  expect(workloads.filter((w) => w.build !== undefined).length).toBeGreaterThan(20);
  const pulled = workloads.filter((w) => w.build === undefined).map((w) => w.container.image);
  expect([...new Set(pulled)].filter((image) => !made.has(image))).toEqual([]);

  await writeManifest(folder, changesOf(folder));
  const changed = await loaded(folder);
  expect(changed.resources.length).toBeGreaterThan(resources.length);
  expect(tree(files)).toEqual(before);
});

test('a platform that lacks services which are mended, and phases, is laid out without them', async () => {
  const text =
    'services: {web: {image: "nginx:1", container_name: w1}}\nnetworks: {sutazai-network: {external: true}}\n';
  const files = folderWith({ 'docker-compose.yml': text });
  const folder = folderWith({});
  await layOut(files, folder);
  await writeManifest(folder, changesOf(folder));
  expect(readFileSync(join(folder, 'mend.yaml'), 'utf8')).not.toContain('ollama');
  const { resources } = await loaded(folder);
  expect(resources.filter(isWorkload).map((w) => [w.name, w.container.image])).toEqual([
    ['web', 'reeve-farm/docker.io/library/nginx:1'],
  ]);
});

test('what mends a service of a file that is added later comes with that file', async () => {
  const files = folderWith({
    'docker-compose.yml': 'services: {web: {image: "nginx:1"}}\n',
    'docker-compose.infrastructure.yml':
      'services: {rabbitmq: {image: "rabbitmq:3-management", environment: {RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: theirs}}}\n',
  });
  const folder = folderWith({});
  await layOut(files, folder);
  await writeManifest(folder, []);
  expect((await loaded(folder)).resources.filter(isWorkload).map(({ name }) => name)).toEqual(['web']);
  await writeManifest(folder, ['infrastructure']);
  const { resources } = await loaded(folder);
  const rabbitmq = resources.filter(isWorkload).find(({ name }) => name === 'rabbitmq');
  expect(JSON.stringify(rabbitmq?.container.environment)).toContain('path_prefix');
});
