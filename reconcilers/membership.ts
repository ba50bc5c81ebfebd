// A container's networks as a list call shows them: missing ones, and those of a network that was removed and made anew.

import type { Workload } from '../desired-state/resource.ts';
import type { FieldDrift } from './drift.ts';
import type { ObservedContainer } from './observed.ts';
import type { World } from './world.ts';

/** Networks that the container should be on and is not. Of one that it is on under a network's old id, too. */
export function networkGaps(world: World, workload: Workload, container: ObservedContainer): FieldDrift[] {
  const gaps: FieldDrift[] = [];
  for (const name of Object.keys(workload.container.networks).sort()) {
    const engineName = world.networkNames[name] ?? name;
    const old = gapIn(world, engineName, container);
    if (old !== undefined)
      gaps.push({ field: `networks.${engineName}`, act: 'connect', old, new: 'connected' });
  }
  return gaps;
}

function gapIn(world: World, engineName: string, container: ObservedContainer): string | undefined {
  const member = container.networks[engineName];
  if (member === undefined) return '(none)';
  const network = world.networksByName.get(engineName);
  if (network === undefined) return 'removed';
  // A container that does not run shows no network id.
  return member.networkId !== '' && member.networkId !== network.id ? 'removed and made anew' : undefined;
}
