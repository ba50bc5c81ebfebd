// What can be known to fail before anything is touched: names and ports that others hold, volumes that are lost,
// limits above the host. Everything here is checked before the first stop.

import type { PortBinding } from '../desired-state/container-spec.ts';
import type { Position } from '../desired-state/diagnostic.ts';
import type { Ref, Workload } from '../desired-state/resource.ts';
import { isAnonymousVolume } from './canonical.ts';
import { aboveHost, aboveWords } from './capacity.ts';
import { positionOf } from './drift.ts';
import { tooOldToCreate } from './engine-too-old.ts';
import { identityLabels, type ObservedContainer } from './observed.ts';
import type { World } from './world.ts';

export interface Blocker {
  readonly reason: string;
  readonly message: string;
  readonly nextAt?: number;
  /** It is being put right at this moment: nothing is wrong. */
  readonly pending?: true;
  /** The line that asks for it; absent: the workload's own. */
  readonly position?: Position;
}

/** What the networks', volumes' and removals' parts of a plan have found. */
export interface BlockerSources {
  readonly world: World;
  /** By manifest name: why no container may be made or started on it. */
  readonly lostVolumes: ReadonlyMap<string, Blocker>;
  readonly missingNetworks: ReadonlyMap<string, Blocker>;
  /** Container id → step after which its name and ports are free. */
  readonly released: ReadonlyMap<string, string>;
  /** Images that cannot be had for now. */
  readonly missingImages: ReadonlyMap<string, Blocker>;
}

/** The engine refuses less. */
const leastMemoryBytes = 6 * 1024 * 1024;

/** The first thing in the way of creating, or of starting what is there. */
export function blockerOf(
  sources: BlockerSources,
  workload: Workload,
  own: ObservedContainer | undefined,
  act: 'create' | 'start',
): Blocker | undefined {
  if (act === 'create') {
    const early =
      tooOldToCreate(workload, sources.world.observed.host.apiVersion) ??
      limitBlocker(sources.world, workload) ??
      sources.missingImages.get(workload.container.image);
    if (early !== undefined) return early;
    if (own === undefined) {
      const taken = nameBlocker(sources, workload);
      if (taken !== undefined) return taken;
    }
  }
  return (
    mountBlocker(sources, workload) ?? networkBlocker(sources, workload) ?? portBlocker(sources, workload)
  );
}

/** Somebody else's container bears the name. */
function nameBlocker({ world, released }: BlockerSources, workload: Workload): Blocker | undefined {
  const holder = world.containersByName.get(workload.containerName);
  if (holder === undefined || released.has(holder.id)) return undefined;
  return {
    reason: 'NameTaken',
    message: `the name ${workload.containerName} is taken by ${describe(world, holder)}; remove or rename that container, or set container_name${adoptable(holder)}`,
  };
}

/** Of nobody's: it may be taken over, or was before the store that knew so was lost. */
function adoptable({ name, labels }: ObservedContainer): string {
  return identityLabels.platform in labels ? '' : `, or take it over: reeve adopt --container ${name}`;
}

function limitBlocker({ observed: { host } }: World, workload: Workload): Blocker | undefined {
  const above = aboveHost(workload, host).find((a) => a.field !== 'memoryReservationBytes');
  if (above !== undefined) {
    return outOfRange(
      `${aboveWords(above)}; set a limit that the host can give, or policy.capToHost: true to have it taken down to that`,
      positionOf(workload, `resources.${above.field}`),
    );
  }
  const { memoryBytes } = workload.container.resources;
  if (memoryBytes !== undefined && memoryBytes > 0 && memoryBytes < leastMemoryBytes) {
    return outOfRange(
      `memory ${memoryBytes} bytes is less than the 6 MiB that the engine demands; set a higher limit`,
      positionOf(workload, 'resources.memoryBytes'),
    );
  }
  return undefined;
}

function outOfRange(message: string, position: Position): Blocker {
  return { reason: 'LimitOutOfRange', message, position };
}

