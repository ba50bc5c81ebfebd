// How a rollout and a rollback read: where they stand, what is told, what a person is asked.

import type { Ref } from '../../desired-state/resource.ts';
import type { Outlook, Stage } from '../procedures/definition.ts';
import {
  type Course,
  goingBackOf,
  type Kind,
  partsOf,
  type RolloutContext,
  type Told,
  waveName,
  waveOf,
} from './context.ts';
import { openFailures, settleMsOf } from './notes.ts';

const named = 5;

function list(refs: readonly string[]): string {
  const more = refs.length > named ? ` and ${refs.length - named} more` : '';
  return `${refs.slice(0, named).join(', ')}${more}`;
}

const seconds = (ms: number): string => `${ms / 1_000} s`;

function failuresOf(context: RolloutContext): string {
  return list(openFailures(context).map((ref) => `${ref} (${context.failed[ref] ?? 'not ready'})`));
}

export function begunTold(kind: Kind, { revision, before, waves }: RolloutContext): Told {
  const what = waves
    .map(({ refs, canary }) => `${canary === true ? 'canary ' : ''}${list(refs)}`)
    .join('; then ');
  return kind === 'rollout'
    ? { reason: 'RolloutBegun', message: `revision ${revision} comes in over ${before}: ${what}` }
    : { reason: 'RollbackBegun', message: `back to revision ${revision} from ${before}: ${what}` };
}

export function mergedTold({ revision, waves }: Course): Told {
  const what =
    waves.length === 0 ? 'all is as it wants it' : waves.map(({ refs }) => list(refs)).join('; then ');
  return {
    reason: 'RolloutMerged',
    message: `revision ${revision} has come on the way and is gone on with: ${what}`,
  };
}

export function failedTold(context: RolloutContext): Told {
  return {
    reason: 'WaveFailed',
    message: `${waveName(context)} of revision ${context.revision} failed: ${failuresOf(context)}`,
    warning: true,
  };
}

export function unpulledTold(context: RolloutContext): Told {
  return {
    reason: 'ImagesNotPulled',
    message: `nothing of revision ${context.revision} has begun: its images could not be had: ${failuresOf(context)}`,
    warning: true,
  };
}

/** Why a revision is left. */
export function whyLeft(kind: Kind, context: RolloutContext): string {
  if (kind === 'rollback') return `a rollback to revision ${context.revision}`;
  return context.reports.length === 0
    ? `its images could not be had: ${failuresOf(context)}`
    : `${waveName(context)} failed: ${failuresOf(context)}`;
}

export function goingBackTold({ before, revision }: RolloutContext): Told {
  return {
    reason: 'RollingBack',
    message: `back to revision ${before}: what has begun of ${revision} goes back`,
    warning: true,
  };
}

export function backTold({ revision, before }: RolloutContext): Told {
  return {
    reason: 'RolledBack',
    message: `revision ${revision} is quarantined, and ${before} runs again; it is not tried again until a newer one comes or: reeve apply --lift-quarantine`,
    warning: true,
  };
}

export function doneTold(kind: Kind, context: RolloutContext): Told {
  const { revision, failed } = context;
  const without = Object.keys(failed).length === 0 ? '' : `; not ready: ${list(Object.keys(failed))}`;
  return kind === 'rollout'
    ? { reason: 'RolloutDone', message: `revision ${revision} is in${without}` }
    : { reason: 'RollbackDone', message: `revision ${revision} runs again${without}` };
}

const choicesOf: Readonly<Record<string, (kind: Kind) => readonly string[]>> = {
  images: () => ['retry', 'continue', 'rollback', 'abort'],
  check: () => ['continue', 'retry', 'abort'],
  wave: (kind) =>
    kind === 'rollout' ? ['rollback', 'retry', 'continue', 'abort'] : ['retry', 'continue', 'abort'],
  stop: () => ['retry', 'continue', 'abort'],
  back: () => ['retry', 'abort'],
};

/** What a person may decide on. */
function choices(kind: Kind, { question }: RolloutContext): readonly string[] {
  return choicesOf[question ?? 'wave']?.(kind) ?? [];
}

export function questionTold(kind: Kind, context: RolloutContext): Told {
  return {
    reason: 'DecisionNeeded',
    message: questionOf(kind, context),
    warning: true,
    choices: choices(kind, context),
  };
}

