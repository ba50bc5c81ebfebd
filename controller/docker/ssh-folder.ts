// The private folder of a relay: its socket and ssh's. A process that was killed leaves its own behind; so the name says whose
// it is, and whoever makes the next one removes those of the dead.

import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ifThere } from '../if-there.ts';
import { identifyProcess, type ProcessIdentity, startTimeOf } from '../lock/holder.ts';

const prefix = 'reeve-ssh-';

/** In `parent`, for this user alone. */
export async function makeSshFolder(parent: string): Promise<string> {
  const me = identifyProcess(process.pid);
  // What cannot be removed is no reason not to begin.
  await removeStale(parent, me).catch(() => undefined);
  return mkdtemp(join(parent, sshFolderPrefix(me)));
}

/** A pid means something only in its namespace, and with its start. */
export function sshFolderPrefix({ pidNamespace, pid, startTime }: ProcessIdentity): string {
  return `${prefix}${pidNamespace.replace(/\D/g, '')}-${pid}-${startTime}-`;
}

async function removeStale(parent: string, me: ProcessIdentity): Promise<void> {
  const namespace = me.pidNamespace.replace(/\D/g, '');
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const [of, pid, startTime] = name.slice(prefix.length).split('-');
    // Of another namespace, or where there is no /proc: whether it lives cannot be told from here.
    if (namespace === '' || of !== namespace || !startTime) continue;
    if (startTimeOf(Number(pid)) === startTime) continue;
    const path = join(parent, name);
    const found = await ifThere(lstat(path));
    if (found?.isDirectory() !== true || found.uid !== process.getuid?.()) continue;
    await rm(path, { recursive: true, force: true });
  }
}
