// Unix sockets whose folder may have a long path: the kernel takes 107 bytes, a state folder may be deeper. Linux only, where
// a path through an open folder's descriptor is short and means the same.

import { closeSync, constants, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';

const longestPath = 107;

export interface SocketPath {
  /** What to bind or connect to. */
  readonly path: string;
  /** Closes the folder; call when bound or connected. */
  release(): void;
}

/** The path itself, or a short name for the same place. */
export function reachableSocket(path: string): SocketPath {
  if (Buffer.byteLength(path) <= longestPath) return { path, release: () => undefined };
  const folder = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${folder}/${basename(path)}`, release: () => closeSync(folder) };
}
