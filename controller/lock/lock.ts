// Never do two act on one platform of one engine, whatever their state folders, containers or machines. First the
// machine's lock file, which is free the moment its holder dies; then the marker on the engine, which all can see.
// Controllers of one store that has a lease share the marker, and have no file: which of them acts is the lease's to say.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { exitStatus, ReeveError } from '../errors.ts';
import { makePrivateDir, runtimeDir } from '../runtime-dir.ts';
import { type Holder, identifyProcess } from './holder.ts';
import { type LockFile, readHolder, takeLockFile } from './lock-file.ts';
import { type Taken, takeMarker } from './marker.ts';
import type { LockEngine } from './port.ts';

export interface LockRequest {
  readonly engine: LockEngine;
  /** EngineInfo.key: the same engine, the same key. */
  readonly engineKey: string;
  readonly platform: string;
  readonly holder: Holder;
  /** Absent: where all processes of this user meet. */
  readonly locksDir?: string;
  /** `--force-unlock`: take it from a holder of whom it cannot be told from here whether it lives. */
  readonly force?: boolean;
  /** The store whose lease the holder has; its other controllers are let in too. */
  readonly store?: string;
  /** Called each time the engine cannot be asked, with the machine's lock kept meanwhile; resolves: ask again. Absent: give up. */
  readonly wait?: (error: Error) => Promise<void>;
}

export interface Lock {
  /** Still ours? Makes a marker that somebody pruned anew; false: another took it by force, so stop acting. */
  check(): Promise<boolean>;
  /** Frees it for the next at once. A marker that cannot be reached is left, and taken over as a dead holder's. */
  release(): Promise<void>;
}

/** Resolves when the platform is ours; throws with exit status 75, naming the holder, if it is another's. */
export async function acquireLock(request: LockRequest): Promise<Lock> {
  const { engine, platform, holder, store } = request;
  const file = store === undefined ? takeFile(request) : noFile;
  let taken: Taken;
  try {
    const claim = {
      platform,
      holder,
      identity: identifyProcess(holder.pid),
      force: request.force ?? false,
      ...(store === undefined ? {} : { store }),
    };
    taken = await patiently(() => takeMarker(engine, claim), request.wait);
  } catch (error) {
    file.release();
    throw error;
  }
  if ('heldBy' in taken) {
    file.release();
    throw refusal(platform, taken.heldBy, taken.liveness);
  }
  const { marker } = taken;
  return {
    check: () => marker.check(),
    release: async () => {
      try {
        await marker.release();
      } catch (error) {
        if (!(error instanceof ReeveError && error.retryable)) throw error;
      } finally {
        file.release();
      }
    },
  };
}

const noFile: LockFile = { release: () => undefined };

function takeFile({ engineKey, platform, holder, locksDir }: LockRequest): LockFile {
  const path = lockPath(locksDir ?? defaultLocksDir(), engineKey, platform);
  const file = takeLockFile(path, holder);
  if (file === undefined) throw refusal(platform, readHolder(path), 'alive');
  return file;
}

/** The state folder for this process alone, where no lock of the platform sees to it. Throws with exit status 75. */
export function takeFolder(dir: string, holder: Holder): LockFile {
  const file = takeLockFile(lockPath(defaultLocksDir(), 'state folder', dir), holder);
  if (file !== undefined) return file;
  const by = readHolder(lockPath(defaultLocksDir(), 'state folder', dir));
  const who = by === undefined ? 'another controller' : `${by.command} (pid ${by.pid})`;
  throw new ReeveError(`the state folder ${dir} is in use by ${who}`, {
    status: exitStatus.held,
    hint: 'one that stands by on the same machine needs a folder of its own: --state, with a copy of the file key in it',
  });
}

/** Who acts on the platform now, as far as this machine's lock tells; takes nothing. */
export function holderNow(engineKey: string, platform: string): Holder | undefined {
  const uid = process.getuid?.() ?? 0;
  return readHolder(lockPath(locksDirOf(runtimeDir({ env: process.env, uid })), engineKey, platform));
}

async function patiently<T>(work: () => Promise<T>, wait: LockRequest['wait']): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (wait === undefined || !(error instanceof ReeveError && error.retryable)) throw error;
      await wait(error);
    }
  }
}

function defaultLocksDir(): string {
  const uid = process.getuid?.() ?? 0;
  const parent = runtimeDir({ env: process.env, uid });
  makePrivateDir(parent, uid);
  const dir = locksDirOf(parent);
  makePrivateDir(dir, uid);
  return dir;
}

function locksDirOf(runtime: string): string {
  return join(runtime, 'locks');
}

function lockPath(dir: string, engineKey: string, platform: string): string {
  const name = createHash('sha256').update(`${engineKey}\n${platform}`).digest('hex').slice(0, 24);
  return join(dir, `${name}.lock`);
}

function refusal(
  platform: string,
  by: (Holder & { readonly store?: string }) | undefined,
  liveness: 'alive' | 'unknown',
): ReeveError {
  if (by?.store !== undefined) {
    return new ReeveError(
      `platform ${platform} is kept on this engine by controllers with another store, in Postgres (one of them: ${by.command}, pid ${by.pid} on ${by.host}, state in ${by.stateDir})`,
      {
        status: exitStatus.held,
        hint: 'name that store with --store or REEVE_STORE; or stop all of them, and if the lock is then still there, use reeve run --force-unlock',
      },
    );
  }
  const who =
    by === undefined
      ? 'another reeve process, which is just starting'
      : `${by.command} (pid ${by.pid} on ${by.host}, since ${new Date(by.since).toISOString()}, state in ${by.stateDir})`;
  const hint =
    liveness === 'alive'
      ? 'ask that controller (the same command with its state folder: --state), or stop it first'
      : 'it cannot be told from here whether it still runs: see there; if it is surely gone, use --force-unlock';
  return new ReeveError(`platform ${platform} is held by ${who}`, { status: exitStatus.held, hint });
}
