// What the platform asks of the host, against what the host has: sums of reservations, and limits above the whole host.
// Pure; a limit above the host's is taken down to it where the policy says so.

import type { Resources } from '../desired-state/container-spec.ts';
import { isWorkload, type Ref, refOf, type Workload } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import { formatSize } from '../desired-state/units.ts';
import type { ObservedState } from './observed.ts';
import type { Notice } from './plan.ts';

export type Host = Pick<ObservedState['host'], 'cpus' | 'memoryBytes'>;

export interface Capacity {
  readonly host: Host;
  readonly reserved: { readonly cpus: number; readonly memoryBytes: number };
  readonly aboveHost: readonly AboveHost[];
}

/** A limit that the host cannot give. */
export interface AboveHost {
  readonly ref: Ref;
  readonly field: 'nanoCpus' | 'memoryBytes' | 'memoryReservationBytes';
  readonly asked: number;
  readonly has: number;
}

/** What a revision asks for in all. */
export function capacityOf({ resources }: Pick<Revision, 'resources'>, host: Host): Capacity {
  return {
    host: { cpus: host.cpus, memoryBytes: host.memoryBytes },
    reserved: reservedIn(resources),
    aboveHost: resources.filter(isWorkload).flatMap((w) => aboveHost(w, host)),
  };
}

function reservedIn(resources: Revision['resources']): Capacity['reserved'] {
  let nanoCpus = 0;
  let memoryBytes = 0;
  for (const resource of resources) {
    if (!isWorkload(resource)) continue;
    nanoCpus += resource.reservedNanoCpus ?? 0;
    memoryBytes += resource.container.resources.memoryReservationBytes ?? 0;
  }
  return { cpus: nanoCpus / 1e9, memoryBytes };
}

const within: readonly AboveHost[] = [];

/** The limits of one workload that the host cannot give. */
export function aboveHost(workload: Workload, host: Host): readonly AboveHost[] {
  const { nanoCpus = 0, memoryBytes = 0, memoryReservationBytes = 0 } = workload.container.resources;
  // Nearly all, and each plan asks for each of them.
  if (nanoCpus <= host.cpus * 1e9 && Math.max(memoryBytes, memoryReservationBytes) <= host.memoryBytes)
    return within;
  const most = {
    nanoCpus: host.cpus * 1e9,
    memoryBytes: host.memoryBytes,
    memoryReservationBytes: host.memoryBytes,
  };
  return (['nanoCpus', 'memoryBytes', 'memoryReservationBytes'] as const).flatMap((field) => {
    const asked = workload.container.resources[field];
    const has = most[field];
    return asked === undefined || asked <= has ? [] : [{ ref: refOf(workload), field, asked, has }];
  });
}

export interface Capped {
  readonly revision: Revision;
  /** What was taken down, one notice a limit. */
  readonly notices: readonly Notice[];
}

/** The revision with no limit above the host's, where its policy says so; itself where nothing is above. */
export function capToHost(revision: Revision, host: Host): Capped {
  if (!revision.policy.capToHost) return { revision, notices: [] };
  const notices: Notice[] = [];
  const resources = revision.resources.map((resource) => {
    if (!isWorkload(resource)) return resource;
    const above = aboveHost(resource, host);
    if (above.length === 0) return resource;
    notices.push(...above.map((a) => cappedNotice(a, resource)));
    const capped = Object.fromEntries(above.map(({ field, has }) => [field, has]));
    return { ...resource, container: { ...resource.container, resources: withSwap(resource, capped) } };
  });
  return notices.length === 0 ? { revision, notices } : { revision: { ...revision, resources }, notices };
}

/** Memory with swap may not be less than the memory; a sum of both that was above goes down with it. */
function withSwap({ container: { resources } }: Workload, capped: Partial<Resources>): Resources {
  const { memorySwapBytes } = resources;
  const { memoryBytes } = capped;
  if (memoryBytes === undefined || memorySwapBytes === undefined || memorySwapBytes === -1)
    return { ...resources, ...capped };
  const swap = memorySwapBytes - (resources.memoryBytes ?? 0);
  return { ...resources, ...capped, memorySwapBytes: memoryBytes + Math.max(0, swap) };
}

function cappedNotice(above: AboveHost, workload: Workload): Notice {
  const position = workload.positions[`container.resources.${above.field}`] ?? workload.position;
  const message = `${aboveWords(above)}; taken down to that by policy.capToHost`;
  return { ref: above.ref, reason: 'LimitCapped', message, position };
}

/** As it is written where that is round (`4g`); the host's own size never is: `23.5GiB`. */
function sizeWords(bytes: number): string {
  return bytes % 2 ** 20 === 0 ? formatSize(bytes) : `${Math.round((bytes / 2 ** 30) * 100) / 100}GiB`;
}

/** `cpus 4 is more than the host's 2`. */
export function aboveWords({ field, asked, has }: AboveHost): string {
  const show = (value: number): string => (field === 'nanoCpus' ? String(value / 1e9) : sizeWords(value));
  const names = { nanoCpus: 'cpus', memoryBytes: 'memory', memoryReservationBytes: 'memory reservation' };
  return `${names[field]} ${show(asked)} is more than the host's ${show(has)}`;
}

/** `12.5 of 2 CPUs and 40GiB of 24GiB memory are reserved`. */
export function reservedWords({ reserved, host }: Pick<Capacity, 'reserved' | 'host'>): string {
  const cpus = `${Math.round(reserved.cpus * 100) / 100} of ${host.cpus} CPUs`;
  const gib = (bytes: number): string => `${Math.round((bytes / 2 ** 30) * 10) / 10}`;
  return `${cpus} and ${gib(reserved.memoryBytes)} of ${gib(host.memoryBytes)} GiB memory are reserved`;
}

/** More is promised than there is: said before an apply, and no reason to refuse it. */
export function capacityNotice(revision: Revision, host: Host): Notice[] {
  const reserved = reservedIn(revision.resources);
  if (reserved.cpus <= host.cpus && reserved.memoryBytes <= host.memoryBytes) return [];
  const message = `${reservedWords({ reserved, host })}: more than the host has, so not all can have what they are promised`;
  return [{ ref: `Platform/${revision.platform}`, reason: 'ReservedAboveHost', message }];
}
