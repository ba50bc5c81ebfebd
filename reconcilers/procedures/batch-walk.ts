// Going through batches, each waited for until it is ready and watched while it settles: what every procedure of batches
// has in common. Pure functions over the part of a machine's context that tells how far it is.

import type { Ref } from '../../desired-state/resource.ts';
import type { Batch } from './batches.ts';
import type { Sight, Stage } from './definition.ts';
import { statusIn } from './status-in.ts';

export interface BatchReport {
  readonly askedAt: number;
  /** When the last of it was ready; absent: one never was. */
  readonly readyAt?: number;
}

export interface BatchWalk {
  readonly batches: readonly Batch[];
  /** The batch under way. */
  readonly index: number;
  /** Of the batch under way. */
  readonly ready: readonly Ref[];
  /** Did not get ready in time, or did not stay so, in all batches. */
  readonly failed: readonly Ref[];
  /** Failures that a person has said to go on with. */
  readonly accepted: number;
  /** So many of the standard tier may fail before it stops for a decision. */
  readonly maxFailures: number;
  /** What was wrong with those that failed, when they were judged. */
  readonly why?: Readonly<Record<Ref, string>>;
  /** To stop before the next batch. */
  readonly pauseAsked: boolean;
  readonly reports: readonly BatchReport[];
  /** A batch that is proven ready need not settle. */
  readonly adaptive?: boolean;
}

/** A look at the batch under way. A type, so that it may be stored and fed as any event. */
export type Seen = {
  readonly type: 'seen';
  readonly at: number;
  readonly ready: readonly Ref[];
  /** All of it are ready by a healthcheck or a probe, none by having run for a while alone. */
  readonly proven?: boolean;
  /** What is wrong with those that are not, where it is judged by this look. */
  readonly why?: Readonly<Record<Ref, string>>;
};

/** Before the first batch. */
export const unbegun = {
  index: 0,
  ready: [],
  failed: [],
  accepted: 0,
  pauseAsked: false,
  reports: [],
} as const;

export const membersOf = (walk: BatchWalk): readonly Ref[] => walk.batches[walk.index]?.refs ?? [];
export const missingOf = (walk: BatchWalk): readonly Ref[] =>
  membersOf(walk).filter((ref) => !walk.ready.includes(ref));
export const isAllReady = (walk: BatchWalk, { ready }: Pick<Seen, 'ready'>): boolean =>
  membersOf(walk).every((ref) => ready.includes(ref));
/** Ready by more than the passing of time, where that is enough not to settle. */
export const isProvenReady = (walk: BatchWalk, seen: Seen): boolean =>
  walk.adaptive === true && seen.proven === true && isAllReady(walk, seen);
export const isLastBatch = (walk: BatchWalk): boolean => walk.index + 1 >= walk.batches.length;
/** Failed, and nobody has said to go on without them. */
export const openFailures = (walk: BatchWalk): readonly Ref[] => walk.failed.slice(walk.accepted);

export function noteSeen(walk: BatchWalk, seen: Seen): Partial<BatchWalk> {
  const reports = isAllReady(walk, seen)
    ? walk.reports.map((r, i) => (i === walk.index ? { ...r, readyAt: r.readyAt ?? seen.at } : r))
    : walk.reports;
  const why = seen.why === undefined ? {} : { why: { ...walk.why, ...seen.why } };
  return { ready: seen.ready, reports, ...why };
}

export function beginBatch(walk: BatchWalk, at: number): Partial<BatchWalk> {
  return { reports: [...walk.reports.slice(0, walk.index), { askedAt: at }] };
}

export function nextBatch(walk: BatchWalk): Partial<BatchWalk> {
  return { index: walk.index + 1, ready: [], pauseAsked: false };
}

export function noteFailed(walk: BatchWalk): Partial<BatchWalk> {
  return { failed: [...walk.failed, ...missingOf(walk)] };
}

/** They are tried again. */
export function forgetFailed(walk: BatchWalk): Partial<BatchWalk> {
  return { failed: walk.failed.filter((ref) => !membersOf(walk).includes(ref)) };
}

/** One of tier core or critical that is not ready stops it at once; of the standard ones so many may fail. */
export function mustDecide(walk: BatchWalk): boolean {
  const failed = openFailures(walk);
  const grave = membersOf(walk).some((ref) => failed.includes(ref));
  const standard = walk.batches[walk.index]?.tier === 'standard';
  return (grave && !standard) || failed.length > walk.maxFailures;
}

/** What a look is to the batch under way; nothing where it is no news. `isDone`: what it waits for has come of this one. */
export function lookAtBatch(
  walk: BatchWalk,
  sight: Sight,
  isDone: (ref: Ref, sight: Sight) => boolean,
): Seen | undefined {
  const ready = membersOf(walk).filter((ref) => isDone(ref, sight));
  const isNews = ready.length !== walk.ready.length || ready.some((ref) => !walk.ready.includes(ref));
  if (!isNews) return undefined;
  const proven = membersOf(walk).every((ref) => ready.includes(ref) && isProven(ref, sight));
  return { type: 'seen', at: sight.at, ready, ...(proven ? { proven } : {}) };
}

/** Reasons of Ready that more than the passing of time has shown. */
const provenBy = new Set(['Healthy', 'ProbePassing', 'Completed']);

function isProven(ref: Ref, { statuses }: Sight): boolean {
  const ready = statusIn(statuses, ref)?.conditions.find((c) => c.type === 'Ready');
  return ready?.status === true && provenBy.has(ready.reason);
}

/** Ready as everybody sees it; what a person holds, or what is declared no more, is not waited for. */
export function isReadyOrLeft(ref: Ref, { statuses, facts }: Sight): boolean {
  if (facts.holds[ref] !== undefined) return true;
  const status = statusIn(statuses, ref);
  return status === undefined || status.conditions.some((c) => c.type === 'Ready' && c.status);
}

/** What is wrong with each of these. One that crashes again and again may be up just now: then its last failure tells. */
export function whyNot(refs: readonly Ref[], { statuses, facts }: Sight): Readonly<Record<Ref, string>> {
  return Object.fromEntries(
    refs.flatMap((ref) => {
      const conditions = statusIn(statuses, ref)?.conditions ?? [];
      const worst = conditions.find((c) => c.type === 'Degraded' && c.status);
      const last = facts.attempts[ref]?.lastFailure;
      if (worst === undefined && last !== undefined) return [[ref, last]];
      const told = worst ?? conditions.find((c) => c.type === 'Ready');
      return told === undefined ? [] : [[ref, `${told.reason}: ${told.message}`]];
    }),
  );
}

/** The batches that have begun, for the report. */
export function stagesOf({ batches, reports, failed, why = {} }: BatchWalk): readonly Stage[] {
  return reports.flatMap(({ askedAt, readyAt }, i): Stage[] => {
    const batch = batches[i];
    if (batch === undefined) return [];
    return [
      {
        name: `${i + 1} ${batch.tier}`,
        refs: batch.refs,
        beganAt: askedAt,
        ...(readyAt === undefined ? {} : { readyAt }),
        failed: batch.refs.filter((ref) => failed.includes(ref)),
        ...whyOf(
          batch.refs.filter((ref) => failed.includes(ref) && why[ref] !== undefined),
          why,
        ),
        starts: true,
      },
    ];
  });
}

function whyOf(refs: readonly Ref[], why: Readonly<Record<Ref, string>>): Pick<Stage, 'why'> {
  return refs.length === 0 ? {} : { why: Object.fromEntries(refs.map((ref) => [ref, why[ref] ?? ''])) };
}
