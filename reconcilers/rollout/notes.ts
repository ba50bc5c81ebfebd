// What a rollout notes down from one event to the next: pure functions over its context.

import type { Ref } from '../../desired-state/resource.ts';
import type { MeasureErrors, PrepareRollback, PullImages } from '../procedures/definition.ts';
import type { Course, Kind, RolloutContext, RolloutEvent, RolloutInput, Seen } from './context.ts';
import { goingBackOf, waveOf } from './context.ts';

const unbegun = {
  index: 0,
  ready: [],
  failed: {},
  accepted: 0,
  reports: [],
  pauseAsked: false,
  mismatches: [],
  prolonged: false,
} as const;

export function firstContext({ at, ...course }: RolloutInput & { readonly at: number }): RolloutContext {
  return { ...course, ...unbegun, asked: 0, beganAt: at };
}

/** Of the one before, where its course has no such thing of its own. */
const notInherited = {
  pullsSince: undefined,
  underWay: undefined,
  canaryErrors: undefined,
  settlesSince: 0,
  unfit: false,
} as const;

/** A newer one has come on the way: from now on it is that one's. A pause is a person's word, and outlasts it. */
export function merged(context: RolloutContext, course: Course): RolloutContext {
  const { beganAt, asked, reports, pauseAsked } = context;
  const hasBegun = reports.length > 0 || context.merged === true;
  const broughtIn = goingBackOf(context);
  return {
    ...notInherited,
    ...course,
    ...unbegun,
    pauseAsked,
    asked: asked + 1,
    beganAt,
    ...(hasBegun ? { merged: true, broughtIn } : {}),
  };
}

export function beginWave({ reports, index }: RolloutContext, at: number): Partial<RolloutContext> {
  const { askedAt = at } = reports[index] ?? {};
  return { reports: [...reports.slice(0, index), { askedAt }] };
}

export function noteSeen(context: RolloutContext, { ready, at }: Seen): Partial<RolloutContext> {
  const isAll = waveOf(context).every((ref) => ready.includes(ref));
  const reports = context.reports.map((r, i) =>
    isAll && i === context.index ? { ...r, readyAt: r.readyAt ?? at } : r,
  );
  return { ready, reports };
}

/** What is beyond waiting; where the time is over also what is only not ready, with what is wrong with it. */
export function noteFailed(context: RolloutContext, { failed, ready, why }: Seen): Partial<RolloutContext> {
  const late = why === undefined ? [] : waveOf(context).filter((ref) => !ready.includes(ref));
  const words = Object.fromEntries(late.map((ref) => [ref, why?.[ref] ?? 'it did not get ready in time']));
  return { failed: { ...context.failed, ...words, ...failed } };
}

/** While it was watched. */
export function noteFallen(context: RolloutContext): Partial<RolloutContext> {
  const fallen = waveOf(context).filter((ref) => !context.ready.includes(ref));
  const words = Object.fromEntries(fallen.map((ref) => [ref, 'it did not stay ready while it was watched']));
  return { failed: { ...context.failed, ...words } };
}

/** Failed, and nobody has said to go on without them. */
export function openFailures({ failed, accepted }: RolloutContext): readonly Ref[] {
  return (Object.keys(failed) as Ref[]).slice(accepted);
}

export function nextWave({ index }: RolloutContext): Partial<RolloutContext> {
  return { index: index + 1, ready: [], settlesSince: 0, prolonged: false };
}

/** Those that a person has tried again: of a wave what failed, on the way back all of it. */
export function triedAgain(context: RolloutContext): readonly Ref[] {
  return context.question === 'back' ? goingBackOf(context) : openFailures(context);
}

/** They are tried again. */
export function forgetFailed(context: RolloutContext): Partial<RolloutContext> {
  const left = Object.entries(context.failed).filter(([ref]) => !openFailures(context).includes(ref as Ref));
  return { failed: Object.fromEntries(left), ready: [], prolonged: false };
}

