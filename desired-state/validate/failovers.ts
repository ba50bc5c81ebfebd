// Whether a workload and the one that stands in for it fit together: both on the network, the alias one that can be moved,
// the standby nobody's who needs the first. One row a rule; told at the first's `failover`.

import { indexOf, withoutIndex } from '../instances.ts';
import { type ResolveContext, reportError } from '../resolve/context.ts';
import { type Failover, type Ref, refOf, type Workload } from '../resource.ts';

interface Pair {
  readonly first: Workload;
  readonly standby: Workload;
  readonly failover: Failover;
  readonly byRef: ReadonlyMap<Ref, Workload>;
  readonly all: readonly Workload[];
}

interface Rule {
  readonly broken: (pair: Pair) => boolean;
  readonly message: (pair: Pair) => string;
  readonly hint: (pair: Pair) => string;
}

const aliasesOn = ({ container }: Workload, network: string): readonly string[] =>
  container.networks[network]?.aliases ?? [];
const isScaled = ({ all }: Pair, { name }: Workload): boolean =>
  all.some((w) => indexOf(w.name) > 1 && withoutIndex(w.name) === withoutIndex(name));
const waiting = ({ standby, all }: Pair): Workload | undefined =>
  all.find((w) => w.dependsOn.some((d) => d.required && d.on === refOf(standby)));
const standsFor = ({ all }: Pair, ref: Ref): readonly Workload[] => all.filter((w) => w.failover?.to === ref);

const rules: readonly Rule[] = [
  {
    broken: ({ first, standby }) => first === standby,
    message: ({ first }) => `${first.name} cannot stand in for itself`,
    hint: () => 'name another workload',
  },
  {
    broken: ({ first, standby }) => first.lifecycle === 'job' || standby.lifecycle === 'job',
    message: ({ first, standby }) =>
      `${(first.lifecycle === 'job' ? first : standby).name} is a job: it ends`,
    hint: () => 'a failover is between two that run on',
  },
  {
    broken: (pair) => isScaled(pair, pair.first) || isScaled(pair, pair.standby),
    message: (pair) =>
      `${withoutIndex((isScaled(pair, pair.first) ? pair.first : pair.standby).name)} has several replicas, and one alias cannot be several's`,
    hint: () => 'expected 1 replica of both',
  },
  {
    broken: ({ standby, failover: { network } }) => standby.container.networks[network] === undefined,
    message: ({ standby, failover: { network } }) => `${standby.name} is not on the network ${network}`,
    hint: ({ failover: { network } }) => `the alias is moved on it: give the standby the network ${network}`,
  },
  {
    broken: ({ first, failover: { network, alias } }) => !aliasesOn(first, network).includes(alias),
    message: ({ first, failover: { network, alias } }) =>
      `${first.name} has no alias ${alias} on the network ${network}`,
    hint: ({ first, failover: { network } }) => `it has ${aliasesOn(first, network).join(', ')}`,
  },
  {
    broken: ({ standby, failover: { network, alias } }) =>
      aliasesOn(standby, network).includes(alias) || standby.containerName === alias,
    message: ({ standby, failover: { alias } }) => `${standby.name} answers as ${alias} already`,
    hint: () => 'the standby gets the alias only while it is needed: give it none of this name',
  },
  {
    broken: ({ first, failover: { alias } }) => first.containerName === alias,
    message: ({ first, failover: { alias } }) =>
      `the container of ${first.name} is called ${alias} itself, and a name cannot be moved`,
    hint: () => 'give it another container_name, or move another alias',
  },
  {
    broken: ({ standby }) => standby.failover !== undefined,
    message: ({ standby }) => `${standby.name} has a failover of its own`,
    hint: () => 'one standby, and none behind it',
  },
  {
    broken: (pair) => standsFor(pair, pair.failover.to)[0] !== pair.first,
    message: (pair) =>
      `${pair.standby.name} stands in for ${standsFor(pair, pair.failover.to)[0]?.name} already`,
    hint: () => 'give each its own standby',
  },
  {
    broken: ({ first, standby, byRef }) => needs(standby, refOf(first), byRef),
    message: ({ first, standby }) => `${standby.name} depends on ${first.name}, whose place it is to take`,
    hint: () => 'take that dependency away',
  },
  {
    broken: (pair) => pair.failover.standby === 'stopped' && waiting(pair) !== undefined,
    message: (pair) =>
      `${waiting(pair)?.name} waits for ${pair.standby.name}, which does not run before it is needed`,
    hint: ({ first }) => `let it depend on ${first.name}, or keep the standby running`,
  },
];

export function checkFailovers(context: ResolveContext, workloads: readonly Workload[]): void {
  const byRef = new Map<Ref, Workload>(workloads.map((w) => [refOf(w), w]));
  for (const first of workloads) {
    const { failover } = first;
    // Its other replicas have it too: told once.
    if (failover === undefined || indexOf(first.name) > 1) continue;
    const standby = byRef.get(failover.to);
    // With 0 replicas there is none.
    const at = first.positions['failover'] ?? first.position;
    if (standby === undefined) {
      const message = `${failover.to} has 0 replicas and can stand in for nobody`;
      reportError(context, at, 'BadFailover', message, 'give it 1');
      continue;
    }
    const pair: Pair = { first, standby, failover, byRef, all: workloads };
    const rule = rules.find(({ broken }) => broken(pair));
    if (rule !== undefined) reportError(context, at, 'BadFailover', rule.message(pair), rule.hint(pair));
  }
}

/** Whether `workload` waits for `ref`, on whatever way. */
function needs(workload: Workload, ref: Ref, byRef: ReadonlyMap<Ref, Workload>): boolean {
  const seen = new Set<Ref>();
  const open = workload.dependsOn.map((d) => d.on);
  for (let on = open.pop(); on !== undefined; on = open.pop()) {
    if (on === ref) return true;
    if (seen.has(on)) continue;
    seen.add(on);
    open.push(...(byRef.get(on)?.dependsOn ?? []).map((d) => d.on));
  }
  return false;
}
