// Tags that mean another image now than the one in force: said, never acted on by itself.

import { isWorkload, refOf } from '../desired-state/resource.ts';
import type { Notice } from './plan.ts';
import type { World } from './world.ts';

/** One notice an image, at the first workload that uses it. */
export function movedTags({ revision, observed, facts }: World): Notice[] {
  const notices = new Map<string, Notice>();
  for (const resource of revision.resources) {
    if (!isWorkload(resource)) continue;
    const { image } = resource.container;
    const [pin, now] = [facts.pins[image], observed.images[image]];
    if (pin === undefined || now === undefined || pin === now || notices.has(image)) continue;
    notices.set(image, {
      ref: refOf(resource),
      reason: 'ImageMoved',
      message: `the tag ${image} means another image now (${short(now)}) than the one in force (${short(pin)}); take it with reeve apply --update-images`,
      position: resource.positions['container.image'] ?? resource.position,
    });
  }
  return [...notices.values()];
}

function short(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
