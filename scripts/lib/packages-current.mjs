// Exits 0 when node_modules holds what package-lock.json says. Runs on the machine's own Node (20 or newer);
// reads only npm's two lock files, because `npm ls` takes a second.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = process.argv[2] ?? '.';
const installedLock = join(root, 'node_modules/.package-lock.json');
if (!existsSync(installedLock)) process.exit(1);

const read = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
const installed = read(installedLock);
const stale = Object.entries(read(join(root, 'package-lock.json'))).filter(([path, wanted]) => {
  if (path === '') return false;
  const found = installed[path];
  // Optional packages of other platforms (another cpu, another libc) are never installed.
  if (found === undefined) return wanted.optional !== true;
  return found.version !== wanted.version || !existsSync(join(root, path, 'package.json'));
});
process.exit(stale.length === 0 ? 0 : 1);
