// Builds reeve into dist/: the same program in some dozens of files instead of 1,300, whose loading is most of what a command
// takes to start (docs/decisions/0007-speed.md). bin/reeve takes it where no source is newer; the Dockerfile ships it.

import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * These stay packages: native code (better-sqlite3), what is found by its path (dockerode's parts, controller/docker/dockerode.ts;
 * pino's threads), and what only a controller or a store in Postgres loads.
 */
const packages = ['better-sqlite3', 'dockerode', 'fastify', 'ioredis', 'pg', 'pino', 'pino-pretty', 'undici'];

/** A controller loads some of its parts when it first needs them: those of former builds stay this long. */
const keptForMs = 7 * 24 * 3600 * 1000;

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const begun = new Date();
const entry = 'main.js';

await mkdir(join(dist, 'controller'), { recursive: true });
const fresh = await mkdtemp(join(dist, '.build-'));
try {
  const bundle = await rolldown({
    input: { main: join(root, 'controller/main.ts') },
    platform: 'node',
    external: packages,
  });
  await bundle.write({ dir: fresh, format: 'esm', chunkFileNames: '[name]-[hash].js' });
  await bundle.close();
  const files = await readdir(fresh);
  // Commands may start meanwhile: the entry comes last. It is as new as what it was built from, not as this moment.
  await utimes(join(fresh, entry), begun, begun);
  for (const file of [...files.filter((name) => name !== entry), entry]) {
    await rename(join(fresh, file), join(dist, 'controller', file));
  }
  for (const file of await readdir(join(dist, 'controller'))) {
    const path = join(dist, 'controller', file);
    if (!files.includes(file) && begun.getTime() - (await stat(path)).mtimeMs > keptForMs) await rm(path);
  }
} finally {
  await rm(fresh, { recursive: true, force: true });
}
