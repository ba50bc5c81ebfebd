// Brings a whole platform up again: looks at the host, stops what is ours with dependents first, starts core, then
// critical, passes a gate, then the rest in batches that settle, and looks at all of it once more. Where core, critical
// or too many others do not come up it stops for a person's decision and never falls through. Pure: what it asks for are
// actions by name.

import { assign, setup } from 'xstate';
import type { Ref } from '../../desired-state/resource.ts';
import {
  beginBatch,
  forgetFailed,
  isAllReady,
  isLastBatch,
  missingOf,
  mustDecide,
  nextBatch,
  noteFailed,
  noteSeen,
} from '../procedures/batch-walk.ts';
import { abortTold, pauseTold } from '../procedures/telling.ts';
import {
  nextFreeing,
  partsOf,
  type Question,
  type RecoveryContext,
  type RecoveryEvent,
  type RecoveryInput,
} from './context.ts';
import { engineTold } from './engine.ts';
import {
  beginGate,
  beginStop,
  firstContext,
  isDiskFull,
  isGateDue,
  isMemoryShort,
  isReadyForGood,
  noteEngine,
  noteFreed,
  noteUp,
  passGate,
  timeOf,
} from './notes.ts';
import { batchTold, freedTold, memoryTold, questionTold } from './words.ts';

/** What is told of a state's entering or leaving. */
interface Told {
  readonly reason: string;
  readonly message: string;
  readonly warning?: boolean;
}

