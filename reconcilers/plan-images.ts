// What a plan tells of the images that its steps create from: which bytes, from where, in place of which. Pure.

import { isWorkload, type Workload } from '../desired-state/resource.ts';
import type { Facts } from './facts.ts';
import { imageKey } from './image-key.ts';
import { type ImageAsks, tagToTake } from './images.ts';
import type { PlanImage, Step } from './plan.ts';
import type { World } from './world.ts';

const imageOps = new Set<Step['op']>(['createContainer', 'pullImage', 'buildImage']);

/** Images of which there is more to tell than their name; by name. */
export function planImages(world: World, asks: ImageAsks, steps: readonly Step[]): PlanImage[] {
  const found = new Map<string, PlanImage>();
  for (const { op, ref } of steps) {
    const workload = imageOps.has(op) ? world.byRef.get(ref) : undefined;
    if (workload === undefined || !isWorkload(workload)) continue;
    // Says by itself which bytes it is.
    if (workload.container.image.includes('@')) continue;
    const told = imageOf(world.facts, asks, workload);
    if (Object.keys(told).length > 1) found.set(told.image, told);
  }
  return [...found.values()].sort((a, b) => (a.image < b.image ? -1 : 1));
}

function imageOf(facts: Facts, asks: ImageAsks, workload: Workload): PlanImage {
  const { imageWritten, build, container } = workload;
  const key = imageKey(workload);
  const [taken, before] = [tagToTake(facts, asks, key), facts.digests[key]];
  const digest = taken ?? before;
  return {
    image: container.image,
    ...(imageWritten === undefined ? {} : { written: imageWritten }),
    ...(digest === undefined ? {} : { digest }),
    ...(taken === undefined || before === undefined ? {} : { before }),
    ...(build === undefined ? {} : { builtFrom: build.context }),
  };
}
