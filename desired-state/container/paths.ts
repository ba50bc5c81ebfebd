// Host paths as Compose takes them: `~` is the home folder, a relative path starts at the manifest's folder.

import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import type { Scope } from './scope.ts';

export function hostPath(scope: Pick<Scope, 'baseDir' | 'lookup'>, path: string): string {
  if (path === '~' || path.startsWith('~/')) return join(scope.lookup('HOME') ?? homedir(), path.slice(1));
  return resolve(scope.baseDir, path);
}

export function isRelative(path: string): boolean {
  return !isAbsolute(path) && !path.startsWith('~');
}
