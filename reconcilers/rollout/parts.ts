// What the machines of rollout and rollback are made of: their actions, guards and delays. Pure.

import { assign, setup } from 'xstate';
import type { Ref } from '../../desired-state/resource.ts';
import type { Question, RolloutContext, RolloutEvent, RolloutInput, Seen, Told } from './context.ts';
import { waveOf } from './context.ts';
import {
  arePullsOver,
  beginWave,
  failedBy,
  forgetFailed,
  isAllReady,
  isBack,
  isProgress,
  isUnacted,
  isUnactedBack,
  measuring,
  merged,
  nextWave,
  noteFailed,
  noteFallen,
  noteSeen,
  openFailures,
  pullWaitMs,
  settleMsOf,
  timeOf,
  triedAgain,
} from './notes.ts';
import { failedTold, unpulledTold } from './words.ts';

const seenOf = (event: RolloutEvent): Seen | undefined => (event.type === 'seen' ? event : undefined);

export const decided = (choice: string, on: Question, when?: 'unfit' | 'merged') =>
  ({ type: 'decided', params: { choice, on, ...(when === undefined ? {} : { when }) } }) as const;
export const ask = (question: Question) => ({ type: 'ask', params: { question } }) as const;

/** What a person has tried again has another try, whatever it failed at before. */
export const tryAgain = {
  type: 'tryAgain',
  params: ({ context }: { readonly context: RolloutContext }) => ({ refs: triedAgain(context) }),
} as const;

export const tellFailed = {
  type: 'tell',
  params: ({ context }: { readonly context: RolloutContext }) => failedTold(context),
} as const;

export const tellUnpulled = {
  type: 'tell',
  params: ({ context }: { readonly context: RolloutContext }) => unpulledTold(context),
} as const;

const isNone = (failed: object | undefined): boolean =>
  failed !== undefined && Object.keys(failed).length === 0;

