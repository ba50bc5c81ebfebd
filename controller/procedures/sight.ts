// What a pass shows to the procedures that are under way.

import type { Sight } from '../../reconcilers/procedures/definition.ts';
import type { Engine } from '../engine.ts';
import { readRoom } from '../host-room.ts';
import type { Store } from '../store/store.ts';

interface Shown {
  readonly engine: Engine;
  readonly store: Store;
  readonly now: () => number;
}

export async function sightOf(statuses: Sight['statuses'], { engine, store, now }: Shown): Promise<Sight> {
  const room = await readRoom(await engine.info());
  return { at: now(), statuses, facts: await store.facts(), room };
}
