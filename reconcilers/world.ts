// The world of one plan, indexed once: every look-up that the rules need is by key, so that planning stays linear.

import {
  type Dependency,
  isWorkload,
  type Ref,
  type Resource,
  refOf,
  type Workload,
} from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import type { Facts } from './facts.ts';
import { type Role, rolesOf } from './failover/roles.ts';
import {
  identityLabels,
  type ObservedContainer,
  type ObservedNetwork,
  type ObservedState,
  type ObservedVolume,
} from './observed.ts';
import { allOf, type Owned, ownership, ownsNothing } from './ownership.ts';

export interface World {
  readonly revision: Revision;
  readonly observed: ObservedState;
  readonly facts: Facts;
  readonly now: number;
  readonly byRef: ReadonlyMap<Ref, Resource>;
  /** Containers with our identity, by ref; also of refs that are declared no more. */
  readonly owned: ReadonlyMap<Ref, Owned>;
  readonly containersByName: ReadonlyMap<string, ObservedContainer>;
  readonly containersById: ReadonlyMap<string, ObservedContainer>;
  /** Container id → name; of what is ours the declared one. */
  readonly containerNames: ReadonlyMap<string, string>;
  /** Declared container name → the one that an adopted container bears instead. */
  readonly liveNames: ReadonlyMap<string, string>;
  /** Workloads by container name, as declared and as borne. */
  readonly workloadsByName: ReadonlyMap<string, Workload>;
  /** Container id → the ref it is ours as. */
  readonly refOfContainer: ReadonlyMap<string, Ref>;
  readonly networksByName: ReadonlyMap<string, ObservedNetwork>;
  readonly volumesByName: ReadonlyMap<string, ObservedVolume>;
  /** Manifest name → engine name. */
  readonly networkNames: Readonly<Record<string, string>>;
  readonly volumeNames: Readonly<Record<string, string>>;
  readonly ourNetworks: ReadonlySet<string>;
  /** Who stands in for whom, of both. */
  readonly roles: ReadonlyMap<Ref, Role>;
  /** `8080/tcp` → running containers that hold it on the host. */
  readonly portHolders: ReadonlyMap<string, readonly ObservedContainer[]>;
}

/** Indexes a look; `now` in epoch ms. `adopting`: what Compose made for this platform counts as ours. */
export function indexWorld(
  revision: Revision,
  observed: ObservedState,
  facts: Facts,
  now: number,
  adopting = false,
): World {
  const byRef = resourcesByRef(revision);
  const networkNames: Record<string, string> = {};
  const volumeNames: Record<string, string> = {};
  for (const resource of revision.resources) {
    if (resource.kind === 'Network') networkNames[resource.name] = resource.engineName;
    if (resource.kind === 'Volume') volumeNames[resource.name] = resource.engineName;
  }
  const owned = ownedContainers(revision, observed, facts, byRef, adopting);
  const ourNetworks = new Set(Object.values(networkNames));
  for (const network of observed.networks) {
    if (network.labels[identityLabels.platform] === revision.platform) ourNetworks.add(network.name);
  }
  return {
    revision,
    observed,
    facts,
    now,
    byRef,
    owned,
    containersByName: new Map(observed.containers.map((c) => [c.name, c])),
    containersById: new Map(observed.containers.map((c) => [c.id, c])),
    ...namesOf(observed, owned, byRef),
    refOfContainer: refsOfContainers(owned),
    networksByName: new Map(observed.networks.map((n) => [n.name, n])),
    volumesByName: new Map(observed.volumes.map((v) => [v.name, v])),
    networkNames,
    volumeNames,
    ourNetworks,
    roles: rolesOf(revision.resources, facts),
    portHolders: portHolders(observed),
  };
}

/** Revisions are immutable, and each pass asks. */
const indexed = new WeakMap<Revision, ReadonlyMap<Ref, Resource>>();

