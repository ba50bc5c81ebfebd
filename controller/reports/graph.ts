// What needs what, from a revision. Pure.

import { type Ref, type Resource, refOf } from '../../desired-state/resource.ts';

export interface GraphReport {
  readonly platform: string;
  readonly nodes: readonly { readonly ref: Ref; readonly tier?: string }[];
  readonly edges: readonly GraphEdge[];
}

/** `from` needs `to`. */
export interface GraphEdge {
  readonly from: Ref;
  readonly to: Ref;
  readonly condition: 'ready' | 'started' | 'completed';
}

/** The graph of all resources, or of one: what it needs, and what needs it, all the way. */
export function graphReport(platform: string, resources: readonly Resource[], around?: Ref): GraphReport {
  const edges = resources.flatMap(edgesOf);
  const kept =
    around === undefined
      ? undefined
      : new Set([...reach(around, edges, 'down'), ...reach(around, edges, 'up')]);
  return {
    platform,
    nodes: resources
      .filter(
        (resource) =>
          kept?.has(refOf(resource)) ?? (resource.kind !== 'Network' && resource.kind !== 'Volume'),
      )
      .map((resource) => ({ ref: refOf(resource), ...('tier' in resource ? { tier: resource.tier } : {}) })),
    edges: edges.filter((edge) => kept === undefined || (kept.has(edge.from) && kept.has(edge.to))),
  };
}

function edgesOf(resource: Resource): readonly GraphEdge[] {
  const from = refOf(resource);
  if (resource.kind === 'Model') {
    return resource.server.startsWith('http')
      ? []
      : [{ from, to: resource.server as Ref, condition: 'ready' }];
  }
  if (resource.kind === 'Network' || resource.kind === 'Volume') return [];
  return resource.dependsOn.map(({ on, condition }) => ({ from, to: on, condition }));
}

/** Everything that is reached from `start`, itself among it. `down`: what it needs. */
function reach(start: Ref, edges: readonly GraphEdge[], way: 'down' | 'up'): ReadonlySet<Ref> {
  const found = new Set<Ref>([start]);
  // A set may grow while it is walked: each is looked at once.
  for (const ref of found) {
    for (const { from, to } of edges) {
      if (way === 'down' && from === ref) found.add(to);
      if (way === 'up' && to === ref) found.add(from);
    }
  }
  return found;
}
