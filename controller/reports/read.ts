// Reads from a store what a snapshot needs. No decisions.

import type { Store } from '../store/store.ts';
import type { ControllerInfo, LeaderInfo, Snapshot } from './snapshot.ts';

/** A store's view of its platform: current where a controller keeps it, else as last seen. */
export async function readSnapshot(
  store: Pick<Store, 'inForce' | 'conditions' | 'facts'>,
  options: {
    readonly platform: string;
    readonly at: number;
    readonly controller?: ControllerInfo;
    readonly leader?: LeaderInfo;
  },
): Promise<Snapshot> {
  const [record, conditions, facts] = await Promise.all([store.inForce(), store.conditions(), store.facts()]);
  const { platform, at, controller } = options;
  const leader = options.leader ?? controller?.standby?.leader;
  return {
    at,
    platform,
    ...(record === undefined
      ? {}
      : { revision: record.revision, inForce: { at: record.inForceAt, by: record.by } }),
    conditions,
    facts,
    ...(controller === undefined ? {} : { controller }),
    ...(leader === undefined ? {} : { leader }),
    seen: controller === undefined && leader === undefined ? 'remembered' : 'controller',
  };
}
