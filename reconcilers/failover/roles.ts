// Who stands in for whom, and how far that has come: from what is declared and from the fact that a recovery stores. A
// failover that is under way goes on as it began, whatever the manifests say of it by now.

import { isWorkload, type Ref, type Resource, refOf, type Workload } from '../../desired-state/resource.ts';
import type { Facts, FailoverFact } from '../facts.ts';

/** One of a pair, as the rules see it. */
export interface Role {
  readonly part: 'first' | 'standby';
  /** The other of the two. */
  readonly other: Ref;
  readonly alias: string;
  /** As the manifest names it. */
  readonly network: string;
  /** Absent: the first does its own work. */
  readonly under?: FailoverFact;
  /** A standby that is to be made and not to run. */
  readonly rests: boolean;
}

const none: ReadonlyMap<Ref, Role> = new Map();

/** By ref, of both of each pair. */
export function rolesOf(resources: readonly Resource[], { failovers }: Facts): ReadonlyMap<Ref, Role> {
  const declared = resources.filter(
    (r): r is Workload => isWorkload(r) && (r.failover !== undefined || failovers[refOf(r)] !== undefined),
  );
  if (declared.length === 0) return none;
  const known = new Set(resources.filter(isWorkload).map(refOf));
  const roles = new Map<Ref, Role>();
  for (const workload of declared) {
    const first = refOf(workload);
    const fact = failovers[first];
    // Whose standby is gone does its own work again.
    const under = fact !== undefined && known.has(fact.to) ? fact : undefined;
    const pair = under ?? workload.failover;
    if (pair === undefined || !known.has(pair.to)) continue;
    const { to, alias, network } = pair;
    const shared = { alias, network, ...(under === undefined ? {} : { under }) };
    const rests = under === undefined && workload.failover?.standby === 'stopped';
    roles.set(first, { part: 'first', other: to, rests: false, ...shared });
    roles.set(to, { part: 'standby', other: first, rests, ...shared });
  }
  return roles;
}

/** A standby that is made, and not to run before it is needed. */
export function isResting({ role }: { readonly role?: Role }): boolean {
  return role?.rests === true;
}

/** The alias is to be the standby's now. */
export function isMoved({ under }: Role): boolean {
  return under?.phase === 'serving';
}
