// The private folder of a relay: its socket and ssh's. A process that was killed leaves its own behind; so the name says whose
// it is, and whoever makes the next one removes those of the dead.

import { hash } from 'node:crypto';
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ifThere } from '../if-there.ts';
import { identifyProcess, type ProcessIdentity, startTimeOf } from '../lock/holder.ts';

/** With all that follows it short: ssh's socket in it may have no more than 107 bytes to its name. */
const prefix = 'reeve-ssh-';

/** In `parent`, for this user alone. */
export async function makeSshFolder(parent: string): Promise<string> {
  const me = identifyProcess(process.pid);
  // What cannot be removed is no reason not to begin.
  await removeStale(parent, me).catch(() => undefined);
  return mkdtemp(join(parent, sshFolderPrefix(me)));
}

export function sshFolderPrefix(identity: ProcessIdentity): string {
  const { pid, startTime } = identity;
  return `${prefix}${whereOf(identity)}-${pid.toString(36)}-${Number(startTime).toString(36)}-`;
}

/** A pid means something only in its namespace, of its machine. Empty where there is no /proc. */
function whereOf({ boot, pidNamespace }: ProcessIdentity): string {
  return pidNamespace === '' ? '' : hash('sha256', `${boot} ${pidNamespace}`).slice(0, 6);
}

async function removeStale(parent: string, me: ProcessIdentity): Promise<void> {
  const where = whereOf(me);
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const [of, pid, startTime] = name.slice(prefix.length).split('-');
    // Of another namespace, or where there is no /proc: whether it lives cannot be told from here.
    if (where === '' || of !== where || !pid || !startTime) continue;
    const startedAt = startTimeOf(Number.parseInt(pid, 36));
    if (startedAt !== undefined && Number(startedAt).toString(36) === startTime) continue;
    const path = join(parent, name);
    const found = await ifThere(lstat(path));
    if (found?.isDirectory() !== true || found.uid !== process.getuid?.()) continue;
    await rm(path, { recursive: true, force: true });
  }
}
