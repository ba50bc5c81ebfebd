// Which bytes a workload's image is, and how they are had: from here, from a registry, from a build. Pure.

import { isWorkload, type Workload } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import type { Blocker } from './blockers.ts';
import type { Facts } from './facts.ts';
import { imageKey } from './image-key.ts';
import type { ObservedState } from './observed.ts';
import type { World } from './world.ts';

/** What an apply asks for beyond what is needed. Keys as of `imageKey`. */
export interface ImageAsks {
  /** What the tag means in its registry now is taken, as far as that was asked a moment ago. */
  readonly take: ReadonlySet<string>;
  /** Built anew, though what it is built from is the same … */
  readonly rebuild: ReadonlySet<string>;
  /** … unless that was done since then (epoch ms). */
  readonly since: number;
}

export const noAsks: ImageAsks = { take: new Set(), rebuild: new Set(), since: 0 };

/** Image id of each reference as its tag means it on the engine now. */
function tagsHere(revision: Revision, observed: ObservedState): Record<string, string> {
  const found: Record<string, string> = {};
  for (const resource of revision.resources) {
    if (!isWorkload(resource)) continue;
    const id = observed.images[resource.container.image];
    if (id !== undefined) found[imageKey(resource)] = id;
  }
  return found;
}

/** What the references of a revision mean, as far as that is known. */
export function imagesOf(
  revision: Revision,
  { pins, digests }: Facts,
): Record<string, { readonly id: string; readonly digest?: string }> {
  const keys = new Set(revision.resources.filter(isWorkload).map(imageKey));
  const known = [...keys].sort().flatMap((key) => {
    const [id, digest] = [pins[key], digests[key]];
    return id === undefined ? [] : [[key, { id, ...(digest === undefined ? {} : { digest }) }] as const];
  });
  return Object.fromEntries(known);
}

export type ImageWant =
  /** It is here; `id` where its name means another image by now. */
  | { readonly way: 'use'; readonly id?: string }
  /** `digest` and `id`: that very image, whatever the tag means by now. */
  | { readonly way: 'pull'; readonly digest?: string; readonly id?: string; readonly why: string }
  | { readonly way: 'build'; readonly why: string }
  | { readonly way: 'none'; readonly blocker: Blocker };

/** How the workload's image is had. */
export function imageWant(world: World, asks: ImageAsks, workload: Workload): ImageWant {
  const { facts, observed } = world;
  const { image } = workload.container;
  const key = imageKey(workload);
  const isKept = workload.keptImage !== undefined && observed.images[workload.keptImage] !== undefined;
  const pin = isKept ? workload.keptImage : facts.pins[key];
  const named = observed.images[image];
  const digest = pin === undefined ? undefined : facts.digests[key];
  const isPinHere = pin !== undefined && observed.images[pin] !== undefined;
  // One that can be had again is had again: another image under its name is none to make do with.
  const isHere = isPinHere || (named !== undefined && digest === undefined);
  if (workload.pullPolicy !== 'never') {
    const why = workload.build === undefined ? undefined : whyBuild(world, asks, workload, isHere);
    if (why !== undefined) return { way: 'build', why };
    const taken = workload.build === undefined ? tagToTake(facts, asks, key) : undefined;
    if (taken !== undefined) return { way: 'pull', why: `the tag ${image} means another image now` };
  }
  if (isHere) {
    return isPinHere && named !== pin ? { way: 'use', id: pin } : { way: 'use' };
  }
  if (workload.pullPolicy === 'never') return { way: 'none', blocker: neverPulled(workload) };
  const exact = digest === undefined || pin === undefined ? {} : { digest, id: pin };
  return { way: 'pull', why: `image ${image} is not here`, ...exact };
}

function neverPulled({ container: { image }, positions }: Workload): Blocker {
  const why =
    positions['container.pullPolicy'] === undefined
      ? 'it cannot be built (the warning at its build says why)'
      : 'pull_policy is never; build or load it, or let it be pulled';
  return { reason: 'ImageMissing', message: `image ${image} is not here, and ${why}` };
}

/** The digest that the tag means now, where it is to be taken and is not what is in force. */
export function tagToTake(facts: Facts, asks: ImageAsks, key: string): string | undefined {
  const asked = asks.take.has(key) ? facts.registry[key] : undefined;
  return asked?.error !== undefined || asked?.digest === facts.digests[key] ? undefined : asked?.digest;
}

function whyBuild(
  { facts, revision }: World,
  asks: ImageAsks,
  workload: Workload,
  isHere: boolean,
): string | undefined {
  const { build, container } = workload;
  const key = imageKey(workload);
  const before = facts.builds[key];
  if (build === undefined) return undefined;
  if (!isHere) return `image ${container.image} is not here; it is built from ${build.context}`;
  if (before !== undefined && before.hash !== build.hash && !isOfAnother(revision, key, before.hash))
    return `what it is built from has changed: ${build.context}`;
  const isAsked = asks.rebuild.has(key) && (before === undefined || before.at < asks.since);
  return isAsked ? `it is built anew from ${build.context}, as asked` : undefined;
}

/** Two builds of one name would take turns for ever: the one that was built stays until it changes itself. */
function isOfAnother({ resources }: Revision, key: string, hash: string): boolean {
  return resources.some((r) => isWorkload(r) && r.build?.hash === hash && imageKey(r) === key);
}

interface UpdateAsks {
  /** What the tags mean here now is taken. */
  readonly updateImages?: boolean;
  readonly images?: ImageAsks;
}

/** What tags mean once an apply is through, and of which that is pulled for it; by image key. */
export interface ImageUpdate {
  readonly pins: Facts['pins'];
  readonly pulled: ReadonlySet<string>;
}

export function imageUpdate(
  revision: Revision,
  observed: ObservedState,
  facts: Facts,
  asks: UpdateAsks,
): ImageUpdate {
  const { images = noAsks } = asks;
  const pulled = [...images.take].filter((key) => tagToTake(facts, images, key) !== undefined);
  return { pins: factsWithUpdate(revision, observed, facts, asks).pins, pulled: new Set(pulled) };
}

/** As they will be: with what tags mean here now, and in the registries that were asked. */
export function factsWithUpdate(
  revision: Revision,
  observed: ObservedState,
  facts: Facts,
  { updateImages, images = noAsks }: UpdateAsks,
): Facts {
  const here =
    updateImages === true ? { ...facts, pins: { ...facts.pins, ...tagsHere(revision, observed) } } : facts;
  return factsWithTaken(here, images);
}

/** With what is to be taken in place of what is in force, so that a container that runs another image differs. */
export function factsWithTaken(facts: Facts, asks: ImageAsks): Facts {
  const taken = [...asks.take].flatMap((key) => {
    const digest = tagToTake(facts, asks, key);
    return digest === undefined ? [] : [[key, digest] as const];
  });
  return taken.length === 0 ? facts : { ...facts, pins: { ...facts.pins, ...Object.fromEntries(taken) } };
}

/** Failures to get an image: they stand in the way of a new container, not of the one that is there. */
export const imageFailures: ReadonlySet<string> = new Set([
  'ImageMissing',
  'ImagePullFailed',
  'ImagePullDenied',
  'BuildFailed',
  'BuildContextUnreadable',
]);
