// Where a path really leads: symbolic links followed as the engine follows them when it mounts. What is not there, and
// what may not be read, leads where it says: it may be there on the engine's machine.

import { readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ownFolders } from './policy/findings.ts';
import { judgedPaths } from './policy/host-paths.ts';
import type { Revision } from './revision.ts';

/** What the link at this path says; undefined: there is no link. */
export type LinkAt = (path: string) => string | undefined;

/** As Linux has it: a path through more leads nowhere. */
const mostLinks = 40;

export function linkOnDisk(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // No link, nothing at all, or not for us to read: no link to follow in any case.
    return undefined;
  }
}

/** `path` is absolute. Unlike the system's own, goes on where a link leads to what is not there. */
export function realPath(path: string, linkAt: LinkAt = linkOnDisk): string {
  const rest = partsOf(path);
  let links = 0;
  let reached = '/';
  for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '..') {
      reached = dirname(reached);
      continue;
    }
    const next = join(reached, part);
    const target = linkAt(next);
    if (target === undefined) {
      reached = next;
      continue;
    }
    links += 1;
    if (links > mostLinks) return path;
    rest.unshift(...partsOf(target));
    if (target.startsWith('/')) reached = '/';
  }
  return reached;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** Of all paths that the policy judges, those that lead elsewhere; nothing where none does. */
export function realPathsOf(
  revision: Pick<Revision, 'resources' | 'policy' | 'sources' | 'files' | 'lives'>,
  linkAt: LinkAt,
): Pick<Revision, 'realPaths'> {
  // Paths of one platform have most of their folders in common.
  const known = new Map<string, string | undefined>();
  const once: LinkAt = (path) => {
    if (!known.has(path)) known.set(path, linkAt(path));
    return known.get(path);
  };
  const { resources, policy } = revision;
  const paths = [...judgedPaths(resources), ...policy.allowedMounts, ...ownFolders(revision)];
  const found = [...new Set(paths)]
    .map((path) => [path, realPath(path, once)] as const)
    .filter(([path, real]) => path !== real);
  return found.length === 0 ? {} : { realPaths: Object.fromEntries(found) };
}
