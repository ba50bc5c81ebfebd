// Brings a revision in, wave by wave: each is aimed at, is waited for until it is ready in its new form, and is watched for
// a while before the next. A wave that fails takes all that has begun back to the revision before, or stops for a person,
// or is gone on without. Going back to an older revision (`rollback`) is the same walk, and never goes back itself.
// Pure: what passes aim at follows from the state (aim.ts); what else it asks for are actions by name.

import { assign, setup } from 'xstate';
import type { Ref } from '../../desired-state/resource.ts';
import { abortTold, pauseTold } from '../procedures/telling.ts';
import type { Question, RolloutContext, RolloutEvent, RolloutInput, Seen } from './context.ts';
import { partsOf, waveOf } from './context.ts';
import {
  beginWave,
  firstContext,
  forgetFailed,
  isAllReady,
  isBack,
  isProgress,
  merged,
  nextWave,
  noteFailed,
  noteSeen,
  openFailures,
  preparation,
  settleMsOf,
  timeOf,
  toRelease,
} from './notes.ts';
import {
  backTold,
  begunTold,
  doneTold,
  failedTold,
  goingBackTold,
  mergedTold,
  questionTold,
  whyLeft,
} from './words.ts';

export type Kind = 'rollout' | 'rollback';

/** What is told of a state's entering or leaving. */
export interface Told {
  readonly reason: string;
  readonly message: string;
  readonly warning?: boolean;
  readonly choices?: readonly string[];
}

const seenOf = (event: RolloutEvent): Seen | undefined => (event.type === 'seen' ? event : undefined);

