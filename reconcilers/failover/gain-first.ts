// Who is to have an alias gets it before the other loses it: for a moment clients find either, and never nobody. As with
// start-first (docs/decisions/0016-start-first.md): a connection cannot be given or rid of an alias, it is made anew.

import type { Ref } from '../../desired-state/resource.ts';
import type { Step } from '../plan.ts';
import type { Draft, Unfinished } from '../steps.ts';
import type { World } from '../world.ts';
import { isMoved, type Role } from './roles.ts';

/** Puts the cut of who loses an alias after the connection of who gets it, where this plan has both. */
export function gainFirst({ roles, networkNames }: World, drafts: ReadonlyMap<Ref, Draft>): void {
  for (const [ref, role] of roles) {
    if (role.part !== 'first') continue;
    const [gains, loses] = isMoved(role) ? [role.other, ref] : [ref, role.other];
    const network = networkNames[role.network] ?? role.network;
    const gained = stepsOn(drafts.get(gains), network).find((s) => s.op === 'connectNetwork');
    const [cut] = stepsOn(drafts.get(loses), network);
    if (gained === undefined || cut === undefined) continue;
    (cut as Unfinished).after = [...cut.after, gained.id];
  }
}

function stepsOn(draft: Draft | undefined, network: Role['network']): readonly Step[] {
  return (draft?.steps ?? []).filter(
    (s) => (s.op === 'connectNetwork' || s.op === 'disconnectNetwork') && s.args.network === network,
  );
}
