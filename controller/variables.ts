// Which shell variables a load read, against what the last revision in force had read: said before anything is done.

import type { Revision } from '../desired-state/revision.ts';
import type { Store } from './store/store.ts';

/** Names of variables that have another value now than when the revision in force was loaded. */
export async function changedVariables(store: Store, revision: Revision): Promise<readonly string[]> {
  const before = (await store.inForce())?.revision.reads;
  if (before === undefined) return [];
  const was = new Map(before.map((read) => [read.name, read.digest]));
  return revision.reads
    .filter((read) => was.has(read.name) && was.get(read.name) !== read.digest)
    .map((read) => read.name);
}
