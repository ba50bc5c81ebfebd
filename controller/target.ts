// What passes aim at: a loaded revision, with no limit above the host's where its policy says so.

import type { Loaded } from '../desired-state/load-types.ts';
import type { Revision } from '../desired-state/revision.ts';
import { capToHost } from '../reconcilers/capacity.ts';
import type { Engine } from './engine.ts';
import type { Target } from './loop/reconciler.ts';
import type { Store } from './store/store.ts';

/** `previous`: what was in force before, taken down alike so that only real changes show. */
export async function targetOf(
  { revision, secrets }: Loaded,
  previous: Revision | undefined,
  engine: Engine,
): Promise<Target> {
  if (!revision.policy.capToHost)
    return { revision, secrets, ...(previous === undefined ? {} : { previous }) };
  const host = await engine.info();
  const capped = capToHost(revision, host);
  return {
    revision: capped.revision,
    secrets,
    notices: capped.notices,
    ...(previous === undefined ? {} : { previous: capToHost(previous, host).revision }),
  };
}

/** The same of what is in force, whatever was loaded; with the secrets of the load. */
export async function inForceTarget(store: Store, loaded: Loaded, engine: Engine): Promise<Target> {
  const { revision = loaded.revision } = (await store.inForce()) ?? {};
  const target = await targetOf({ revision, secrets: loaded.secrets }, undefined, engine);
  return revision.id === loaded.revision.id ? target : { ...target, borrowed: true };
}
