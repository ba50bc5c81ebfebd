// Restarts many workloads in batches: each batch is asked for, is waited for until it is ready, and is given time to
// settle before the next. Stops for a person's decision where a core or critical one does not come up, or too many
// others do not. Pure: what it asks for are actions by name; the runner stores and carries them out.

import { assign, setup } from 'xstate';
import type { Ref } from '../../desired-state/resource.ts';
import {
  type BatchWalk,
  beginBatch,
  forgetFailed,
  isAllReady,
  isLastBatch,
  isProvenReady,
  missingOf,
  mustDecide,
  nextBatch,
  noteFailed,
  noteSeen,
  openFailures,
  type Seen,
  unbegun,
} from '../procedures/batch-walk.ts';
import { abortTold, pauseTold } from '../procedures/telling.ts';

export interface BatchedRestartContext extends BatchWalk {
  /** Who asked for it, and when. */
  readonly by: string;
  readonly beganAt: number;
  readonly settleMs: number;
  /** How long a batch may take to be ready. */
  readonly timeoutMs: number;
}

export type BatchedRestartInput = Pick<
  BatchedRestartContext,
  'by' | 'batches' | 'settleMs' | 'timeoutMs' | 'maxFailures' | 'adaptive'
>;

export type BatchedRestartEvent =
  | Seen
  | { readonly type: 'pause'; readonly at: number; readonly by: string }
  | { readonly type: 'resume'; readonly at: number; readonly by: string }
  | { readonly type: 'abort'; readonly at: number; readonly by: string }
  | { readonly type: 'decide'; readonly at: number; readonly by: string; readonly choice: string };

/** Over, it leaves nothing asked for behind: what failed would be restarted at some other time, by nobody's word. */
const withdraw = {
  type: 'withdraw',
  params: ({ context }: { readonly context: BatchedRestartContext }) => ({
    refs: [...new Set([...context.failed, ...missingOf(context)])],
  }),
} as const;

export const machine = setup({
  types: {
    context: {} as BatchedRestartContext,
    events: {} as BatchedRestartEvent,
    input: {} as BatchedRestartInput & { readonly at: number },
  },
  actions: {
    askRestart: (_, _params: { refs: readonly Ref[]; by: string }) => undefined,
    withdraw: (_, _params: { refs: readonly Ref[] }) => undefined,
    tell: (_, _params: { reason: string; message: string; warning?: boolean }) => undefined,
    noteSeen: assign(({ context, event }) => (event.type === 'seen' ? noteSeen(context, event) : {})),
    noteFailed: assign(({ context }) => noteFailed(context)),
    nextBatch: assign(({ context }) => nextBatch(context)),
    begin: assign(({ context, event }) => beginBatch(context, 'at' in event ? event.at : context.beganAt)),
    accept: assign({ accepted: ({ context }) => context.failed.length }),
    forgetFailed: assign(({ context }) => forgetFailed(context)),
  },
  guards: {
    allReady: ({ context, event }) => event.type === 'seen' && isAllReady(context, event),
    provenReady: ({ context, event }) => event.type === 'seen' && isProvenReady(context, event),
    stillReady: ({ context }) => isAllReady(context, context),
    isLast: ({ context }) => isLastBatch(context),
    isLastWithout: ({ context }) => isLastBatch(context) && context.failed.length > 0,
    isEmpty: ({ context }) => context.batches.length === 0,
    pauseAsked: ({ context }) => context.pauseAsked,
    mustDecide: ({ context }) => mustDecide(context),
    decided: ({ event }, { choice }: { choice: string }) =>
      event.type === 'decide' && event.choice === choice,
  },
  delays: { settle: ({ context }) => context.settleMs, timeout: ({ context }) => context.timeoutMs },
}).createMachine({
  id: 'batched-restart',
  context: ({ input: { at, ...input } }) => ({ ...input, ...unbegun, beganAt: at }),
  initial: 'begun',
  on: {
    pause: {
      actions: [assign({ pauseAsked: true }), { type: 'tell', params: ({ event }) => pauseTold(event) }],
    },
    resume: { actions: assign({ pauseAsked: false }) },
    abort: {
      target: '.aborted',
      actions: [withdraw, { type: 'tell', params: ({ event }) => abortTold(event) }],
    },
  },
  states: {
    begun: { always: [{ guard: 'isEmpty', target: 'done' }, { target: 'restarting' }] },
    restarting: {
      entry: [
        'begin',
        { type: 'askRestart', params: ({ context }) => ({ refs: missingOf(context), by: context.by }) },
      ],
      on: {
        seen: [
          { guard: 'provenReady', target: 'judging', actions: 'noteSeen' },
          { guard: 'allReady', target: 'settling', actions: 'noteSeen' },
          { actions: 'noteSeen' },
        ],
      },
      after: {
        timeout: {
          target: 'judging',
          actions: [
            'noteFailed',
            {
              type: 'tell',
              params: ({ context }) => ({
                reason: 'BatchNotReady',
                message: `not ready in time: ${missingOf(context).join(', ')}`,
                warning: true,
              }),
            },
          ],
        },
      },
    },
    settling: {
      on: { seen: { actions: 'noteSeen' } },
      after: {
        settle: [
          { guard: 'stillReady', target: 'judging' },
          {
            target: 'judging',
            actions: [
              'noteFailed',
              {
                type: 'tell',
                params: ({ context }) => ({
                  reason: 'BatchFell',
                  message: `was ready and did not stay so: ${missingOf(context).join(', ')}`,
                  warning: true,
                }),
              },
            ],
          },
        ],
      },
    },
    judging: {
      always: [
        { guard: 'mustDecide', target: 'deciding' },
        { guard: 'isLastWithout', target: 'done', actions: withdraw },
        { guard: 'isLast', target: 'done' },
        { guard: 'pauseAsked', target: 'paused' },
        { target: 'restarting', actions: 'nextBatch' },
      ],
    },
    paused: {
      on: {
        resume: { target: 'restarting', actions: 'nextBatch' },
      },
    },
    deciding: {
      entry: {
        type: 'tell',
        params: ({ context }) => ({
          reason: 'DecisionNeeded',
          message: `stopped: ${openFailures(context).join(', ')} did not get ready; decide: continue, retry or abort`,
          warning: true,
        }),
      },
      on: {
        decide: [
          {
            guard: { type: 'decided', params: { choice: 'retry' } },
            target: 'restarting',
            actions: 'forgetFailed',
          },
          {
            guard: { type: 'decided', params: { choice: 'continue' } },
            target: 'judging',
            actions: 'accept',
          },
          { guard: { type: 'decided', params: { choice: 'abort' } }, target: 'aborted', actions: withdraw },
        ],
      },
    },
    aborted: { type: 'final' },
    done: { type: 'final' },
  },
});
