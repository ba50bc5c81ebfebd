// What a row of the drift table is made of.

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
