// Workloads that a procedure keeps down until their turn: in which order those of them go that still run. Pure, and level
// by level with each look, so that a crash in the middle changes nothing.

import type { Ref } from '../desired-state/resource.ts';
import { isUp } from './container-steps.ts';
import type { Order } from './order.ts';
import { allOf } from './ownership.ts';
import { activeHold } from './situation.ts';
import { ownedBy, type World } from './world.ts';

const none: ReadonlySet<Ref> = new Set();

/**
 * Those that may be stopped now: nothing that is to be stopped too, and is up, needs them or is of a higher tier. What
 * is not to be stopped holds up nobody.
 */
export function stopsNow(world: World, { refs, tier, dependencies }: Order): ReadonlySet<Ref> {
  const { facts, now } = world;
  if (Object.keys(facts.turns).length === 0) return none;
  const isToStop = (ref: Ref): boolean => {
    const turn = facts.turns[ref];
    // A person's hold keeps it as it is.
    return turn !== undefined && turn.mayRun !== true && activeHold(facts, ref, now) === undefined;
  };
  const up = refs.filter((ref) => {
    return isToStop(ref) && allOf(ownedBy(world, ref)).some(isUp);
  });
  const highest = Math.max(...up.map((ref) => tier.get(ref) ?? 0));
  const needed = new Set(up.flatMap((ref) => dependencies.get(ref) ?? []));
  return new Set(up.filter((ref) => tier.get(ref) === highest && !needed.has(ref)));
}
