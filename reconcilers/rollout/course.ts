// What a rollout or a rollback begins with, or goes on with where a newer revision comes on the way. Pure.

import { isWorkload, type Ref, refOf } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import type { SchemaCheck } from '../procedures/definition.ts';
import { changedRefs, type Form } from './changes.ts';
import type { Course, Images } from './context.ts';
import { wavesOf } from './waves.ts';

export interface From {
  /** In force before: what is gone back to if it fails. */
  readonly revision: Revision;
  readonly images: Images;
  /** Of a rollout under way: as it has left them. */
  readonly forms: ReadonlyMap<Ref, Form>;
}

/** From what runs to `next`; without waves where nothing of it is changed or new. */
export function rolloutCourse(next: Revision, { revision: before, images, forms }: From): Course {
  return { ...courseOf(next, before.id, forms), images, checks: checksOf(before) };
}

/** From what runs back to `target`, with what its images meant. */
export function rollbackCourse(
  target: Revision,
  images: Images,
  { revision: left, forms }: Pick<From, 'revision' | 'forms'>,
): Course {
  return { ...courseOf(target, left.id, forms), images, checks: checksOf(target) };
}

function courseOf(
  next: Revision,
  before: string,
  forms: ReadonlyMap<Ref, Form>,
): Omit<Course, 'images' | 'checks'> {
  const changed = changedRefs(next, forms);
  const { rollout, progressDeadlineMs } = next.policy;
  const waves = wavesOf(next, forms, changed, rollout);
  const old = [...changed].flatMap((ref) => {
    const form = forms.get(ref);
    return form === undefined ? [] : [[ref, form.revision] as const];
  });
  return {
    revision: next.id,
    before,
    waves,
    forms: Object.fromEntries(old),
    minReadyMs: rollout.minReadyMs,
    canaryMs: rollout.canaryMs,
    onFailure: rollout.onFailure,
    // A replacement that is late is given up by itself at the deadline: that is seen first.
    deadlineMs: progressDeadlineMs + graceMs,
  };
}

const graceMs = 5_000;

/** What a revision declares that its programs can work with. */
function checksOf({ resources }: Revision): readonly SchemaCheck[] {
  return resources
    .filter(isWorkload)
    .flatMap((w): SchemaCheck[] =>
      w.schemaVersion === undefined ? [] : [{ ref: refOf(w), ...w.schemaVersion }],
    );
}
