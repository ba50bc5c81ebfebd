// Whether the engine's networks are ours too, so that a container's address can be reached.

import { readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The kernel's flag of a socket that listens; the far ends of our own connections carry its path, too. */
const listening = '00010000';

/**
 * The kernel lists Unix sockets by network namespace: one that listens in another (an engine's own namespace, or the
 * host's when we are in a container) is not in our list. Docker Desktop's engine is in a machine of its own behind a
 * socket here.
 */
export function isLocalSocket(socketPath: string, operatingSystem: string): boolean {
  if (/docker desktop/i.test(operatingSystem)) return false;
  try {
    const wanted = realPath(socketPath);
    return readFileSync('/proc/net/unix', 'utf8')
      .split('\n')
      .some((line) => {
        const columns = line.split(/\s+/);
        const path = columns.slice(7).join(' ');
        return columns[3] === listening && basename(path) === basename(wanted) && realPath(path) === wanted;
      });
  } catch {
    // No such list: not Linux, and then containers are in a virtual machine.
    return false;
  }
}

/** The folder's links are followed, not the socket's: it may be gone from the disk or be replaced. */
export function realPath(socketPath: string): string {
  try {
    return realpathSync(socketPath);
  } catch {
    try {
      return join(realpathSync(dirname(socketPath)), basename(socketPath));
    } catch {
      return socketPath;
    }
  }
}
