// The order of a revision's resources: dependencies first, tiers core → critical → standard. Linear in edges.

import { isWorkload, type Ref, type Resource, refOf, tiers } from '../desired-state/resource.ts';
import { dependenciesOf } from './world.ts';

export interface Order {
  /** Workloads and models, dependencies before dependents, lower tiers first. */
  readonly refs: readonly Ref[];
  /** All resources, by the letters of their refs. */
  readonly alphabetical: readonly Ref[];
  /**
   * 0 core, 1 critical, 2 standard. What something of a lower tier depends on belongs to that tier itself, else
   * each would wait for the other.
   */
  readonly tier: ReadonlyMap<Ref, number>;
  /** What each waits for, by ref. */
  readonly dependencies: ReadonlyMap<Ref, readonly Ref[]>;
}

/** Revisions are immutable and planned at every pass: each is put in order once. */
const known = new WeakMap<readonly Resource[], Order>();

/** Orders workloads and models; what only Compose's `required: false` asks for still comes first. */
export function orderOf(resources: readonly Resource[]): Order {
  const before = known.get(resources);
  if (before !== undefined) return before;
  const order = putInOrder(resources);
  known.set(resources, order);
  return order;
}

function putInOrder(resources: readonly Resource[]): Order {
  const dependencies = new Map<Ref, Ref[]>();
  const own = new Map<Ref, number>();
  for (const resource of resources) {
    if (isWorkload(resource)) {
      dependencies.set(
        refOf(resource),
        dependenciesOf(resource).map((d) => d.on),
      );
      own.set(refOf(resource), tiers.indexOf(resource.tier));
    } else if (resource.kind === 'Model') {
      dependencies.set(refOf(resource), resource.server.includes('://') ? [] : [resource.server as Ref]);
      own.set(refOf(resource), tiers.length - 1);
    }
  }
  const sorted = topological(dependencies);
  const tier = new Map(own);
  for (const ref of [...sorted].reverse()) {
    for (const on of dependencies.get(ref) ?? []) {
      const [lower, before] = [tier.get(ref) ?? 0, tier.get(on)];
      if (before !== undefined && before > lower) tier.set(on, lower);
    }
  }
  const place = new Map(sorted.map((ref, index) => [ref, index]));
  const refs = [...sorted].sort(
    (a, b) => (tier.get(a) ?? 0) - (tier.get(b) ?? 0) || (place.get(a) ?? 0) - (place.get(b) ?? 0),
  );
  return { refs, alphabetical: resources.map(refOf).sort(), tier, dependencies };
}

/** Kahn's algorithm, stable; members of a cycle (which no load lets through) come last. */
export function topological(dependencies: ReadonlyMap<Ref, readonly Ref[]>): Ref[] {
  const waiting = new Map<Ref, number>();
  const dependents = new Map<Ref, Ref[]>();
  for (const [ref, all] of dependencies) {
    const known = all.filter((on) => dependencies.has(on));
    waiting.set(ref, known.length);
    for (const on of known) {
      const list = dependents.get(on);
      if (list === undefined) dependents.set(on, [ref]);
      else list.push(ref);
    }
  }
  const sorted = [...dependencies.keys()].filter((ref) => waiting.get(ref) === 0);
  for (let next = 0; next < sorted.length; next++) {
    const ref = sorted[next];
    if (ref === undefined) break;
    for (const dependent of dependents.get(ref) ?? []) {
      const left = (waiting.get(dependent) ?? 0) - 1;
      waiting.set(dependent, left);
      if (left === 0) sorted.push(dependent);
    }
  }
  const placed = new Set(sorted);
  return [...sorted, ...[...dependencies.keys()].filter((ref) => !placed.has(ref))];
}