function mountBlocker(sources: BlockerSources, workload: Workload): Blocker | undefined {
  if (sources.lostVolumes.size === 0) return undefined;
  for (const { type, source } of workload.container.mounts) {
    if (type !== 'volume' || source === undefined || isAnonymousVolume(source)) continue;
    const lost = sources.lostVolumes.get(source);
    if (lost !== undefined) return lost;
  }
  return undefined;
}

function networkBlocker(sources: BlockerSources, workload: Workload): Blocker | undefined {
  if (sources.missingNetworks.size === 0) return undefined;
  for (const name of Object.keys(workload.container.networks)) {
    const missing = sources.missingNetworks.get(name);
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function portBlocker(sources: BlockerSources, workload: Workload): Blocker | undefined {
  for (const port of workload.container.ports) {
    for (const { container, owner } of holdersOf(sources, workload, port)) {
      if (owner !== undefined && givesUp(sources.world, owner, port)) continue;
      return {
        reason: 'PortTaken',
        message: `host port ${port.published ?? ''}/${port.protocol} is taken by ${describe(sources.world, container)}; docker stop ${container.name}, or publish another port`,
      };
    }
  }
  return undefined;
}

/** Other declared workloads that hold a port that this one asks for, and will give it up. */
export function portGivers(sources: BlockerSources, workload: Workload): Ref[] {
  const givers = new Set<Ref>();
  for (const port of workload.container.ports) {
    for (const { owner } of holdersOf(sources, workload, port)) if (owner !== undefined) givers.add(owner);
  }
  return [...givers];
}

/** Steps that free a name or port which this workload needs. */
export function releasesFor(sources: BlockerSources, workload: Workload): string[] {
  const steps = new Set<string>();
  const add = (container: ObservedContainer | undefined): void => {
    const step = container === undefined ? undefined : sources.released.get(container.id);
    if (step !== undefined) steps.add(step);
  };
  add(sources.world.containersByName.get(workload.containerName));
  for (const port of workload.container.ports) {
    for (const holder of sources.world.portHolders.get(portKey(port)) ?? []) add(holder);
  }
  return [...steps];
}

interface Holder {
  readonly container: ObservedContainer;
  /** The declared workload that it is ours as. */
  readonly owner: Ref | undefined;
}

function holdersOf({ world, released }: BlockerSources, workload: Workload, port: PortBinding): Holder[] {
  // Of a range the engine picks one that is free.
  if (!port.published || port.publishedEnd !== undefined) return [];
  const holders: Holder[] = [];
  for (const container of world.portHolders.get(portKey(port)) ?? []) {
    const owner = world.refOfContainer.get(container.id);
    const isSelf = owner === `${workload.kind}/${workload.name}`;
    if (isSelf || released.has(container.id) || !overlaps(container, port)) continue;
    holders.push({ container, owner: owner !== undefined && world.byRef.has(owner) ? owner : undefined });
  }
  return holders;
}

function portKey(port: PortBinding): string {
  return `${port.published ?? 0}/${port.protocol}`;
}

function overlaps(container: ObservedContainer, port: PortBinding): boolean {
  const wanted = wildcard(port.hostIp);
  return container.ports.some(
    (p) =>
      p.published === port.published &&
      p.protocol === port.protocol &&
      (wanted === undefined || wildcard(p.hostIp) === undefined || p.hostIp === wanted),
  );
}

function wildcard(ip: string | undefined): string | undefined {
  return ip === undefined || ip === '' || ip === '0.0.0.0' || ip === '::' ? undefined : ip;
}

function givesUp(world: World, owner: Ref, port: PortBinding): boolean {
  const other = world.byRef.get(owner);
  if (other === undefined || (other.kind !== 'Service' && other.kind !== 'Agent')) return false;
  return !other.container.ports.some((p) => p.published === port.published && p.protocol === port.protocol);
}

function describe(world: World, container: ObservedContainer): string {
  const owner = world.refOfContainer.get(container.id);
  const image = container.image.replace(/^sha256:([0-9a-f]{12})[0-9a-f]+$/, '$1');
  const short = `container ${container.name} (${container.id.slice(0, 12)}, image ${image})`;
  return owner === undefined ? `${short}, which is not ours` : `${owner} (container ${container.name})`;
}