/** What both can do and ask, before their states are given. */
export function makeSetup() {
  return setup({
    types: {
      context: {} as RolloutContext,
      events: {} as RolloutEvent,
      input: {} as RolloutInput & { readonly at: number },
    },
    actions: {
      /** The revision that failed, or that is left, is not brought in again; what is gone back to means what it meant. */
      quarantine: (
        _,
        _params: { revision: string; to: string; why: string; images: RolloutContext['images'] },
      ) => undefined,
      /** Down, and so until its wave. */
      park: (_, _params: { waves: RolloutContext['waves'] }) => undefined,
      release: (_, _params: { refs: readonly Ref[] }) => undefined,
      tryAgain: (_, _params: { refs: readonly Ref[] }) => undefined,
      tell: (_, _params: Told) => undefined,
      noteUp: assign(({ event }) => (event.type === 'stopped' ? { up: event.up } : {})),
      merge: assign(({ context, event }) =>
        event.type === 'merge' ? merged(context, event.course) : context,
      ),
      beginWave: assign(({ context, event }) => beginWave(context, timeOf(event, context))),
      noteSeen: assign(({ context, event }) => (event.type === 'seen' ? noteSeen(context, event) : {})),
      noteFailed: assign(({ context, event }) => (event.type === 'seen' ? noteFailed(context, event) : {})),
      noteFallen: assign(({ context }) => noteFallen(context)),
      beginSettle: assign(({ context, event }) => ({ settlesSince: timeOf(event, context) })),
      prolong: assign({ prolonged: true }),
      nextWave: assign(({ context }) => nextWave(context)),
      beginBack: assign({ ready: [] }),
      beginPulls: assign(({ context, event }) => ({
        asked: context.asked + 1,
        pullsSince: context.pullsSince ?? timeOf(event, context),
      })),
      notePulled: assign({ failed: {} }),
      noteUnpulled: assign(({ context, event }) => ({ failed: failedBy(context, event, 'pull') ?? {} })),
      pullAnew: assign(({ context, event }) => ({ failed: {}, pullsSince: timeOf(event, context) })),
      noteErrors: assign(({ context, event }) => ({
        failed: { ...context.failed, ...failedBy(context, event, 'measure', waveOf(context)) },
      })),
      giveTime: assign({ prolonged: false }),
      forgetFailed: assign(({ context }) => forgetFailed(context)),
      askPause: assign({ pauseAsked: true }),
      accept: assign({ accepted: ({ context }) => Object.keys(context.failed).length }),
      beginAsking: assign({ asked: ({ context }) => context.asked + 1 }),
      noteMismatches: assign(({ event }) =>
        event.type === 'worked'
          ? {
              mismatches: event.error === undefined ? (event.mismatches ?? []) : [event.error],
              unfit: event.unfit === true,
            }
          : {},
      ),
      /** A person has said to go back whatever schema there is. */
      leaveChecks: assign({ checks: [], unfit: false }),
      ask: assign((_, { question }: { question: Question }) => ({ question })),
      resumed: assign({ pauseAsked: false }),
    },
    guards: {
      /** A late one, of a question before, is none. */
      isAnswer: ({ context, event }) => event.type === 'worked' && event.work === `prepare-${context.asked}`,
      isMismatch: ({ context, event }) =>
        event.type === 'worked' &&
        event.work === `prepare-${context.asked}` &&
        (event.error !== undefined || (event.mismatches ?? []).length > 0),
      hasPulls: ({ context }) => (context.pulls ?? []).length > 0,
      comesWithPulls: ({ event }) => event.type === 'merge' && (event.course.pulls ?? []).length > 0,
      allPulled: ({ context, event }) => isNone(failedBy(context, event, 'pull')),
      pullsOver: ({ context, event }) =>
        failedBy(context, event, 'pull') !== undefined && arePullsOver(context, timeOf(event, context)),
      isPullAnswer: ({ context, event }) => failedBy(context, event, 'pull') !== undefined,
      measures: ({ context }) => measuring(context) !== undefined,
      fewErrors: ({ context, event }) => isNone(failedBy(context, event, 'measure', waveOf(context))),
      isMeasured: ({ context, event }) => failedBy(context, event, 'measure', waveOf(context)) !== undefined,
      isUnactedBack: ({ context, event }) => event.type === 'seen' && isUnactedBack(context, event),
      isCanary: ({ context }) => context.waves[context.index]?.canary === true,
      isFull: ({ context }) => context.full === true,
      allDown: ({ event }) => event.type === 'stopped' && event.up.length === 0,
      goesBackMerged: ({ context }) =>
        context.merged === true && context.onFailure === 'rollback' && openFailures(context).length > 0,
      isUnbegun: ({ context }) => context.reports.length === 0,
      isUnpulled: ({ context }) => context.reports.length === 0 && (context.pulls ?? []).length > 0,
      isSuspended: ({ event }) => seenOf(event)?.suspended === true,
      fails: ({ event }) => Object.keys(seenOf(event)?.failed ?? {}).length > 0,
      allReady: ({ context, event }) => event.type === 'seen' && isAllReady(waveOf(context), event),
      readyForGood: ({ context, event }) =>
        event.type === 'seen' && isAllReady(waveOf(context), event) && settleMsOf(context) === 0,
      progress: ({ context, event }) => event.type === 'seen' && isProgress(context, event),
      isUnacted: ({ context, event }) => event.type === 'seen' && isUnacted(context, event),
      allBack: ({ context, event }) => event.type === 'seen' && isBack(context, event),
      hasFailed: ({ context }) => openFailures(context).length > 0,
      goesBack: ({ context }) => context.onFailure === 'rollback' && openFailures(context).length > 0,
      goesOn: ({ context }) => context.onFailure === 'continue' && openFailures(context).length > 0,
      isLast: ({ context }) => context.index + 1 >= context.waves.length,
      pauseAsked: ({ context }) => context.pauseAsked,
      decided: (
        { context, event },
        { choice, on, when }: { choice: string; on: Question; when?: 'unfit' | 'merged' },
      ) =>
        event.type === 'decide' &&
        event.choice === choice &&
        context.question === on &&
        (when === undefined || context[when] === true),
    },
    delays: {
      deadline: ({ context }) => context.deadlineMs,
      settle: ({ context }) => settleMsOf(context),
      pullWait: ({ context }) => pullWaitMs(context),
    },
  });
}