function questionOf(kind: Kind, context: RolloutContext): string {
  const { question, mismatches, revision, before } = context;
  const target = kind === 'rollback' ? revision : before;
  if (question === 'check')
    return `nothing has gone back yet: ${mismatches.join('; ')}. continue: ${saving(context)}go back to ${target} all the same; retry: once that was put right (the schema taken back, a backup restored or made); abort: do not go back${restOf(kind, context)}`;
  if (question === 'images')
    return `nothing of ${revision} has begun, for images could not be had: ${failuresOf(context)}. retry: try again; continue: begin without them; rollback: ${context.merged === true ? 'go back to' : 'stay with'} ${before}; abort: bring it in at once, without a rollout`;
  if (question === 'stop')
    return `not down in time: ${list(context.up ?? [])}. retry: give them their time again; continue: go back with them up; abort: start again what was stopped`;
  if (question === 'back')
    return `going back to ${before} did not bring all of it up: ${list(goingBackOf(context).filter((ref) => !context.ready.includes(ref)))}; nothing more goes back by itself. retry: wait for them again; abort: leave it to the loop`;
  const onward = 'retry: give it its time again; continue: go on without it';
  return kind === 'rollout'
    ? `${waveName(context)} failed: ${failuresOf(context)}. rollback: go back to ${before}; ${onward}; abort: bring in what is left at once`
    : `${waveName(context)} failed: ${failuresOf(context)}; what works is kept, and a rollback never goes back itself. ${onward}; abort: bring back what is left at once`;
}

/** Where a schema does not fit, backups were not come to yet. */
function saving({ unfit, backups }: RolloutContext): string {
  return unfit === true && backups.length > 0 ? 'make the backups that are declared, and ' : '';
}

function pullsIn({ pulls = [] }: RolloutContext): string {
  return list(pulls.map((p) => p.image));
}

/** What comes of giving up a rollback that came while a revision was half in. */
function restOf(kind: Kind, { before, asFound = {} }: RolloutContext): string {
  const isHalfIn = kind === 'rollback' && Object.values(asFound).some((id) => id !== before);
  return isHalfIn ? `, and bring in what is left of ${before} wave by wave` : '';
}

/** One sentence on how it stands, what of it has begun, and what a person may decide. */
export function outlook(kind: Kind, state: string, context: RolloutContext): Outlook {
  const { waves, index, ready, revision, before, pauseAsked, failed } = context;
  const then = pauseAsked ? '; pauses after it' : '';
  const missing = (refs: readonly Ref[]): string => list(refs.filter((ref) => !ready.includes(ref)));
  const words: Readonly<Record<string, () => string>> = {
    checking: () =>
      'looks whether what is there fits what is gone back to, and makes the backups that are declared',
    stopping: () => `stops everything first: ${list(context.up ?? partsOf(context))}`,
    pulling: () => `has the images of ${revision} here before anything of it begins: ${pullsIn(context)}`,
    awaitingImages: () =>
      `images of ${revision} cannot be had yet, and nothing of it has begun: ${failuresOf(context)}; tried again`,
    measuring: () => `${waveName(context)} of ${revision}: its time is over; asks for its errors`,
    rolling: () =>
      `${waveName(context)} of ${revision}: waits until ready: ${missing(waveOf(context))}${then}`,
    settling: () =>
      `${waveName(context)} of ${revision}: all ready; watched for ${seconds(settleMsOf(context))}${then}`,
    confirming: () => `${waveName(context)} of ${revision}: its time is over; waits for one more look`,
    paused: () =>
      `paused before wave ${index + (context.reports.length === 0 ? 1 : 2)} of ${waves.length} of ${revision}`,
    rollingBack: () => `back to ${before}: waits until ready: ${missing(goingBackOf(context))}`,
    confirmingBack: () => `back to ${before}: its time is over; waits for one more look`,
    deciding: () => questionOf(kind, context),
    rolledBack: () => `${revision} failed and is quarantined; ${before} runs again`,
    aborted: () => `aborted at ${waveName(context)} of ${revision}`,
    done: () => doneTold(kind, context).message,
  };
  return {
    message: words[state]?.() ?? state,
    done: state === 'done' ? waves.length : index,
    total: waves.length,
    choices: state === 'deciding' ? choices(kind, context) : [],
    stages: stagesOf(context, failed),
  };
}

function stagesOf({ waves, reports }: RolloutContext, failed: RolloutContext['failed']): readonly Stage[] {
  return reports.flatMap(({ askedAt, readyAt }, i): Stage[] => {
    const wave = waves[i];
    if (wave === undefined) return [];
    const bad = wave.refs.filter((ref) => failed[ref] !== undefined);
    return [
      {
        name: `${i + 1} ${wave.tier}${wave.canary === true ? ' canary' : ''}`,
        refs: wave.refs,
        beganAt: askedAt,
        ...(readyAt === undefined ? {} : { readyAt }),
        failed: bad,
        ...(bad.length === 0 ? {} : { why: Object.fromEntries(bad.map((ref) => [ref, failed[ref] ?? ''])) }),
        starts: true,
      },
    ];
  });
}
