// Writes the docs that are generated: a page a command from its own help, the manifests from their schemas, Compose's
// rules from the cases that show them, a picture of each procedure from its machine.
// With --check it writes nothing and fails where a page is not what it would be.

import { globSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cliPages } from './lib/docs-cli.ts';
import { composePage } from './lib/docs-compose.ts';
import { manifestsPage } from './lib/docs-manifests.ts';
import { procedurePages } from './lib/docs-procedures.ts';

const docs = join(import.meta.dirname, '../docs');
/** Generated pages alone are there. */
const generated = '{reference/cli,procedures}/*';

const pages = new Map<string, string>([
  ...(await cliPages()).map(([name, text]) => [`reference/${name}`, text] as const),
  ['reference/manifests.md', manifestsPage()],
  ['reference/compose.md', composePage()],
  ...procedurePages().map(([name, text]) => [`procedures/${name}`, text] as const),
]);

if (process.argv.includes('--check')) await check();
else await write();

async function write(): Promise<void> {
  for (const name of extra()) await rm(join(docs, name));
  for (const [name, text] of pages) {
    const path = join(docs, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  console.log(`${pages.size} pages in docs`);
}

async function check(): Promise<void> {
  const stale: string[] = extra();
  for (const [name, text] of pages) {
    const found = await readFile(join(docs, name), 'utf8').catch(() => undefined);
    if (found !== text) stale.push(name);
  }
  if (stale.length === 0) return;
  console.error(`docs are stale: ${stale.sort().join(', ')}\nrun: node scripts/docs.ts`);
  process.exitCode = 1;
}

/** Pages of commands and procedures that are no more. */
function extra(): string[] {
  return globSync(generated, { cwd: docs }).filter((name) => !pages.has(name));
}
