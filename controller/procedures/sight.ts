// What a pass shows to the procedures that are under way.

import type { Sight } from '../../reconcilers/procedures/definition.ts';
import { definitionOf, definitions } from '../../reconcilers/procedures/index.ts';
import type { Engine } from '../engine.ts';
import { readRoom } from '../host-room.ts';
import type { ProcedureRecord, Store } from '../store/store.ts';

interface Shown {
  readonly engine: Engine;
  readonly store: Store;
  readonly now: () => number;
}

/** With the host's room where one of `running` looks at it: reading it is no work for each pass. */
export async function sightOf(
  statuses: Sight['statuses'],
  running: readonly ProcedureRecord[],
  { engine, store, now }: Shown,
): Promise<Sight> {
  const looks = running.some((r) => definitionOf(definitions, r)?.looksAtRoom?.(r.machine.state));
  const room = looks ? { room: await readRoom(await engine.info()) } : {};
  return { at: now(), statuses, facts: await store.facts(), ...room };
}
