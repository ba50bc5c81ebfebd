// What a rollback would do: to which revision, what of it differs from what runs and in which waves, with which images,
// what stands in its way, and about how long it takes. Looks at the engine and the registries; changes nothing.

import { isWorkload, type Ref, refOf } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { imageKey } from '../../reconcilers/image-key.ts';
import { type Found, rollbackTarget } from '../../reconcilers/rollback/target.ts';
import { changedRefs } from '../../reconcilers/rollout/changes.ts';
import type { Course, Images, Wave } from '../../reconcilers/rollout/context.ts';
import { otherImagesOf, rollbackCourse } from '../../reconcilers/rollout/course.ts';
import type { Engine } from '../engine.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import type { GitSources } from '../git/git-sources.ts';
import type { Store } from '../store/store.ts';
import { misfitsOf } from './prepare-rollback.ts';
import { readyTimes } from './ready-times.ts';
import type { Rollouts } from './rollouts.ts';

export interface RollbackOptions {
  /** `stable`, or a revision's id or its beginning. */
  readonly to: string;
  /** Stop everything first. */
  readonly full: boolean;
}

export interface RollbackPlan {
  readonly from: string;
  readonly to: string;
  /** When it was in force last, and by whom; epoch ms. */
  readonly inForceAt: number;
  readonly by: string;
  /** Since when it is known to be stable; absent: it never was. */
  readonly stableAt?: number;
  readonly full: boolean;
  readonly waves: readonly Wave[];
  /** Of these nothing differs but what their tag meant. Absent: none. */
  readonly otherImages?: readonly Ref[];
  /** Only the newer one has them: they go. */
  readonly removed: readonly Ref[];
  /** Image references whose image of then is neither here nor to be had again. */
  readonly missingImages: readonly string[];
  /** … that is pulled again by its digest. */
  readonly pulledImages: readonly string[];
  /** Why it would wait for a decision before anything is stopped. */
  readonly mismatches: readonly string[];
  /** Backups that are made first. */
  readonly backups: readonly Ref[];
  /** From how long each took to be ready the last time. */
  readonly expectedMs: number;
  /** So many have never been timed. */
  readonly untimed: number;
}

export interface Tools {
  readonly store: Store;
  readonly engine: Engine;
  readonly rollouts: Rollouts;
  readonly platform: string;
  readonly scrub: (text: string) => string;
  /** Of commits; absent: no controller keeps the platform from its repository here. */
  readonly files?: Pick<GitSources, 'mustBeBringable'>;
}

/** So many revisions back one may be named. */
const lookedAt = 1_000;

/** @throws where there is no such revision, or it runs already. */
export async function planRollback(options: RollbackOptions, tools: Tools): Promise<RollbackPlan> {
  const { target, course, from, otherImages } = await rollbackOf(options, tools);
  const { past, images, stableAt } = target;
  const kept = new Set(past.revision.resources.map(refOf));
  const [had, times, mismatches] = await Promise.all([
    availability(past.revision, images, course, tools.engine),
    readyTimes(tools.store),
    // Asked only: backups are made when it is begun.
    misfitsOf(course.checks, tools),
  ]);
  const refs = course.waves.flatMap((w) => w.refs);
  return {
    from: from.id,
    to: past.id,
    inForceAt: past.inForceAt,
    by: past.by,
    ...(stableAt === undefined ? {} : { stableAt }),
    full: options.full,
    waves: course.waves,
    otherImages,
    removed: from.resources.map(refOf).filter((ref) => !kept.has(ref)),
    ...had,
    mismatches,
    backups: course.backups.map((b) => b.ref),
    expectedMs: course.waves.reduce(
      (sum, w) => sum + course.minReadyMs + Math.max(0, ...w.refs.map((ref) => times.get(ref) ?? 0)),
      0,
    ),
    untimed: refs.filter((ref) => !times.has(ref)).length,
  };
}