export const machine = setup({
  types: {
    context: {} as RecoveryContext,
    events: {} as RecoveryEvent,
    input: {} as RecoveryInput & { readonly at: number },
  },
  actions: {
    reserve: (_, _params: { batches: RecoveryContext['batches'] }) => undefined,
    park: (_, _params: { batches: RecoveryContext['batches'] }) => undefined,
    release: (_, _params: { refs: readonly Ref[] }) => undefined,
    tell: (_, _params: Told) => undefined,
    noteEngine: assign(({ event }) => noteEngine(event)),
    noteRoom: assign(({ event }) => (event.type === 'assessed' ? { room: event.room } : {})),
    noteFreed: assign(({ context, event }) => noteFreed(context, event)),
    lookAgain: assign(({ context }) => ({ freed: [], looks: context.looks + 1 })),
    beginStop: assign(({ context, event }) => beginStop(context, event)),
    noteUp: assign(({ context, event }) => noteUp(context, event)),
    begin: assign(({ context, event }) => beginBatch(context, timeOf(event, context))),
    noteSeen: assign(({ context, event }) => (event.type === 'seen' ? noteSeen(context, event) : {})),
    noteFailed: assign(({ context }) => noteFailed(context)),
    nextBatch: assign(({ context }) => nextBatch(context)),
    forgetFailed: assign(({ context }) => forgetFailed(context)),
    accept: assign(({ context }) => ({ accepted: context.failed.length })),
    beginGate: assign(({ context, event }) => beginGate(context, event)),
    noteUnready: assign(({ event }) => (event.type === 'gated' ? { unready: event.unready } : {})),
    passGate: assign(({ context, event }) => passGate(context, event)),
    ask: assign((_, { question }: { question: Question }) => ({ question })),
    resumed: assign({ pauseAsked: false }),
  },
  guards: {
    diskFull: ({ context, event }) => event.type === 'assessed' && isDiskFull(context, event.room),
    canFree: ({ context, event }) =>
      event.type === 'assessed' && isDiskFull(context, event.room) && nextFreeing(context) !== undefined,
    /** A late one, of a look before, is none. */
    isAnswer: ({ context, event }) => event.type === 'worked' && event.work === nextFreeing(context)?.id,
    memoryShort: ({ context, event }) => event.type === 'assessed' && isMemoryShort(context, event.room),
    allDown: ({ event }) => event.type === 'stopped' && event.up.length === 0,
    allReady: ({ context, event }) => event.type === 'seen' && isAllReady(context, event),
    needsNoSettling: ({ context, event }) => isReadyForGood(context, event),
    mustDecide: ({ context }) => mustDecide(context),
    pauseAsked: ({ context }) => context.pauseAsked,
    gateIsDue: ({ context }) => isGateDue(context),
    isLast: ({ context }) => isLastBatch(context),
    isLookedAt: ({ context }) => context.unready !== undefined,
    gateOpen: ({ event }) => event.type === 'gated' && event.unready.length === 0,
    /** Of those that failed before nothing more is waited for. */
    allVerified: ({ context, event }) =>
      event.type === 'gated' && event.unready.every((ref) => context.failed.includes(ref)),
    decided: ({ context, event }, { choice, on }: { choice: string; on?: Question }) =>
      event.type === 'decide' && event.choice === choice && (on === undefined || context.question === on),
  },
  delays: {
    settle: ({ context }) => context.settleMs,
    timeout: ({ context }) => context.timeoutMs,
    stopTimeout: ({ context }) => context.stopTimeoutMs,
  },
}).createMachine({
  id: 'complete-recovery',
  context: ({ input }) => firstContext(input),
  initial: 'assessing',
  on: {
    pause: {
      actions: [assign({ pauseAsked: true }), { type: 'tell', params: ({ event }) => pauseTold(event) }],
    },
    resume: { actions: 'resumed' },
    engine: {
      actions: ['noteEngine', { type: 'tell', params: ({ event }) => engineTold(event.news) }],
    },
    abort: {
      target: '.aborted',
      actions: { type: 'tell', params: ({ event }) => abortTold(event) },
    },
  },
  states: {
    assessing: {
      // What is down is not started before its turn from now on; what runs, runs on.
      entry: { type: 'reserve', params: ({ context }) => ({ batches: context.batches }) },
      on: {
        assessed: [
          { guard: 'canFree', target: 'freeing', actions: 'noteRoom' },
          {
            guard: 'diskFull',
            target: 'deciding',
            actions: ['noteRoom', { type: 'ask', params: { question: 'disk' } }],
          },
          {
            guard: 'memoryShort',
            target: 'stopping',
            actions: [
              'noteRoom',
              { type: 'tell', params: ({ context, event }) => memoryTold(context, event.room) },
            ],
          },
          { target: 'stopping', actions: 'noteRoom' },
        ],
      },
    },
    freeing: {
      on: {
        worked: {
          guard: 'isAnswer',
          target: 'assessing',
          actions: ['noteFreed', { type: 'tell', params: ({ context }) => freedTold(context) }],
        },
      },
    },
    stopping: {
      entry: ['beginStop', { type: 'park', params: ({ context }) => ({ batches: context.batches }) }],
      on: {
        stopped: [{ guard: 'allDown', target: 'judging', actions: 'noteUp' }, { actions: 'noteUp' }],
      },
      after: {
        stopTimeout: { target: 'deciding', actions: { type: 'ask', params: { question: 'stop' } } },
      },
    },
    judging: {
      always: [
        {
          guard: 'mustDecide',
          target: 'deciding',
          actions: { type: 'ask', params: { question: 'batch' } },
        },
        { guard: 'pauseAsked', target: 'paused' },
        { guard: 'gateIsDue', target: 'gating' },
        { guard: 'isLast', target: 'verifying' },
        { target: 'starting', actions: 'nextBatch' },
      ],
    },
    starting: {
      entry: ['begin', { type: 'release', params: ({ context }) => ({ refs: missingOf(context) }) }],
      on: {
        seen: [
          { guard: 'needsNoSettling', target: 'judging', actions: 'noteSeen' },
          { guard: 'allReady', target: 'settling', actions: 'noteSeen' },
          { actions: 'noteSeen' },
        ],
      },
      after: { timeout: 'confirming' },
    },
    settling: {
      on: { seen: { actions: 'noteSeen' } },
      after: { settle: 'confirming' },
    },
    // Nothing is judged unseen: while the engine was away its time may have run out.
    confirming: {
      on: {
        seen: [
          { guard: 'allReady', target: 'judging', actions: 'noteSeen' },
          {
            target: 'judging',
            actions: [
              'noteSeen',
              'noteFailed',
              { type: 'tell', params: ({ context }) => batchTold(context) },
            ],
          },
        ],
      },
    },
    gating: {
      entry: 'beginGate',
      on: {
        gated: [
          { guard: 'gateOpen', target: 'judging', actions: ['noteUnready', 'passGate'] },
          { actions: 'noteUnready' },
        ],
      },
      after: { timeout: { target: 'deciding', actions: { type: 'ask', params: { question: 'gate' } } } },
    },
    verifying: {
      entry: 'beginGate',
      on: {
        gated: [{ guard: 'allVerified', target: 'done', actions: 'noteUnready' }, { actions: 'noteUnready' }],
      },
      after: {
        timeout: [
          { guard: 'isLookedAt', target: 'done' },
          { target: 'verifying', reenter: true },
        ],
      },
    },
    paused: { on: { resume: { target: 'judging', actions: 'resumed' } } },
    deciding: {
      entry: { type: 'tell', params: ({ context }) => questionTold(context) },
      on: {
        decide: [
          {
            guard: { type: 'decided', params: { choice: 'retry', on: 'disk' } },
            target: 'assessing',
            actions: 'lookAgain',
          },
          { guard: { type: 'decided', params: { choice: 'retry', on: 'stop' } }, target: 'stopping' },
          { guard: { type: 'decided', params: { choice: 'retry', on: 'gate' } }, target: 'gating' },
          {
            guard: { type: 'decided', params: { choice: 'retry', on: 'batch' } },
            target: 'starting',
            actions: 'forgetFailed',
          },
          { guard: { type: 'decided', params: { choice: 'continue', on: 'disk' } }, target: 'stopping' },
          {
            guard: { type: 'decided', params: { choice: 'continue', on: 'gate' } },
            target: 'judging',
            actions: 'passGate',
          },
          {
            guard: { type: 'decided', params: { choice: 'continue' } },
            target: 'judging',
            actions: 'accept',
          },
          { guard: { type: 'decided', params: { choice: 'abort' } }, target: 'aborted' },
        ],
      },
    },
    aborted: {
      type: 'final',
      entry: { type: 'release', params: ({ context }) => ({ refs: partsOf(context) }) },
    },
    done: { type: 'final' },
  },
});
