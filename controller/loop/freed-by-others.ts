// What somebody else's container gives up when it ends: a name, a host port, an address. Whoever of ours failed for want
// of one is tried again at once, and not when its back-off is over: a person who has just freed it looks at the screen.

import type { Ref } from '../../desired-state/resource.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import type { EngineEvent } from '../engine.ts';
import type { FactChange } from '../store/store.ts';

const wanted = new Set(['PortTaken', 'NameTaken', 'AddressTaken']);
const ends = new Set(['die', 'destroy', 'rename']);

/** Facts that change by an event of a container that is not ours. If another still has it, it fails and waits anew. */
export function freedByOthers({ type, action }: EngineEvent, { failures, attempts }: Facts): FactChange[] {
  if (type !== 'container' || !ends.has(action)) return [];
  const refs = (Object.keys(failures) as Ref[]).filter((ref) => wanted.has(failures[ref]?.reason ?? ''));
  return refs
    .filter((ref) => attempts[ref] !== undefined)
    .flatMap((key): FactChange[] => [
      { fact: 'failures', key, value: undefined },
      { fact: 'attempts', key, value: undefined },
    ]);
}
