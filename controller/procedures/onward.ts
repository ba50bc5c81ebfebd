// What comes of a rollback that a person gives up before anything has gone back.

import type { Facts } from '../../reconcilers/facts.ts';
import { rollback } from '../../reconcilers/rollback/definition.ts';
import { aimOf, withKeptImage } from '../../reconcilers/rollout/aim.ts';
import { type Form, formsOf } from '../../reconcilers/rollout/changes.ts';
import type { Course, RolloutContext } from '../../reconcilers/rollout/context.ts';
import { rolloutCourse } from '../../reconcilers/rollout/course.ts';
import { rollout } from '../../reconcilers/rollout/definition.ts';
import type { ProcedureRecord } from '../store/store.ts';
import type { KnownRevisions } from './known-revisions.ts';

export const isRollout = ({ kind }: ProcedureRecord): boolean =>
  kind === rollout.kind || kind === rollback.kind;

export const isAbort = ({ type, choice }: { readonly type: string; readonly choice?: string }): boolean =>
  type === 'abort' || (type === 'decide' && choice === 'abort');

/**
 * The course of a revision that the rollback has found half in: wave by wave, and to be gone back from to where that was to
 * go. What is in already has its wave too: it may not be ready yet. undefined: it was all in, or something has gone back.
 */
export async function onwardCourse(
  { kind, machine }: ProcedureRecord,
  known: KnownRevisions,
  pins: Facts['pins'],
): Promise<Course | undefined> {
  const context = machine.context as RolloutContext;
  const { asFound = {}, keptImages, images, underWay = [] } = context;
  if (kind !== rollback.kind || aimOf(machine.state, context)?.waiting !== 'all') return undefined;
  const next = await known.find(context.before);
  const before = await known.find(context.revision);
  if (next === undefined || before === undefined) return undefined;
  const withImage = ({ workload, ...form }: Form): Form => ({
    ...form,
    workload: withKeptImage(workload, keptImages ?? {}),
  });
  const forms = new Map([...formsOf(before)].map(([ref, form]) => [ref, withImage(form)]));
  const course = rolloutCourse(next, { revision: before, images, pins, forms, underWay });
  const refs = course.waves.flatMap((wave) => wave.refs);
  if (refs.every((ref) => asFound[ref] === next.id)) return undefined;
  const found = refs.flatMap((ref) => (asFound[ref] === undefined ? [] : [[ref, asFound[ref]] as const]));
  const kept = { ...course.keptImages, ...keptImages };
  return { ...course, forms: Object.fromEntries(found), keptImages: kept, asFound, merged: true };
}

/** Revisions that a rollout or rollback needs. */
export function namesOf({ before, revision, forms, asFound = {} }: RolloutContext): readonly string[] {
  return [before, revision, ...Object.values(forms), ...Object.values(asFound)];
}
