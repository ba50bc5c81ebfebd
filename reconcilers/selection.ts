// `apply NAME…`: only these resources and what they depend on.

import { isWorkload, type Ref, type Resource } from '../desired-state/resource.ts';
import type { Notice } from './plan.ts';
import { dependenciesOf } from './world.ts';

export interface Selection {
  /** undefined: all. */
  readonly refs?: ReadonlySet<Ref>;
  readonly warnings: readonly Notice[];
}

/** The refs that names (`web`, `Service/web`) stand for, with what they need. */
export function select(
  platform: string,
  byRef: ReadonlyMap<Ref, Resource>,
  names: readonly string[],
): Selection {
  if (names.length === 0) return { warnings: [] };
  const refs = new Set<Ref>();
  const warnings: Notice[] = [];
  for (const name of names) {
    const found = [...byRef.keys()].filter((ref) => ref === name || ref.slice(ref.indexOf('/') + 1) === name);
    for (const ref of found) refs.add(ref);
    if (found.length > 0) continue;
    const message = `nothing is called ${name}; reeve get lists what there is`;
    warnings.push({ ref: `Platform/${platform}`, reason: 'UnknownName', message });
  }
  for (const ref of refs) {
    const resource = byRef.get(ref);
    if (resource !== undefined)
      for (const needed of neededBy(resource)) if (byRef.has(needed)) refs.add(needed);
  }
  return { refs, warnings };
}

function neededBy(resource: Resource): Ref[] {
  if (resource.kind === 'Model') return [resource.server as Ref];
  if (!isWorkload(resource)) return [];
  const { networks, mounts } = resource.container;
  return [
    ...dependenciesOf(resource).map((d) => d.on),
    ...Object.keys(networks).map((name): Ref => `Network/${name}`),
    ...mounts.flatMap((m): Ref[] =>
      m.type === 'volume' && m.source !== undefined ? [`Volume/${m.source}`] : [],
    ),
  ];
}
