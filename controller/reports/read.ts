// Reads from a store what a snapshot needs. No decisions.

import type { Store } from '../store/store.ts';
import type { ControllerInfo, Snapshot } from './snapshot.ts';

/** A store's view of its platform: current where a controller keeps it, else as last seen. */
export async function readSnapshot(
  store: Pick<Store, 'inForce' | 'conditions' | 'facts'>,
  options: { readonly platform: string; readonly at: number; readonly controller?: ControllerInfo },
): Promise<Snapshot> {
  const [record, conditions, facts] = await Promise.all([store.inForce(), store.conditions(), store.facts()]);
  const { platform, at, controller } = options;
  return {
    at,
    platform,
    ...(record === undefined
      ? {}
      : { revision: record.revision, inForce: { at: record.inForceAt, by: record.by } }),
    conditions,
    facts,
    ...(controller === undefined ? {} : { controller }),
    seen: controller === undefined ? 'remembered' : 'controller',
  };
}
