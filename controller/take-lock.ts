// The lock of a platform for this process, with who it is and where its state lies.

import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { ConnectedEngine } from './docker/connect.ts';
import type { Holder } from './lock/holder.ts';
import { acquireLock, type Lock } from './lock/lock.ts';
import { waitFor } from './wait-for.ts';

export interface LockOptions {
  /** `root@host (apply)`. */
  readonly by: string;
  readonly forceUnlock?: boolean;
  /** The store whose lease is held. */
  readonly store?: string;
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
    holder: holderHere(options.by, dir),
    ...(options.store === undefined ? {} : { store: options.store }),
    ...(options.forceUnlock === undefined ? {} : { force: options.forceUnlock }),
    ...(options.tolerant === undefined ? {} : { wait: waitFor(options.tolerant, options.logger) }),
  });
}

/** This process as others are told of it. */
export function holderHere(by: string, dir: string): Holder {
  return { host: hostname(), pid: process.pid, command: by, stateDir: dir, since: Date.now() };
}
