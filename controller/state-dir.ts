// Where a platform's state lives and what is in that folder: the store, the key of this installation, the socket.
// Knows paths and the key file only; the store itself is controller/store's.

import { createHash, createHmac, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { exitStatus, ReeveError } from './errors.ts';
import { makePrivateDir, runtimeDir, type UserContext } from './runtime-dir.ts';

export interface StateDir {
  readonly dir: string;
  readonly storePath: string;
  /** The controller's socket: in the folder, or elsewhere and short where the folder's path is too long for one. */
  readonly socketPath: string;
  /** HMAC-SHA256 hex under the installation's key. */
  readonly keyedDigest: (value: string | Uint8Array) => string;
}

const storeName = 'store.db';
/** Says where the store is that is not in the folder. */
export const noteName = 'store.json';
const keyName = 'key';
const keyBytes = 32;
/** sun_path has 108 bytes on Linux, the closing NUL among them. */
const longestSocketPath = 107;

/** `--state`, else $XDG_STATE_HOME/reeve/PLATFORM, else /var/lib/reeve/PLATFORM for root and ~/.local/state for others. */
export function stateDir(platform: string, user: UserContext & { readonly flag?: string }): string {
  if (user.flag !== undefined) return resolve(user.flag);
  // A name from `-p` was checked by no manifest, and must not lead out of the folder of all platforms.
  if (!/^\w[\w.-]*$/.test(platform)) {
    throw new ReeveError(`"${platform}" is no platform's name`, {
      status: exitStatus.usage,
      hint: 'a name has letters, digits, dots, dashes and underscores',
    });
  }
  return join(stateHome(user), platform);
}

/** Platforms that have a store, here or by a note, by name, for commands without files and without `-p`. */
export function listPlatforms(user: UserContext): readonly { platform: string; dir: string }[] {
  const home = stateHome(user);
  if (!existsSync(home)) return [];
  return readdirSync(home)
    .sort()
    .map((platform) => ({ platform, dir: join(home, platform) }))
    .filter(({ dir }) => [storeName, noteName].some((name) => existsSync(join(dir, name))));
}

/** Where things are in a state folder, without making anything. */
export function statePaths(
  dir: string,
  user: UserContext,
): Pick<StateDir, 'dir' | 'storePath' | 'socketPath'> {
  return { dir, storePath: join(dir, storeName), socketPath: socketPath(dir, user) };
}

/** Makes the folder (0700) where it is missing; the key is made, once and for ever, when a digest is first asked for. */
export function openStateDir(dir: string, user: UserContext): StateDir {
  const paths = statePaths(dir, user);
  inWords(dir, () => makeStateDir(dir));
  if (!paths.socketPath.startsWith(dir)) makePrivateDir(runtimeDir(user), user.uid);
  let key: Buffer | undefined;
  return {
    ...paths,
    keyedDigest: (value) => {
      key ??= inWords(dir, () => readOrMakeKey(join(dir, keyName)));
      return createHmac('sha256', key).update(value).digest('hex');
    },
  };
}

/** The file of the installation's key: in `flag` (--state), or beside all platforms' folders. */
export function keyPath(user: UserContext & { readonly flag?: string }): string {
  return join(user.flag === undefined ? stateHome(user) : resolve(user.flag), keyName);
}

export type Digest = (value: string | Uint8Array) => string;

/**
 * The digest of this installation, keyed by the file in `flag` (--state) or beside all platforms' folders. Where there is no
 * key and none is to be made, because nothing may be written, one that is good for this process only.
 */
export function installationDigest(
  user: UserContext & { readonly flag?: string },
  { makeKey }: { readonly makeKey: boolean },
): Digest {
  const path = keyPath(user);
  if (makeKey || existsSync(path)) return openStateDir(dirname(path), user).keyedDigest;
  return passingDigest();
}

/** Its key is thrown away: what it makes means nothing to anybody else. */
export function passingDigest(): Digest {
  const key = randomBytes(keyBytes);
  return (value) => createHmac('sha256', key).update(value).digest('hex');
}

/** Beside all platforms' folders; no platform's name begins with a dot. */
export function draftDir(user: UserContext, name: string): string {
  return join(stateHome(user), `.${name}`);
}

function stateHome({ env, uid }: UserContext): string {
  const home = env['XDG_STATE_HOME'];
  // The XDG specification: a relative path there is to be ignored.
  if (home?.startsWith('/')) return join(home, 'reeve');
  return uid === 0 ? '/var/lib/reeve' : join(env['HOME'] ?? homedir(), '.local/state/reeve');
}

/** A folder that a person uses for other things as well (`--state .`) keeps its mode. */
function makeStateDir(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const inside = readdirSync(dir);
  const ours = [keyName, storeName, noteName];
  if (inside.length === 0 || inside.some((name) => ours.includes(name))) chmodSync(dir, 0o700);
}

function socketPath(dir: string, user: UserContext): string {
  const inside = join(dir, 'control.sock');
  if (Buffer.byteLength(inside) <= longestSocketPath) return inside;
  const short = createHash('sha256').update(dir).digest('hex').slice(0, 16);
  return join(runtimeDir(user), `${short}.sock`);
}

function readOrMakeKey(path: string): Buffer {
  if (!existsSync(path)) makeKey(path);
  const key = readFileSync(path);
  if (key.length === keyBytes) return key;
  throw new ReeveError(`the key file ${path} is damaged: it has ${key.length} bytes, not ${keyBytes}`, {
    hint: 'restore it from a backup; or remove it, and containers whose environment holds a secret are recreated once',
  });
}

/** Linked into place whole: whoever comes second takes the first one's key, and a crash leaves none or all of it. */
function makeKey(path: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, randomBytes(keyBytes));
    fsyncSync(file);
    linkSync(draft, path);
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
  } finally {
    closeSync(file);
    rmSync(draft, { force: true });
  }
  syncDir(path);
}

function syncDir(path: string): void {
  const dir = openSync(dirname(path), 'r');
  try {
    fsyncSync(dir);
  } finally {
    closeSync(dir);
  }
}

function inWords<T>(dir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ReeveError) throw error;
    const isFile = isErrno(error, 'EEXIST') || isErrno(error, 'ENOTDIR');
    const reason = isFile
      ? 'there is a file in its place'
      : error instanceof Error
        ? error.message
        : String(error);
    const denied = isErrno(error, 'EACCES') || isErrno(error, 'EPERM');
    throw new ReeveError(`the state folder ${dir} cannot be used (${reason})`, {
      status: denied ? exitStatus.denied : exitStatus.failed,
      hint: isFile
        ? 'move that file away, or choose another folder with --state'
        : 'make it writable for this user, or choose another with --state',
      cause: error,
    });
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
