// What containers were last brought to, where that is neither the revision wanted nor the one before it: a revision that
// came in by halves leaves containers of an older one, and only that one tells which fields were taken away since.

import { isWorkload, type Ref, type Resource, refOf, type Workload } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import { lastSpecOf } from './brought-to.ts';
import type { Facts } from './facts.ts';
import type { ObservedState } from './observed.ts';
import { specHash } from './spec-hash.ts';
import { identityOf, resourcesByRef } from './world.ts';

/** Workloads by their spec hash. */
export type EarlierSpecs = ReadonlyMap<string, Workload>;

/** Hash → ref of the specs that containers have and that neither of these revisions does. */
export function unknownSpecs(
  revision: Revision,
  previous: Revision | undefined,
  { containers }: ObservedState,
  facts: Facts,
): ReadonlyMap<string, Ref> {
  const unknown = new Map<string, Ref>();
  const declared = resourcesByRef(revision);
  const before = previous && resourcesByRef(previous);
  const isOf = (resource: Resource | undefined, hash: string): boolean =>
    resource !== undefined && isWorkload(resource) && specHash(resource) === hash;
  for (const container of containers) {
    const ref = identityOf(container, revision.platform);
    const hash = lastSpecOf(container, facts);
    if (ref === undefined || hash === undefined || !declared.has(ref)) continue;
    if (!isOf(declared.get(ref), hash) && !isOf(before?.get(ref), hash)) unknown.set(hash, ref);
  }
  return unknown;
}

/** Those of them that one of these revisions declares. */
export function specsAmong(
  unknown: ReadonlyMap<string, Ref>,
  revisions: readonly Revision[],
): [string, Workload][] {
  const refs = new Set(unknown.values());
  return revisions.flatMap(({ resources }) =>
    resources
      .filter(isWorkload)
      .filter((w) => refs.has(refOf(w)) && unknown.has(specHash(w)))
      .map((w): [string, Workload] => [specHash(w), w]),
  );
}
