// The spec hash: a label that lets one list call show that a container was made from what is declared now.
// A shortcut, never a reason: where it differs, fields are compared.

import type { Workload } from '../desired-state/resource.ts';
import { contentHash } from '../desired-state/revision.ts';

/** Resources are immutable, so a hash is worked out once for each. */
const known = new WeakMap<Workload, string>();

/** Hash over what recreates or updates a container; not over positions, tiers or dependencies. */
export function specHash(workload: Workload): string {
  const before = known.get(workload);
  if (before !== undefined) return before;
  const copied = workload.files.flatMap((f) =>
    f.copyTo === undefined ? [] : [{ to: f.copyTo, digest: f.digest }],
  );
  const hash = contentHash({ container: workload.container, copied });
  known.set(workload, hash);
  return hash;
}
