// What comes of a rollback that a person gives up before anything has gone back.

import type { Ref } from '../../desired-state/resource.ts';
import { rollback } from '../../reconcilers/rollback/definition.ts';
import { aimOf } from '../../reconcilers/rollout/aim.ts';
import { formsOf } from '../../reconcilers/rollout/changes.ts';
import type { Course, RolloutContext } from '../../reconcilers/rollout/context.ts';
import { rolloutCourse } from '../../reconcilers/rollout/course.ts';
import type { ProcedureRecord } from '../store/store.ts';
import type { KnownRevisions } from './known-revisions.ts';

export const isAbort = ({ type, choice }: { readonly type: string; readonly choice?: string }): boolean =>
  type === 'abort' || (type === 'decide' && choice === 'abort');

/**
 * The course of what is left of a revision that the rollback has found half in: wave by wave, and to be gone back from to
 * where that was to go. undefined: it was all in, or something has gone back already.
 */
export async function onwardCourse(
  { kind, machine }: ProcedureRecord,
  known: KnownRevisions,
): Promise<Course | undefined> {
  const context = machine.context as RolloutContext;
  if (kind !== rollback.kind || aimOf(machine.state, context)?.waiting !== 'all') return undefined;
  const next = await known.find(context.before);
  const before = await known.find(context.revision);
  if (next === undefined || before === undefined) return undefined;
  const found = Object.entries(context.asFound ?? {}) as [Ref, string][];
  await known.have(found.map(([, revision]) => revision));
  const forms = new Map(
    found.flatMap(([ref, revision]) => {
      const form = formsOf(known.all.get(revision) ?? next).get(ref);
      return form === undefined ? [] : [[ref, form] as const];
    }),
  );
  const course = rolloutCourse(next, { revision: before, images: context.images, forms });
  return course.waves.length === 0 ? undefined : { ...course, merged: true };
}

/** Revisions that a rollout or rollback needs. */
export function namesOf({ before, revision, forms, asFound = {} }: RolloutContext): readonly string[] {
  return [before, revision, ...Object.values(forms), ...Object.values(asFound)];
}