export const isAllReady = (refs: readonly Ref[], { ready }: Pick<Seen, 'ready'>): boolean =>
  refs.every((ref) => ready.includes(ref));

export const isBack = (context: RolloutContext, seen: Pick<Seen, 'ready'>): boolean =>
  isAllReady(goingBackOf(context), seen);

/** More of it is ready than before: its time begins anew. */
export function isProgress(context: RolloutContext, { ready }: Seen): boolean {
  return ready.some((ref) => !context.ready.includes(ref));
}

/**
 * Its time went by without its steps: the host was off, or nobody acted. A canary that was ready has had its steps: what
 * is to be done about it now is because it fell.
 */
export function isUnacted(
  { prolonged, waves, index, settlesSince = 0 }: RolloutContext,
  seen: Seen,
): boolean {
  const hasFallen = waves[index]?.canary === true && settlesSince > 0;
  const isOpen = (seen.unfinished ?? []).length > 0 && Object.keys(seen.failed).length === 0;
  return isOpen && prolonged !== true && !hasFallen;
}

/** Of the wave under way; a canary is watched longer. */
export function settleMsOf({ waves, index, minReadyMs, canaryMs }: RolloutContext): number {
  return waves[index]?.canary === true ? Math.max(canaryMs, minReadyMs) : minReadyMs;
}

/** Those of the wave whose turn has come, where everything was stopped first. */
export function toRelease(context: RolloutContext): readonly Ref[] {
  return context.full === true ? waveOf(context) : [];
}

/** What is asked and made before anything goes back, as work of its own; a rollback has its images here then, too. */
export function preparation(kind: Kind, context: RolloutContext): PrepareRollback {
  const { asked, checks, backups, pulls } = context;
  const images = kind === 'rollback' && pulls !== undefined ? { pulls } : {};
  return { id: `prepare-${asked}`, type: 'prepareRollback', source: 'platform', checks, backups, ...images };
}

/** What has the images here before anything is stopped. */
export function pulling({ asked, revision, pulls = [], pullsAtOnce = 1 }: RolloutContext): PullImages {
  return {
    id: `pull-${asked}`,
    type: 'pullImages',
    source: 'registries',
    revision,
    pulls,
    atOnce: pullsAtOnce,
  };
}

/** What asks for the errors of the canary under way. */
export function measuring(context: RolloutContext): MeasureErrors | undefined {
  const { asked, canaryErrors, waves, index } = context;
  if (canaryErrors === undefined || waves[index]?.canary !== true) return undefined;
  const refs = waveOf(context);
  return { id: `measure-${asked}`, type: 'measureErrors', source: 'canaries', refs, ...canaryErrors };
}

/** What came of that work: of its own, not of one before. */
export function failedBy(
  { asked, pulls = [] }: RolloutContext,
  event: RolloutEvent,
  work: 'pull' | 'measure',
  refs: readonly Ref[] = pulls.map((p) => p.ref),
): Readonly<Record<Ref, string>> | undefined {
  if (event.type !== 'worked' || event.work !== `${work}-${asked}`) return undefined;
  const { failed = {}, error } = event;
  return error === undefined ? failed : Object.fromEntries(refs.map((ref) => [ref, error]));
}

const pullRetryMs = 15_000;

/** They are tried again until a wave's own time is over. */
export function arePullsOver({ pullsSince = 0, deadlineMs }: RolloutContext, at: number): boolean {
  return at - pullsSince >= deadlineMs;
}

/** How long they wait before the next try. */
export function pullWaitMs({ deadlineMs }: RolloutContext): number {
  return Math.min(pullRetryMs, Math.max(1, deadlineMs / 4));
}

/** Its time to go back went by without its steps. */
export function isUnactedBack({ prolonged }: RolloutContext, { unfinished = [] }: Seen): boolean {
  return unfinished.length > 0 && prolonged !== true;
}

export function timeOf(event: RolloutEvent, { beganAt }: RolloutContext): number {
  return 'at' in event ? event.at : beganAt;
}