/** The machine of one of the two. */
export function makeMachine(kind: Kind) {
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
      tell: (_, _params: Told) => undefined,
      noteUp: assign(({ event }) => (event.type === 'stopped' ? { up: event.up } : {})),
      merge: assign(({ context, event }) =>
        event.type === 'merge' ? merged(context, event.course) : context,
      ),
      beginWave: assign(({ context, event }) => beginWave(context, timeOf(event, context))),
      noteSeen: assign(({ context, event }) => (event.type === 'seen' ? noteSeen(context, event) : {})),
      noteFailed: assign(({ context, event }) => (event.type === 'seen' ? noteFailed(context, event) : {})),
      beginSettle: assign(({ context, event }) => ({ settlesSince: timeOf(event, context) })),
      nextWave: assign(({ context }) => nextWave(context)),
      beginBack: assign({ ready: [] }),
      forgetFailed: assign(({ context }) => forgetFailed(context)),
      accept: assign({ accepted: ({ context }) => Object.keys(context.failed).length }),
      beginAsking: assign({ asked: ({ context }) => context.asked + 1 }),
      noteMismatches: assign(({ event }) =>
        event.type === 'worked'
          ? { mismatches: event.error === undefined ? (event.mismatches ?? []) : [event.error] }
          : {},
      ),
      ask: assign((_, { question }: { question: Question }) => ({ question })),
      resumed: assign({ pauseAsked: false }),
    },
    guards: {
      /** Of a rollback the newer revision is left, and nothing is gone back to from it. */
      isRollback: () => kind === 'rollback',
      /** A late one, of a question before, is none. */
      isAnswer: ({ context, event }) => event.type === 'worked' && event.work === preparation(context).id,
      isMismatch: ({ context, event }) =>
        event.type === 'worked' &&
        event.work === preparation(context).id &&
        (event.error !== undefined || (event.mismatches ?? []).length > 0),
      isFull: ({ context }) => context.full === true,
      allDown: ({ event }) => event.type === 'stopped' && event.up.length === 0,
      isSuspended: ({ event }) => seenOf(event)?.suspended === true,
      fails: ({ event }) => Object.keys(seenOf(event)?.failed ?? {}).length > 0,
      allReady: ({ context, event }) => event.type === 'seen' && isAllReady(waveOf(context), event),
      readyForGood: ({ context, event }) =>
        event.type === 'seen' && isAllReady(waveOf(context), event) && settleMsOf(context) === 0,
      progress: ({ context, event }) => event.type === 'seen' && isProgress(context, event),
      allBack: ({ context, event }) => event.type === 'seen' && isBack(context, event),
      hasFailed: ({ context }) => openFailures(context).length > 0,
      goesBack: ({ context }) =>
        kind === 'rollout' && context.onFailure === 'rollback' && openFailures(context).length > 0,
      goesOn: ({ context }) =>
        kind === 'rollout' && context.onFailure === 'continue' && openFailures(context).length > 0,
      isLast: ({ context }) => context.index + 1 >= context.waves.length,
      pauseAsked: ({ context }) => context.pauseAsked,
      leavesAsItWas: ({ context, event }) =>
        kind === 'rollback' &&
        event.type === 'decide' &&
        event.choice === 'abort' &&
        context.question === 'check',
      decided: ({ context, event }, { choice, on }: { choice: string; on: Question }) =>
        event.type === 'decide' && event.choice === choice && context.question === on,
    },
    delays: {
      deadline: ({ context }) => context.deadlineMs,
      settle: ({ context }) => settleMsOf(context),
    },
  }).createMachine({
    id: kind,
    context: ({ input }) => firstContext(input),
    initial: 'begun',
    on: {
      pause: {
        actions: [assign({ pauseAsked: true }), { type: 'tell', params: ({ event }) => pauseTold(event) }],
      },
      resume: { actions: 'resumed' },
      abort: { target: '.aborted', actions: { type: 'tell', params: ({ event }) => abortTold(event) } },
      merge: {
        target: '.rolling',
        actions: [{ type: 'tell', params: ({ event }) => mergedTold(event.course) }, 'merge'],
      },
    },
    states: {
      begun: {
        always: [
          { guard: 'isRollback', target: 'checking' },
          {
            target: 'rolling',
            actions: { type: 'tell', params: ({ context }) => begunTold(kind, context) },
          },
        ],
      },
      // Before anything goes back: does what is there still fit what is gone back to?
      checking: {
        entry: 'beginAsking',
        on: {
          worked: [
            {
              guard: 'isMismatch',
              target: 'deciding',
              actions: ['noteMismatches', { type: 'ask', params: { question: 'check' } }],
            },
            { guard: 'isAnswer', target: 'leaving', actions: 'noteMismatches' },
          ],
        },
      },
      // The moment from which the newer revision is wanted no more.
      leaving: {
        entry: {
          type: 'quarantine',
          params: ({ context }) => ({
            revision: kind === 'rollback' ? context.before : context.revision,
            to: kind === 'rollback' ? context.revision : context.before,
            why: whyLeft(kind, context),
            images: context.images,
          }),
        },
        always: [
          {
            guard: 'isFull',
            target: 'stopping',
            actions: { type: 'tell', params: ({ context }) => begunTold(kind, context) },
          },
          {
            guard: 'isRollback',
            target: 'rolling',
            actions: { type: 'tell', params: ({ context }) => begunTold(kind, context) },
          },
          {
            target: 'rollingBack',
            actions: { type: 'tell', params: ({ context }) => goingBackTold(context) },
          },
        ],
      },
      stopping: {
        entry: { type: 'park', params: ({ context }) => ({ waves: context.waves }) },
        on: {
          stopped: [{ guard: 'allDown', target: 'rolling', actions: 'noteUp' }, { actions: 'noteUp' }],
        },
        after: { deadline: { target: 'deciding', actions: { type: 'ask', params: { question: 'stop' } } } },
      },
      rolling: {
        entry: ['beginWave', { type: 'release', params: ({ context }) => ({ refs: toRelease(context) }) }],
        on: {
          seen: [
            { guard: 'isSuspended' },
            { guard: 'fails', target: 'judging', actions: ['noteSeen', 'noteFailed'] },
            { guard: 'readyForGood', target: 'judging', actions: 'noteSeen' },
            { guard: 'allReady', target: 'settling', actions: ['noteSeen', 'beginSettle'] },
            { guard: 'progress', target: 'rolling', reenter: true, actions: 'noteSeen' },
            { actions: 'noteSeen' },
          ],
        },
        after: { deadline: 'confirming' },
      },
      settling: {
        on: {
          seen: [
            { guard: 'isSuspended' },
            { guard: 'fails', target: 'judging', actions: ['noteSeen', 'noteFailed'] },
            { guard: 'allReady', actions: 'noteSeen' },
            // It fell: it may get ready again within its time.
            { target: 'rolling', actions: 'noteSeen' },
          ],
        },
        after: { settle: 'confirming' },
      },
      // Nothing is judged unseen: while the engine was away its time may have run out.
      confirming: {
        on: {
          seen: [
            { guard: 'isSuspended', target: 'rolling' },
            { guard: 'allReady', target: 'judging', actions: 'noteSeen' },
            { target: 'judging', actions: ['noteSeen', 'noteFailed'] },
          ],
        },
      },
      judging: {
        always: [
          {
            guard: 'goesBack',
            target: 'checking',
            actions: { type: 'tell', params: ({ context }) => failedTold(context) },
          },
          {
            guard: 'goesOn',
            target: 'judging',
            actions: [{ type: 'tell', params: ({ context }) => failedTold(context) }, 'accept'],
          },
          {
            guard: 'hasFailed',
            target: 'deciding',
            actions: [
              { type: 'tell', params: ({ context }) => failedTold(context) },
              { type: 'ask', params: { question: 'wave' } },
            ],
          },
          { guard: 'isLast', target: 'done' },
          { guard: 'pauseAsked', target: 'paused' },
          { target: 'rolling', actions: 'nextWave' },
        ],
      },
      rollingBack: {
        entry: 'beginBack',
        on: {
          seen: [
            { guard: 'isSuspended' },
            { guard: 'allBack', target: 'rolledBack', actions: 'noteSeen' },
            { actions: 'noteSeen' },
          ],
        },
        after: { deadline: 'confirmingBack' },
      },
      confirmingBack: {
        on: {
          seen: [
            { guard: 'isSuspended', target: 'rollingBack' },
            { guard: 'allBack', target: 'rolledBack', actions: 'noteSeen' },
            {
              target: 'deciding',
              actions: ['noteSeen', { type: 'ask', params: { question: 'back' } }],
            },
          ],
        },
      },
      paused: { on: { resume: { target: 'rolling', actions: ['resumed', 'nextWave'] } } },
      deciding: {
        entry: { type: 'tell', params: ({ context }) => questionTold(kind, context) },
        on: {
          decide: [
            { guard: { type: 'decided', params: { choice: 'continue', on: 'check' } }, target: 'leaving' },
            { guard: { type: 'decided', params: { choice: 'retry', on: 'check' } }, target: 'checking' },
            { guard: { type: 'decided', params: { choice: 'retry', on: 'stop' } }, target: 'stopping' },
            { guard: { type: 'decided', params: { choice: 'continue', on: 'stop' } }, target: 'rolling' },
            { guard: { type: 'decided', params: { choice: 'abort', on: 'stop' } }, target: 'aborted' },
            { guard: 'leavesAsItWas', target: 'aborted' },
            {
              guard: { type: 'decided', params: { choice: 'abort', on: 'check' } },
              target: 'deciding',
              reenter: true,
              actions: { type: 'ask', params: { question: 'wave' } },
            },
            { guard: { type: 'decided', params: { choice: 'rollback', on: 'wave' } }, target: 'checking' },
            {
              guard: { type: 'decided', params: { choice: 'retry', on: 'wave' } },
              target: 'rolling',
              actions: 'forgetFailed',
            },
            {
              guard: { type: 'decided', params: { choice: 'continue', on: 'wave' } },
              target: 'judging',
              actions: 'accept',
            },
            { guard: { type: 'decided', params: { choice: 'abort', on: 'wave' } }, target: 'aborted' },
            { guard: { type: 'decided', params: { choice: 'retry', on: 'back' } }, target: 'rollingBack' },
            { guard: { type: 'decided', params: { choice: 'abort', on: 'back' } }, target: 'aborted' },
          ],
        },
      },
      aborted: {
        type: 'final',
        entry: {
          type: 'release',
          params: ({ context }) => ({ refs: context.full === true ? partsOf(context) : [] }),
        },
      },
      rolledBack: {
        type: 'final',
        entry: { type: 'tell', params: ({ context }) => backTold(context) },
      },
      done: {
        type: 'final',
        entry: { type: 'tell', params: ({ context }) => doneTold(kind, context) },
      },
    },
  });
}
