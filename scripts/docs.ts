// Writes the reference that is generated: a page a command from its own help, the manifests from their schemas, Compose's
// rules from the cases that show them.
// With --check it writes nothing and fails where a page is not what it would be.

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cliPages } from './lib/docs-cli.ts';
import { composePage } from './lib/docs-compose.ts';
import { manifestsPage } from './lib/docs-manifests.ts';

const reference = join(import.meta.dirname, '../docs/reference');

const pages = new Map<string, string>([
  ...(await cliPages()),
  ['manifests.md', manifestsPage()],
  ['compose.md', composePage()],
]);

if (process.argv.includes('--check')) await check();
else await write();

async function write(): Promise<void> {
  for (const name of await extra()) await rm(join(reference, name));
  for (const [name, text] of pages) {
    const path = join(reference, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  console.log(`${pages.size} pages in docs/reference`);
}

async function check(): Promise<void> {
  const stale: string[] = await extra();
  for (const [name, text] of pages) {
    const found = await readFile(join(reference, name), 'utf8').catch(() => undefined);
    if (found !== text) stale.push(name);
  }
  if (stale.length === 0) return;
  console.error(`docs/reference is stale: ${stale.sort().join(', ')}\nrun: node scripts/docs.ts`);
  process.exitCode = 1;
}

/** Pages of commands that are no more. */
async function extra(): Promise<string[]> {
  const found = await readdir(join(reference, 'cli')).catch(() => []);
  return found.map((name) => `cli/${name}`).filter((name) => !pages.has(name));
}
