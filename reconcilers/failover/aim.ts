// What passes aim at while a standby stands in: the revision with the alias at the standby and away from the first, and with
// what depends on the first depending on the standby. The loop moves it as it connects anything: by looking first. So a
// moved alias is what is wanted and no drift, and giving it back is aiming at the revision as it is declared.

import { isWorkload, type Ref, type Resource, refOf, type Workload } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import type { Facts } from '../facts.ts';
import { isMoved, type Role, rolesOf } from './roles.ts';

/** The same object where nobody stands in for anybody. */
export function withFailovers(revision: Revision, facts: Facts): Revision {
  if (Object.keys(facts.failovers).length === 0) return revision;
  const roles = rolesOf(revision.resources, facts);
  const moved = new Map([...roles].filter(([, role]) => isMoved(role)));
  if (moved.size === 0) return revision;
  return { ...revision, resources: revision.resources.map((r) => (isWorkload(r) ? aimed(r, moved) : r)) };
}

function aimed(workload: Workload, moved: ReadonlyMap<Ref, Role>): Resource {
  const role = moved.get(refOf(workload));
  const named = role === undefined ? workload : withAlias(workload, role);
  const isFirsts = (on: Ref): boolean => moved.get(on)?.part === 'first';
  if (!named.dependsOn.some(({ on }) => isFirsts(on))) return named;
  const dependsOn = named.dependsOn.flatMap((dependency) => {
    const other = isFirsts(dependency.on) ? moved.get(dependency.on)?.other : undefined;
    if (other === undefined) return [dependency];
    if (named.dependsOn.some(({ on }) => on === other)) return [];
    // The standby is younger than what it serves: nothing is to be restarted for that.
    const { restart: _, ...rest } = dependency;
    return [{ ...rest, on: other }];
  });
  return { ...named, dependsOn };
}

function withAlias(workload: Workload, { part, alias, network }: Role): Workload {
  const { networks } = workload.container;
  const own = networks[network];
  if (own === undefined) return workload;
  const others = (own.aliases ?? []).filter((name) => name !== alias);
  const aliases = part === 'standby' ? [...others, alias] : others;
  const container = { ...workload.container, networks: { ...networks, [network]: { ...own, aliases } } };
  return { ...workload, container };
}
