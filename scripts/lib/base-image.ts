// A base image for the Dockerfile where no registry of images can be reached: the project's Node, npm with every
// package of the lock file in its cache, Debian's C libraries, git, ssh and a busybox shell. Prints its tag.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { cp, glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianTree } from './debian.ts';
import { engineSocket } from './docker-api.ts';
import { ensureImage, type ImageEntry } from './import-image.ts';
import { projectNode, repository } from './node-modules.ts';
import { baseEntries, folderOf, librariesOf } from './rootfs.ts';

const run = promisify(execFile);
const baseTag = 'reeve-base:24';
/** What brings a platform from a repository, and speaks to an engine elsewhere. */
const fetchers = ['usr/bin/git', 'usr/bin/ssh', 'usr/lib/git-core/git-remote-http'];
const lockFiles = ['package.json', 'package-lock.json', '.npmrc'];

/** npm as this machine has it. */
async function npmEntries(): Promise<readonly ImageEntry[]> {
  const { stdout } = await run('sh', ['-c', 'command -v npm']);
  const npm = realpathSync(stdout.trim()).replace(/\/bin\/npm-cli\.js$/, '');
  return [
    ...(await folderOf(npm, 'usr/local/lib/node_modules/npm')),
    { path: 'usr/local/bin/npm', link: '../lib/node_modules/npm/bin/npm-cli.js' },
    { path: 'usr/bin/env', link: '/bin/busybox' },
  ];
}

/** Fills a cache with what the Dockerfile's `npm ci` will ask for. */
async function cacheEntries(cache: string): Promise<readonly ImageEntry[]> {
  const project = await mkdtemp(join(tmpdir(), 'reeve-base-'));
  try {
    for (const file of lockFiles) await cp(join(repository, file), join(project, file));
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    const fill = () => run('npm', ['ci', ...flags, '--cache', cache], { cwd: project });
    // What a registry that failed once has sent is in the cache already.
    await fill().catch(fill);
  } finally {
    await rm(project, { recursive: true, force: true });
  }
  return folderOf(join(cache, '_cacache'), 'opt/npm-cache/_cacache');
}

/** What `npm run build` runs beside Node, made for this machine. */
async function bundlers(): Promise<string[]> {
  const found: string[] = [];
  const pattern = 'node_modules/@rolldown/binding-linux-*/*.node';
  for await (const path of glob(pattern, { cwd: repository })) found.push(join(repository, path));
  return found;
}

const inputs = createHash('sha256').update(process.version).update(process.arch);
for (const file of [import.meta.filename, ...lockFiles.map((name) => join(repository, name))]) {
  inputs.update(readFileSync(file));
}

await ensureImage(engineSocket(), baseTag, inputs.digest('hex').slice(0, 16), async () => {
  const tree = await debianTree(['busybox-static', 'libstdc++6', 'git', 'openssh-client']);
  const node = projectNode();
  const registry = (await run('npm', ['config', 'get', 'registry'])).stdout.trim();
  return {
    entries: [
      ...(await baseEntries(tree, { node: 1000 })),
      ...(await librariesOf(tree, [
        node,
        ...(await bundlers()),
        ...fetchers.map((path) => join(tree, path)),
      ])),
      { path: 'usr/local/bin/node', copy: node, mode: 0o755 },
      ...fetchers.map((path) => ({ path, copy: join(tree, path), mode: 0o755 })),
      { path: 'usr/bin/git-upload-pack', link: 'git' },
      { path: 'usr/lib/git-core/git-remote-https', link: 'git-remote-http' },
      ...(await npmEntries()),
      ...(await cacheEntries(join(repository, 'node_modules/.cache/npm'))),
    ],
    changes: [
      'ENV PATH=/usr/local/bin:/usr/bin:/bin HOME=/root',
      `ENV npm_config_cache=/opt/npm-cache npm_config_offline=true npm_config_registry=${registry}`,
      'CMD ["node"]',
    ],
  };
});
console.log(baseTag);
