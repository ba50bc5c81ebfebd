// Finds which installed packages a program needs, so that an image gets those and no others.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export const repository = join(import.meta.dirname, '../..');
const modules = join(repository, 'node_modules');

interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** The packages and all that they depend on: folder under node_modules → version. */
export function packageClosure(names: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (name: string, from: string): void => {
    const folder = resolvePackage(name, from);
    const key = relative(modules, folder);
    if (found.has(key)) return;
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    found.set(key, manifest.version);
    for (const dependency of Object.keys(manifest.dependencies ?? {})) visit(dependency, folder);
  };
  for (const name of names) visit(name, repository);
  return found;
}

/** Where Node finds a package from a folder: the nearest node_modules upwards. */
function resolvePackage(name: string, from: string): string {
  for (let folder = from; folder.startsWith(repository); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
  }
  throw new Error(`package ${name} is not installed; run npm ci`);
}

/** The Node binary that the project's packages bring. */
export function projectNode(): string {
  const path = join(modules, `node-linux-${process.arch}`, 'bin/node');
  if (!existsSync(path)) throw new Error(`${path} is missing; run npm ci`);
  return path;
}
