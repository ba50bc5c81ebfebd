// The lock of a platform for this process, with who it is and where its state lies.

import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { ConnectedEngine } from './docker/connect.ts';
import { acquireLock, type Lock } from './lock/lock.ts';
import { waitFor } from './wait-for.ts';

export interface LockOptions {
  /** `root@host (apply)`. */
  readonly by: string;
  readonly forceUnlock?: boolean;
  /** Waits for an engine that is away, until this aborts; absent: gives up. */
  readonly tolerant?: AbortSignal;
  readonly logger: Logger;
}

/** Resolves when the platform is this process's; throws with exit status 75 if it is another's. */
export async function takeLock(
  engine: ConnectedEngine,
  platform: string,
  dir: string,
  options: LockOptions,
): Promise<Lock> {
  return acquireLock({
    engine: engine.locks,
    engineKey: engine.key,
    platform,
    holder: { host: hostname(), pid: process.pid, command: options.by, stateDir: dir, since: Date.now() },
    ...(options.forceUnlock === undefined ? {} : { force: options.forceUnlock }),
    ...(options.tolerant === undefined ? {} : { wait: waitFor(options.tolerant, options.logger) }),
  });
}