/** The same again, to be begun: `from` and `to` are those that were shown. @throws where something else runs by now. */
export async function rollbackOf(
  { to, full }: RollbackOptions,
  { store, rollouts, files }: Pick<Tools, 'store' | 'rollouts' | 'files'>,
): Promise<{
  readonly target: Found;
  readonly course: Course;
  readonly from: Revision;
  readonly otherImages: readonly Ref[];
}> {
  const runs = await rollouts.runs();
  const { revision: from } = runs;
  const target = rollbackTarget(to, await store.revisions(lookedAt), from.id, await store.facts());
  if (target === undefined) throw noTarget(to);
  if (target.past.id === from.id) {
    throw new ReeveError(`revision ${from.id} is in force: there is nothing to go back from`, {
      status: exitStatus.usage,
      hint: 'reeve history lists those before it',
    });
  }
  await mustHaveFiles(target.past.revision, from, files);
  const { past, images } = target;
  const course = rollbackCourse(past.revision, images, runs, full);
  const changed = changedRefs(past.revision, runs.forms);
  const otherImages = otherImagesOf(past.revision, runs, images).filter((ref) => !changed.has(ref));
  return { target, course, from, otherImages };
}

/** Old containers with new files are neither revision. @throws where that is what would come of it; nothing is stopped. */
async function mustHaveFiles(to: Revision, from: Revision, files: Tools['files']): Promise<void> {
  if (to.commit === undefined && from.commit === undefined) return;
  const cannot = (why: string, hint: string, cause?: unknown): ReeveError =>
    new ReeveError(`revision ${to.id} cannot run again${why}; nothing was stopped`, {
      status: exitStatus.blocked,
      hint,
      ...(cause === undefined ? {} : { cause }),
    });
  if (files === undefined) {
    const whose = to.commit === undefined ? 'what runs' : 'it';
    throw cannot(
      `: ${whose} came from a git repository, and no controller is there to bring its files`,
      'start reeve run --git URL as it was started before, then reeve rollback',
    );
  }
  try {
    await files.mustBeBringable(to);
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    const known = cause instanceof ReeveError ? cause.hint : undefined;
    const hint = known ?? 'choose another revision: reeve history, then --to';
    throw cannot(`, for its files cannot be brought: ${words}`, hint, cause);
  }
}

function noTarget(to: string): ReeveError {
  const [message, hint] =
    to === 'stable'
      ? [
          'no revision before this one is known to be stable (healthy for its time)',
          'choose one yourself: reeve history, then reeve rollback --to REVISION',
        ]
      : [`no revision ${to} is kept`, 'reeve history lists those that are'];
  return new ReeveError(message, { status: exitStatus.usage, hint });
}

/** Whether the images of then are here, or can be had again. */
async function availability(
  revision: Revision,
  images: Images,
  { waves }: Course,
  engine: Pick<Engine, 'images' | 'registryDigest'>,
): Promise<Pick<RollbackPlan, 'missingImages' | 'pulledImages'>> {
  const wanted = new Set(waves.flatMap((w) => w.refs));
  const workloads = revision.resources.filter(isWorkload).filter((w) => wanted.has(refOf(w)));
  const keys = [...new Map(workloads.map((w) => [imageKey(w), w]))];
  const ids = keys.map(([key, w]) => images[key]?.id ?? w.container.image);
  const here = await engine.images(ids);
  const missingImages: string[] = [];
  const pulledImages: string[] = [];
  await Promise.all(
    keys.map(async ([key, { container, build }], i) => {
      const { image } = container;
      const id = ids[i] ?? '';
      // What is built here is built anew from what it was built from.
      if (here[id] !== undefined || build !== undefined) return;
      const digest = images[key]?.digest;
      const asked = digest === undefined ? image : `${image.replace(/(:[^/:@]+)?(@.*)?$/, '')}@${digest}`;
      const isThere = await engine.registryDigest(asked, AbortSignal.timeout(15_000)).then(
        (found) => digest === undefined || found === digest,
        () => false,
      );
      (isThere ? pulledImages : missingImages).push(asked);
    }),
  );
  return { missingImages: missingImages.sort(), pulledImages: pulledImages.sort() };
}
