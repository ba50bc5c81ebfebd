// Tags that mean another image now than the one in force, here or in their registry: said, never acted on by itself.

import { isWorkload, refOf, type Workload } from '../desired-state/resource.ts';
import { imageKey } from './image-key.ts';
import { type ImageAsks, tagToTake } from './images.ts';
import type { Notice } from './plan.ts';
import type { World } from './world.ts';

/** One notice an image, at the first workload that uses it; none of what this plan takes. */
export function movedTags(world: World, asks: ImageAsks): Notice[] {
  const notices = new Map<string, Notice>();
  for (const resource of world.revision.resources) {
    if (!isWorkload(resource)) continue;
    const key = imageKey(resource);
    if (notices.has(key)) continue;
    const told = wordsOf(world, asks, resource, key);
    if (told === undefined) continue;
    const position = resource.positions['container.image'] ?? resource.position;
    notices.set(key, { ref: refOf(resource), ...told, position });
  }
  return [...notices.values()];
}

const howToTake = 'take it with reeve apply --update-images';

function wordsOf(
  { facts, observed }: World,
  asks: ImageAsks,
  { container: { image } }: Workload,
  key: string,
): Pick<Notice, 'reason' | 'message'> | undefined {
  const asked = facts.registry[key];
  const [digest, pin, here] = [facts.digests[key], facts.pins[key], observed.images[image]];
  if (asks.take.has(key) && asked?.error !== undefined) {
    const message = `whether ${image} means another image by now is not known: ${asked.error}; the one in force stays`;
    return { reason: 'RegistryNotAsked', message };
  }
  if (tagToTake(facts, asks, key) !== undefined) return undefined;
  if (asked?.digest !== undefined && digest !== undefined && asked.digest !== digest) {
    const message = `the tag ${image} means another image in its registry now (${short(asked.digest)}) than the one in force (${short(digest)}); ${howToTake}`;
    return { reason: 'ImageMoved', message };
  }
  if (pin === undefined || here === undefined || pin === here) return undefined;
  const message = `the tag ${image} means another image now (${short(here)}) than the one in force (${short(pin)}); ${howToTake}`;
  return { reason: 'ImageMoved', message };
}

function short(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
