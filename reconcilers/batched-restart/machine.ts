// Restarts many workloads in batches: each batch is asked for, is waited for until it is ready, and is given time to
// settle before the next. Stops for a person's decision where a core or critical one does not come up, or too many
// others do not. Pure: what it asks for are actions by name; the runner stores and carries them out.

import { assign, setup } from 'xstate';
import type { Ref } from '../../desired-state/resource.ts';
import type { Batch } from './batches.ts';

export interface Settings {
  readonly settleMs: number;
  /** How long a batch may take to be ready. */
  readonly timeoutMs: number;
  /** So many of the standard tier may fail before it stops for a decision. */
  readonly maxFailures: number;
}

export interface BatchReport {
  readonly askedAt: number;
  /** When the last of it was ready; absent: one never was. */
  readonly readyAt?: number;
}

export interface BatchedRestartContext extends Settings {
  /** Who asked for it, and when. */
  readonly by: string;
  readonly beganAt: number;
  readonly batches: readonly Batch[];
  /** The batch under way. */
  readonly index: number;
  /** Of the batch under way. */
  readonly ready: readonly Ref[];
  /** Did not get ready in time, in all batches. */
  readonly failed: readonly Ref[];
  /** Failures that a person has said to go on with. */
  readonly accepted: number;
  /** To stop before the next batch. */
  readonly pauseAsked: boolean;
  readonly reports: readonly BatchReport[];
}

export type BatchedRestartInput = Pick<
  BatchedRestartContext,
  'by' | 'batches' | 'settleMs' | 'timeoutMs' | 'maxFailures'
>;

export type BatchedRestartEvent =
  | { readonly type: 'seen'; readonly at: number; readonly ready: readonly Ref[] }
  | { readonly type: 'pause'; readonly at: number; readonly by: string }
  | { readonly type: 'resume'; readonly at: number; readonly by: string }
  | { readonly type: 'abort'; readonly at: number; readonly by: string }
  | { readonly type: 'decide'; readonly at: number; readonly by: string; readonly choice: string };

const membersOf = (c: BatchedRestartContext): readonly Ref[] => c.batches[c.index]?.refs ?? [];
const missing = (c: BatchedRestartContext): readonly Ref[] =>
  membersOf(c).filter((ref) => !c.ready.includes(ref));

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
    noteSeen: assign({
      ready: ({ context, event }) => (event.type === 'seen' ? event.ready : context.ready),
      reports: ({ context, event }) =>
        event.type === 'seen' && event.ready.length === membersOf(context).length
          ? context.reports.map((r, i) => (i === context.index ? { ...r, readyAt: event.at } : r))
          : context.reports,
    }),
    noteFailed: assign({ failed: ({ context }) => [...context.failed, ...missing(context)] }),
    nextBatch: assign({ index: ({ context }) => context.index + 1, ready: [], pauseAsked: false }),
    begin: assign({
      reports: ({ context, event }) => [
        ...context.reports.slice(0, context.index),
        { askedAt: 'at' in event ? event.at : context.beganAt },
      ],
    }),
    accept: assign({ accepted: ({ context }) => context.failed.length }),
    forgetFailed: assign({
      failed: ({ context }) => context.failed.filter((ref) => !membersOf(context).includes(ref)),
    }),
  },
  guards: {
    allReady: ({ context, event }) =>
      event.type === 'seen' && membersOf(context).every((ref) => event.ready.includes(ref)),
    isLast: ({ context }) => context.index + 1 >= context.batches.length,
    isEmpty: ({ context }) => context.batches.length === 0,
    pauseAsked: ({ context }) => context.pauseAsked,
    mustDecide: ({ context }) => {
      const failed = context.failed.slice(context.accepted);
      const grave = membersOf(context).some((ref) => failed.includes(ref));
      const standard = context.batches[context.index]?.tier === 'standard';
      return (grave && !standard) || failed.length > context.maxFailures;
    },
    decided: ({ event }, { choice }: { choice: string }) =>
      event.type === 'decide' && event.choice === choice,
  },
  delays: { settle: ({ context }) => context.settleMs, timeout: ({ context }) => context.timeoutMs },
}).createMachine({
  id: 'batched-restart',
  context: ({ input: { at, ...input } }) => ({
    ...input,
    beganAt: at,
    index: 0,
    ready: [],
    failed: [],
    accepted: 0,
    pauseAsked: false,
    reports: [],
  }),
  initial: 'begun',
  on: {
    pause: {
      actions: [
        assign({ pauseAsked: true }),
        {
          type: 'tell',
          params: ({ event }) => ({
            reason: 'PauseAsked',
            message: `paused by ${event.by} before the next batch`,
          }),
        },
      ],
    },
    resume: { actions: assign({ pauseAsked: false }) },
    abort: {
      target: '.aborted',
      actions: [
        { type: 'withdraw', params: ({ context }) => ({ refs: missing(context) }) },
        {
          type: 'tell',
          params: ({ event }) => ({
            reason: 'ProcedureAborted',
            message: `aborted by ${event.by}`,
            warning: true,
          }),
        },
      ],
    },
  },
  states: {
    begun: { always: [{ guard: 'isEmpty', target: 'done' }, { target: 'restarting' }] },
    restarting: {
      entry: [
        'begin',
        { type: 'askRestart', params: ({ context }) => ({ refs: missing(context), by: context.by }) },
      ],
      on: {
        seen: [{ guard: 'allReady', target: 'settling', actions: 'noteSeen' }, { actions: 'noteSeen' }],
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
                message: `not ready in time: ${missing(context).join(', ')}`,
                warning: true,
              }),
            },
          ],
        },
      },
    },
    settling: { after: { settle: 'judging' } },
    judging: {
      always: [
        { guard: 'mustDecide', target: 'deciding' },
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
          message: `stopped: ${context.failed.slice(context.accepted).join(', ')} did not get ready; decide: continue, retry or abort`,
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
          { guard: { type: 'decided', params: { choice: 'abort' } }, target: 'aborted' },
        ],
      },
    },
    aborted: { type: 'final' },
    done: { type: 'final' },
  },
});
