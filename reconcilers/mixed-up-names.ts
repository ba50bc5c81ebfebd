// Names of ours that changed places: each container bears a name that belongs to another of the platform. Where they go
// in a circle none can have its own back before another has let go of it.

import { isWorkload, type Ref, refOf, type Workload } from '../desired-state/resource.ts';
import type { ObservedContainer } from './observed.ts';
import { ownedBy, type World } from './world.ts';

/** What a container is called for the moment in which its own name is still another's. */
export function passingName(containerName: string, id: string): string {
  return `${containerName}.renamed-${id.slice(0, 12)}`;
}

/** Whose container bears this workload's name, where that is another workload of ours. */
export function bearerOf(world: World, workload: Workload): Ref | undefined {
  const holder = world.containersByName.get(workload.containerName);
  const ref = holder === undefined ? undefined : world.refOfContainer.get(holder.id);
  const isItsOwn = ref === undefined || ref === refOf(workload);
  return isItsOwn || currentOf(world, ref) !== holder ? undefined : ref;
}

/** Refs whose names go in a circle of which every one may be renamed. */
export function namesInCircles(world: World, mayRename: (ref: Ref) => boolean): ReadonlySet<Ref> {
  const circles = new Set<Ref>();
  for (const ref of world.owned.keys()) {
    if (circles.has(ref)) continue;
    const circle = circleFrom(world, ref);
    if (circle.every(mayRename)) for (const member of circle) circles.add(member);
  }
  return circles;
}

/** From bearer to bearer until it comes back to the first; empty where it ends before, or goes round without it. */
function circleFrom(world: World, first: Ref): readonly Ref[] {
  const circle: Ref[] = [];
  for (let ref: Ref | undefined = first; ref !== undefined; ) {
    circle.push(ref);
    const resource = world.byRef.get(ref);
    if (resource === undefined || !isWorkload(resource)) return [];
    ref = bearerOf(world, resource);
    if (ref === first) return circle;
    if (ref !== undefined && circle.includes(ref)) return [];
  }
  return [];
}

function currentOf(world: World, ref: Ref): ObservedContainer | undefined {
  return ownedBy(world, ref).current;
}