/** What a revision declares, by ref. */
export function resourcesByRef(revision: Revision): ReadonlyMap<Ref, Resource> {
  const known = indexed.get(revision);
  if (known !== undefined) return known;
  const byRef = new Map<Ref, Resource>(revision.resources.map((r) => [refOf(r), r]));
  indexed.set(revision, byRef);
  return byRef;
}

/** Containers with the platform's identity, sorted out by ref. */
export function ownedContainers(
  revision: Revision,
  observed: ObservedState,
  facts: Facts,
  byRef: ReadonlyMap<Ref, Resource>,
  adopting: boolean,
): Map<Ref, Owned> {
  const groups = new Map<Ref, ObservedContainer[]>();
  for (const container of observed.containers) {
    const ref = identityOf(container, revision.platform);
    if (ref === undefined) continue;
    const group = groups.get(ref);
    if (group === undefined) groups.set(ref, [container]);
    else group.push(container);
  }
  const owned = new Map<Ref, Owned>();
  for (const [ref, containers] of groups) {
    const resource = byRef.get(ref);
    const workload = resource !== undefined && isWorkload(resource) ? resource : undefined;
    owned.set(ref, ownership(workload, containers, facts, adopting));
  }
  return owned;
}

/** The ref that a container's labels claim; undefined: another platform's, or none. */
export function identityOf(container: ObservedContainer, platform: string): Ref | undefined {
  if (container.labels[identityLabels.platform] !== platform) return undefined;
  const kind = container.labels[identityLabels.kind];
  const name = container.labels[identityLabels.name];
  if ((kind !== 'Service' && kind !== 'Agent') || name === undefined || name === '') return undefined;
  return `${kind}/${name}`;
}

/** Others share a container's namespaces by its name: an adopted one may bear another than the declared. */
function namesOf(
  observed: ObservedState,
  owned: ReadonlyMap<Ref, Owned>,
  byRef: ReadonlyMap<Ref, Resource>,
): Pick<World, 'containerNames' | 'liveNames' | 'workloadsByName'> {
  const containerNames = new Map(observed.containers.map((c) => [c.id, c.name]));
  const liveNames = new Map<string, string>();
  const workloads = [...byRef.values()].filter(isWorkload);
  const workloadsByName = new Map(workloads.map((w) => [w.containerName, w]));
  for (const [ref, { current }] of owned) {
    const resource = byRef.get(ref);
    if (current === undefined || resource === undefined || !isWorkload(resource)) continue;
    if (current.name === resource.containerName) continue;
    containerNames.set(current.id, resource.containerName);
    liveNames.set(resource.containerName, current.name);
    workloadsByName.set(current.name, resource);
  }
  return { containerNames, liveNames, workloadsByName };
}

function refsOfContainers(owned: ReadonlyMap<Ref, Owned>): Map<string, Ref> {
  const refs = new Map<string, Ref>();
  for (const [ref, owns] of owned) for (const container of allOf(owns)) refs.set(container.id, ref);
  return refs;
}

function portHolders(observed: ObservedState): Map<string, ObservedContainer[]> {
  const holders = new Map<string, ObservedContainer[]>();
  for (const container of observed.containers) {
    if (container.state !== 'running' && container.state !== 'paused' && container.state !== 'restarting')
      continue;
    for (const port of container.ports) {
      const key = `${port.published}/${port.protocol}`;
      const list = holders.get(key);
      if (list === undefined) holders.set(key, [container]);
      else if (!list.includes(container)) list.push(container);
    }
  }
  return holders;
}

/** Containers of a ref. */
export function ownedBy(world: World, ref: Ref): Owned {
  return world.owned.get(ref) ?? ownsNothing;
}

/** What a workload waits for, its model included. */
export function dependenciesOf(workload: Workload): readonly Dependency[] {
  if (workload.model === undefined) return workload.dependsOn;
  const on: Ref = `Model/${workload.model}`;
  if (workload.dependsOn.some((d) => d.on === on)) return workload.dependsOn;
  return [...workload.dependsOn, { on, condition: 'ready', required: true, position: workload.position }];
}
