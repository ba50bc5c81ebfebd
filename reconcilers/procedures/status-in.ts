// The status of one resource in a look: by key, for procedures of hundreds ask for each of theirs.

import type { Ref } from '../../desired-state/resource.ts';
import type { ResourceStatus } from '../condition.ts';

/** A look's statuses are never changed, so each list is indexed once. */
const indexes = new WeakMap<readonly ResourceStatus[], ReadonlyMap<Ref, ResourceStatus>>();

/** undefined: it is neither declared nor there. */
export function statusIn(statuses: readonly ResourceStatus[], ref: Ref): ResourceStatus | undefined {
  let index = indexes.get(statuses);
  if (index === undefined) {
    index = new Map(statuses.map((status) => [status.ref, status]));
    indexes.set(statuses, index);
  }
  return index.get(ref);
}
