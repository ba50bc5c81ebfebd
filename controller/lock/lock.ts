// Never do two act on one platform of one engine, whatever their state folders, containers or machines. First the
// machine's lock file, which is free the moment its holder dies; then the marker on the engine, which all can see.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { exitStatus, ReeveError } from '../errors.ts';
import { makePrivateDir, runtimeDir } from '../runtime-dir.ts';
import { type Holder, identifyProcess } from './holder.ts';
import { readHolder, takeLockFile } from './lock-file.ts';
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
  const { engine, engineKey, platform, holder } = request;
  const path = lockPath(request.locksDir ?? defaultLocksDir(), engineKey, platform);
  const file = takeLockFile(path, holder);
  if (file === undefined) throw refusal(platform, readHolder(path), 'alive');
  let taken: Taken;
  try {
    const claim = { platform, holder, identity: identifyProcess(holder.pid), force: request.force ?? false };
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

function refusal(platform: string, by: Holder | undefined, liveness: 'alive' | 'unknown'): ReeveError {
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
