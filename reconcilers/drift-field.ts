// What a row of the drift table is made of.

import type { ContainerSpec } from '../desired-state/container-spec.ts';
import type { Workload } from '../desired-state/resource.ts';
import type { Canonical } from './canonical.ts';
import type { ContainerDetail } from './observed.ts';

/** The smallest act that mends a difference. */
export type DriftAct = 'recreate' | 'update' | 'connect';

export interface DriftContext {
  /** Manifest name → engine name. */
  readonly networkNames: Readonly<Record<string, string>>;
  readonly volumeNames: Readonly<Record<string, string>>;
  /** Image reference → image id that it means. */
  readonly pins: Readonly<Record<string, string>>;
  /** The container's image id, from the list call. */
  readonly imageId?: string;
  /** Container id → name, for namespaces shared with another container. */
  readonly containerNames?: ReadonlyMap<string, string>;
  readonly platform?: string;
  /** Workloads by container name, as declared and as borne. */
  readonly workloadsByName?: ReadonlyMap<string, Workload>;
  /** Of the engine, as `1.41`; absent: it can do everything. */
  readonly apiVersion?: string;
  /** The workload of the revision before: what was set there and is not any more, was asked for. */
  readonly previous?: Workload;
  /** An alias that a failover moves, on a network by its engine name: unasked for, it is to go. */
  readonly movable?: { readonly network: string; readonly alias: string };
  /** The container was made for this very spec: of what only a new one can have, nothing is left of the one before. */
  readonly isMadeForSpec?: boolean;
  /** Engine names of all the platform's networks: being connected to one of these unasked is a difference. */
  readonly ourNetworks?: ReadonlySet<string>;
}

/** Both sides of one container. */
export interface Pair {
  readonly workload: Workload;
  readonly detail: ContainerDetail;
  readonly context: DriftContext;
}

export interface Field {
  readonly act: DriftAct;
  readonly desired: (pair: Pair) => Canonical;
  readonly observed: (pair: Pair) => Canonical;
}

/** A field that reads the same way on both sides and needs nothing else. */
export function plain(read: (spec: ContainerSpec) => Canonical): Field {
  return {
    act: 'recreate',
    desired: (p) => read(p.workload.container),
    observed: (p) => read(p.detail.spec),
  };
}

/** A field that counts only where the manifest sets it, or did: what the engine fills in cannot be told from what was set. */
export function whereSet(read: (spec: ContainerSpec) => string | undefined): Field {
  const wasSet = (context: DriftContext): boolean => {
    const before = specBefore(context);
    return before !== undefined && read(before) !== undefined;
  };
  return {
    act: 'recreate',
    desired: (p) => read(p.workload.container),
    observed: (p) =>
      read(p.workload.container) === undefined && !wasSet(p.context) ? undefined : read(p.detail.spec),
  };
}

/** The spec that the container may still have something of that is taken away since, where only a new one can lose it. */
export function specBefore({ previous, isMadeForSpec }: DriftContext): ContainerSpec | undefined {
  return isMadeForSpec === true ? undefined : previous?.container;
}

/** The engine is older than this version of its API. */
export function isBefore({ apiVersion }: Pick<DriftContext, 'apiVersion'>, since: string): boolean {
  if (apiVersion === undefined) return false;
  const [major = 0, minor = 0] = apiVersion.split('.').map(Number);
  const [sinceMajor = 0, sinceMinor = 0] = since.split('.').map(Number);
  return major < sinceMajor || (major === sinceMajor && minor < sinceMinor);
}
