// Whose the containers are: what Compose or a plain `docker run` made is taken over, or given back.

import type { Revision } from '../desired-state/revision.ts';
import { adoptSeen } from './adopt-seen.ts';
import { disown, takeContainer } from './adoption.ts';
import type { OwnershipAct } from './control.ts';
import type { ConnectedEngine } from './docker/connect.ts';
import type { Look } from './loop/reconciler.ts';
import type { Rollouts } from './procedures/rollouts.ts';
import { requireMayComeIn } from './quarantine.ts';
import type { SessionParts } from './session-parts.ts';
import type { Store } from './store/store.ts';
import { requireNotSuspended } from './suspension.ts';

interface Tools {
  readonly store: Store;
  readonly engine: ConnectedEngine;
  readonly platform: string;
  readonly git: SessionParts['git'];
  readonly rollouts: Rollouts;
  readonly revision: () => Revision;
  readonly loadAnew: () => Promise<void>;
  /** How all is, for a whole apply. */
  readonly see: () => Promise<Look>;
}

/** Carries it out and says what came of it. @throws ReeveError where it is refused. */
export async function performOwnershipAct(act: OwnershipAct, by: string, tools: Tools): Promise<string> {
  const { store, engine, platform, revision } = tools;
  if (act.verb === 'disown') return disown(store, platform, await engine.containers(), by, Date.now());
  if (act.container !== undefined)
    return takeContainer(store, engine, revision(), act.container, by, Date.now());
  await tools.loadAnew();
  await requireNotSuspended(store, platform);
  await requireMayComeIn(store, tools.rollouts, revision());
  const seen = await tools.see();
  await tools.git?.bring(revision());
  return adoptSeen(store, engine, revision(), seen, by, Date.now());
}
