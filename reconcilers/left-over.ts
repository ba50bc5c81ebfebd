// What is declared no more and yet stays: nobody keeps it, and for as long as it is there this is said of it.

import type { Ref } from '../desired-state/resource.ts';
import type { Condition, ResourceStatus } from './condition.ts';
import { statusOf } from './conditions.ts';
import type { ObservedContainer } from './observed.ts';
import type { Plan } from './plan.ts';
import { ownedBy, type World } from './world.ts';

/** `goes`: those that this plan removes; `blocked`: why it removes none. */
export function leftOver(
  world: World,
  goes: ReadonlySet<Ref>,
  blocked: Plan['blocked'] | undefined,
): readonly ResourceStatus[] {
  return [...world.owned.keys()].flatMap((ref): ResourceStatus[] => {
    const { current } = ownedBy(world, ref);
    if (current === undefined || world.byRef.has(ref) || goes.has(ref)) return [];
    const end = blocked === undefined ? 'reeve plan tells why' : 'reeve apply --allow-delete removes it';
    const told = {
      reason: 'NotDeclared',
      message: `declared no more, and not removed: its container ${current.name} ${how(current)}, and is left as it is, not started again if it ends; ${end}`,
    };
    return [statusOf({ ref, containerId: current.id, ready: false, ...told, held: told })];
  });
}

/** The status of what is declared no more: none of the declared resources. */
export function isLeftOver({ conditions }: ResourceStatus): boolean {
  return conditions.some((c) => c.type === 'Held' && c.status && c.reason === 'NotDeclared');
}

function how({ state, exitCode }: ObservedContainer): string {
  if (state === 'running') return 'runs';
  return state === 'exited' ? `exited with status ${exitCode ?? 'unknown'}` : `is ${state}`;
}

/** Of the platform, for as long as more would be removed than may go at once. */
export function deletionCondition(plan: Plan): Condition | undefined {
  const platform = `Platform/${plan.platform}`;
  const blocked =
    plan.blocked ?? plan.warnings.find((w) => w.ref === platform && w.reason === 'DeletionBlocked');
  if (blocked === undefined) return undefined;
  return { type: 'Held', status: true, reason: blocked.reason, message: blocked.message };
}
