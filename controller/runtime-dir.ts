// The folder for what lives only as long as the machine is up: locks, sockets with short paths. Never in the state
// folder, because two state folders of one platform must meet here.

import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReeveError } from './errors.ts';

export interface UserContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid: number;
}

/** /run/reeve for root, else $XDG_RUNTIME_DIR/reeve, else a private folder of the user under the temporary one. */
export function runtimeDir({ env, uid }: UserContext): string {
  if (uid === 0) return '/run/reeve';
  return env['XDG_RUNTIME_DIR'] ? join(env['XDG_RUNTIME_DIR'], 'reeve') : join(tmpdir(), `reeve-${uid}`);
}

/** Makes a folder that only its owner may enter; refuses one that somebody else has put there. */
export function makePrivateDir(dir: string, uid: number): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const found = lstatSync(dir);
    if (found.isDirectory() && found.uid === uid) {
      if ((found.mode & 0o077) !== 0) chmodSync(dir, 0o700);
      return;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ReeveError(`the folder ${dir} cannot be made (${reason})`, {
      hint: 'make its parent folder writable for this user',
      cause: error,
    });
  }
  throw new ReeveError(`${dir} is not a folder of this user`, {
    hint: `see who made it (ls -ld ${dir}) and remove it`,
  });
}
