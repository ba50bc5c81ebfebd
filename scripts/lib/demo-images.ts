// The demo's images, each a recipe: Debian's programs with their libraries, or our Node with the example's programs.
// An image is made again only when its inputs changed; its label tells. Run as a program, makes what is missing.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { debianTree } from './debian.ts';
import { engineSocket } from './docker-api.ts';
import { ensureImage, type ImageEntry } from './import-image.ts';
import { packageClosure, projectNode, repository } from './node-modules.ts';
import { baseEntries, folderOf, librariesOf, programsOf } from './rootfs.ts';

const example = join(repository, 'examples/platform');
const debianPackages = [
  'busybox-static',
  'postgresql-15',
  'redis-server',
  'nginx',
  'prometheus',
  'libstdc++6',
];

export interface DemoImage {
  readonly tag: string;
  /** What else than this recipe decides the content: our own files, package versions. */
  readonly inputs: () => readonly string[];
  readonly entries: (tree: string) => Promise<readonly ImageEntry[]>;
  readonly changes: readonly string[];
}

const path = 'ENV PATH=/usr/local/bin:/usr/lib/postgresql/15/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export const postgres: DemoImage = {
  tag: 'reeve-demo/postgres:15',
  inputs: () => [readFileSync(join(example, 'images/postgres.sh'), 'utf8')],
  entries: async (tree) => {
    const bin = 'usr/lib/postgresql/15/bin';
    const programs = ['postgres', 'initdb', 'pg_isready', 'psql', 'pg_dump', 'pg_restore'];
    const parts = await folderOf(join(tree, 'usr/lib/postgresql/15/lib'), 'usr/lib/postgresql/15/lib');
    return [
      ...(await baseEntries(tree, { postgres: 999 })),
      ...(await programsOf(
        tree,
        programs.map((name) => `${bin}/${name}`),
      )),
      // The just-in-time compiler's part would need all of LLVM; bitcode is only for it.
      ...parts.filter((part) => !/llvmjit|\/bitcode\//.test(part.path)),
      ...(await folderOf(join(tree, 'usr/share/postgresql/15'), 'usr/share/postgresql/15')),
      ...(await folderOf(join(tree, 'usr/share/zoneinfo'), 'usr/share/zoneinfo')),
      ...(await folderOf(join(tree, 'usr/lib/locale/C.utf8'), 'usr/lib/locale/C.utf8')),
      { path: 'usr/local/bin/entrypoint', copy: join(example, 'images/postgres.sh'), mode: 0o755 },
    ];
  },
  changes: [
    path,
    'ENV PGDATA=/var/lib/postgresql/data LANG=C.UTF-8',
    'ENTRYPOINT ["entrypoint"]',
    'CMD ["postgres"]',
    'EXPOSE 5432',
  ],
};

export const redis: DemoImage = {
  tag: 'reeve-demo/redis:7',
  inputs: () => [],
  entries: async (tree) => [
    ...(await baseEntries(tree, { redis: 999 })),
    // Debian's redis-server is a link to the program that is server and checker in one.
    ...(await programsOf(tree, ['usr/bin/redis-check-rdb', 'usr/bin/redis-cli'])),
    { path: 'usr/bin/redis-server', link: 'redis-check-rdb' },
    { path: 'data', directory: true, uid: 999 },
  ],
  changes: [path, 'USER redis', 'WORKDIR /data', 'CMD ["redis-server"]', 'EXPOSE 6379'],
};

export const nginx: DemoImage = {
  tag: 'reeve-demo/nginx:1.22',
  inputs: () => [],
  entries: async (tree) => [
    ...(await baseEntries(tree)),
    ...(await programsOf(tree, ['usr/sbin/nginx'])),
    ...['var/lib/nginx', 'var/log/nginx', 'usr/share/nginx'].map((path) => ({ path, directory: true })),
  ],
  changes: [path, 'CMD ["nginx", "-g", "daemon off;"]', 'EXPOSE 80'],
};

export const prometheus: DemoImage = {
  tag: 'reeve-demo/prometheus:2.42',
  inputs: () => [],
  entries: async (tree) => [
    ...(await baseEntries(tree)),
    ...(await programsOf(tree, ['usr/bin/prometheus'])),
    { path: 'bin/prometheus', link: '/usr/bin/prometheus' },
    { path: 'prometheus', directory: true, uid: 65534 },
  ],
  changes: [path, 'USER nobody', 'WORKDIR /prometheus', 'ENTRYPOINT ["/bin/prometheus"]', 'EXPOSE 9090'],
};

/** Node with programs of ours and the packages that they import. */
function nodeImage(tag: string, programs: readonly string[], packages: readonly string[]): DemoImage {
  const source = (name: string): string => join(example, 'programs', name);
  return {
    tag,
    inputs: () => [
      process.version,
      ...programs.map((name) => readFileSync(source(name), 'utf8')),
      ...[...packageClosure(packages)].map(([name, version]) => `${name}@${version}`),
    ],
    entries: async (tree) => {
      const node = projectNode();
      const modules = [...packageClosure(packages).keys()];
      return [
        ...(await baseEntries(tree, { node: 1000 })),
        ...(await librariesOf(tree, [node])),
        { path: 'usr/local/bin/node', copy: node, mode: 0o755 },
        ...programs.map((name) => ({ path: `app/${name}`, copy: source(name) })),
        ...(
          await Promise.all(
            modules.map((name) =>
              folderOf(join(repository, 'node_modules', name), `app/node_modules/${name}`),
            ),
          )
        ).flat(),
      ];
    },
    changes: [path, 'WORKDIR /app', 'USER node', `CMD ${JSON.stringify(['node', programs[0]])}`],
  };
}

export const demoImages: readonly DemoImage[] = [
  postgres,
  redis,
  nginx,
  prometheus,
  nodeImage('reeve-demo/agent:1', ['agent.mjs'], ['pg', 'ioredis']),
  nodeImage(
    'reeve-demo/services:1',
    ['api.mjs', 'worker.mjs', 'migrate.mjs', 'links.mjs'],
    ['pg', 'ioredis'],
  ),
  nodeImage('reeve-demo/model-server:1', ['model-server.mjs', 'models.mjs'], []),
];

const recipeFiles = ['demo-images.ts', 'debian.ts', 'import-image.ts', 'node-modules.ts', 'rootfs.ts'];

/** Content address: the code that makes images, and the image's own inputs. */
function inputsOf(image: DemoImage): string {
  const hash = createHash('sha256').update(process.arch).update(image.tag);
  for (const file of recipeFiles) hash.update(readFileSync(join(import.meta.dirname, file)));
  for (const input of image.inputs()) hash.update(`\0${input}`);
  return hash.digest('hex').slice(0, 16);
}

/** Makes what is missing or out of date, from a tree of Debian packages that is fetched only if it is needed. */
export async function makeImages(
  images: readonly DemoImage[],
  tree: () => Promise<string> = () => debianTree(debianPackages),
): Promise<void> {
  const socket = engineSocket();
  for (const image of images) {
    const started = Date.now();
    const made = await ensureImage(socket, image.tag, inputsOf(image), async () => ({
      entries: await image.entries(await tree()),
      changes: image.changes,
    }));
    if (made) console.log(`${image.tag} made in ${((Date.now() - started) / 1000).toFixed(1)} s`);
  }
}

if (import.meta.main) await makeImages(demoImages);
