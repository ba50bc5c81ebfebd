// What a rollout or a rollback begins with, or goes on with where a newer revision comes on the way. Pure.

import { isWorkload, type Ref, refOf } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import type { Facts } from '../facts.ts';
import { imageKey, pinOf } from '../image-key.ts';
import type { ImageUpdate } from '../images.ts';
import type { BackupCommand, ImageWish, SchemaCheck } from '../procedures/definition.ts';
import { changedRefs, type Form, formsOf } from './changes.ts';
import type { Course, Images } from './context.ts';
import { wavesOf } from './waves.ts';

export interface From {
  /** In force before: what is gone back to if it fails. */
  readonly revision: Revision;
  readonly images: Images;
  /** What image tags mean now. */
  readonly pins: Facts['pins'];
  /** Of an apply that takes what they mean by now. */
  readonly update?: ImageUpdate | undefined;
  /** Of a rollout under way: as it has left them. */
  readonly forms: ReadonlyMap<Ref, Form>;
  /** What that has taken down and is not up yet. */
  readonly underWay?: readonly Ref[];
}

/** From what runs to `next`; without waves where nothing of it is changed or new. */
export function rolloutCourse(next: Revision, from: From): Course {
  const { revision: before, images, pins, update } = from;
  const meant = Object.fromEntries(Object.entries(update?.pins ?? pins).map(([key, id]) => [key, { id }]));
  const moved = otherImagesOf(next, from, meant);
  const course = courseOf(next, from, new Set([...changedRefs(next, from.forms), ...moved]));
  return { ...course, images, ...preparationFor(before, next) };
}

/** From what runs back to `target`, with what its images meant. */
export function rollbackCourse(
  target: Revision,
  images: Images,
  from: Omit<From, 'images'>,
  full: boolean,
): Course {
  const refs = full
    ? new Set(formsOf(target).keys())
    : new Set([...changedRefs(target, from.forms), ...otherImagesOf(target, from, images)]);
  const preparation = preparationFor(target, from.revision);
  const course = { ...courseOf(target, from, refs, images), images, ...preparation };
  return full ? { ...course, full } : course;
}

/** What runs another image than its tag is to mean: that is made anew too, and in its wave. */
export function otherImagesOf(
  next: Revision,
  { forms, pins }: Pick<From, 'forms' | 'pins'>,
  meant: Images,
): readonly Ref[] {
  const other = next.resources.filter(isWorkload).filter((workload) => {
    const form = forms.get(refOf(workload));
    const [then, now] = [meant[imageKey(workload)]?.id, form && pinOf({ pins }, form.workload)];
    return then !== undefined && now !== undefined && then !== now;
  });
  return other.map(refOf);
}

/**
 * Of those that wait; of those that are declared no more, for one that waits may need them; and of those that wait where
 * this one begins: until it is known that it goes on, they go on waiting.
 */
function keptImagesOf(
  next: Revision,
  { forms, pins }: Pick<From, 'forms' | 'pins'>,
  changed: ReadonlySet<Ref>,
): Readonly<Record<Ref, string>> {
  const declared = new Set(next.resources.map(refOf));
  const kept = [...forms].flatMap(([ref, { workload }]) => {
    const isKept = changed.has(ref) || !declared.has(ref) || workload.keptImage !== undefined;
    const id = isKept ? pinOf({ pins }, workload) : undefined;
    return id === undefined ? [] : [[ref, id] as const];
  });
  return Object.fromEntries(kept);
}

function courseOf(
  next: Revision,
  from: Omit<From, 'images'>,
  different: ReadonlySet<Ref>,
  meant: Images = {},
): Omit<Course, 'images' | 'checks' | 'backups'> {
  const { revision: before, forms, underWay = [] } = from;
  const { rollout, progressDeadlineMs } = next.policy;
  // What is down and has its form already is only waited for.
  const known = new Set(next.resources.map(refOf));
  const down = underWay.filter((ref) => known.has(ref));
  const changed = new Set([...different, ...down]);
  const waves = wavesOf(next, forms, changed, rollout, new Set(down));
  const old = [...changed].flatMap((ref) => {
    const form = forms.get(ref);
    return form === undefined ? [] : [[ref, form.revision] as const];
  });
  return {
    revision: next.id,
    before: before.id,
    waves,
    ...(down.length === 0 ? {} : { underWay: down }),
    forms: Object.fromEntries(old),
    keptImages: keptImagesOf(next, from, changed),
    asFound: Object.fromEntries([...forms].map(([ref, { revision }]) => [ref, revision] as const)),
    pulls: pullsOf(next, changed, meant, from.update?.pulled),
    pullsAtOnce: next.policy.images.pulls,
    minReadyMs: rollout.minReadyMs,
    canaryMs: rollout.canaryMs,
    onFailure: rollout.onFailure,
    ...(rollout.canaryErrors === undefined ? {} : { canaryErrors: rollout.canaryErrors }),
    // A replacement that is late is given up by itself at the deadline: that is seen first.
    deadlineMs: progressDeadlineMs + graceMs,
  };
}

const graceMs = 5_000;

/**
 * What is to fit `target`, and what is to be saved before `left` goes back to it: as the newer one declares it, which came with
 * what is there now.
 */
function preparationFor(target: Revision, left: Revision): Pick<Course, 'checks' | 'backups'> {
  const checks = target.resources.filter(isWorkload).flatMap((w): SchemaCheck[] => {
    return w.schemaVersion === undefined ? [] : [{ ref: refOf(w), ...w.schemaVersion }];
  });
  const backups = new Map<Ref, BackupCommand>();
  for (const w of [...target.resources, ...left.resources].filter(isWorkload))
    if (w.beforeRollback !== undefined) backups.set(refOf(w), { ref: refOf(w), command: w.beforeRollback });
  return { checks, backups: [...backups.values()] };
}

/** An image once, however many are made from it; none that is built here, or must not be pulled. */
function pullsOf(
  { resources }: Revision,
  changed: ReadonlySet<Ref>,
  meant: Images,
  taken: ReadonlySet<string> = new Set(),
): readonly ImageWish[] {
  const wishes = new Map<string, ImageWish>();
  for (const workload of resources.filter(isWorkload)) {
    const { build, pullPolicy, imageWritten, container } = workload;
    const ref = refOf(workload);
    if (!changed.has(ref) || build !== undefined || pullPolicy === 'never') continue;
    const was = meant[imageKey(workload)];
    const key = `${container.image} ${container.platform ?? ''}`;
    if (wishes.has(key)) continue;
    wishes.set(key, {
      ref,
      image: container.image,
      ...(imageWritten === undefined ? {} : { written: imageWritten }),
      ...(container.platform === undefined ? {} : { platform: container.platform }),
      ...(was === undefined ? {} : { meant: was }),
      ...(taken.has(imageKey(workload)) ? { taken: true as const } : {}),
    });
  }
  return [...wishes.values()];
}
