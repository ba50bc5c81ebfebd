// One workload that has failed, until it is well again. The loop restarts it by its own rules, budget and back-off; this
// goes along: it keeps the evidence, waits until it is ready and stays so, and says a person where that never is. What it
// asks of the loop are facts that the rules know already. Pure; the runner stores and carries out what it asks for.

import { assign, setup } from 'xstate';
import type { Ref } from '../../desired-state/resource.ts';
import type { RecoveryContext, RecoveryInput } from './context.ts';
import type { Evidence, Failure } from './evidence.ts';
import { diagnose } from './verdict.ts';
import { escalationWords, recoveredWords } from './words.ts';

type By = { readonly at: number; readonly by: string };

export type RecoveryEvent =
  | {
      readonly type: 'evidence';
      readonly at: number;
      readonly evidence: Evidence;
      /** What is wrong with it at this moment: more than was known when it was noticed. */
      readonly reason?: string;
    }
  | { readonly type: 'restarted' | 'ready'; readonly at: number; readonly triedAt?: number }
  | { readonly type: 'failed'; readonly at: number; readonly failure: Failure }
  | { readonly type: 'fell' | 'loading' | 'free' | 'well'; readonly at: number }
  | { readonly type: 'held' | 'released' | 'gone'; readonly at: number }
  | ({ readonly type: 'decide'; readonly choice: string } & By)
  | ({ readonly type: 'abort' } & By);

const longestMemory = 6;

const tellRecovered = {
  type: 'tellRecovered',
  params: ({ context, event }: { context: RecoveryContext; event: object }) => ({
    ref: context.ref,
    message: recoveredWords(context, timeOf(event, context.beganAt)),
  }),
} as const;

export const machine = setup({
  types: {
    context: {} as RecoveryContext,
    events: {} as RecoveryEvent,
    input: {} as RecoveryInput & { readonly at: number },
  },
  actions: {
    askRestart: (_, _params: { refs: readonly Ref[] }) => undefined,
    withdraw: (_, _params: { refs: readonly Ref[] }) => undefined,
    hold: (_, _params: { refs: readonly Ref[] }) => undefined,
    forget: (_, _params: { refs: readonly Ref[] }) => undefined,
    /** No restart can help: the loop tries again only now and then. */
    slowDown: (_, _params: { ref: Ref; at: readonly number[]; since: number; until: number; why: string }) =>
      undefined,
    tellEscalated: (_, _params: { ref: Ref; message: string }) => undefined,
    tellRecovered: (_, _params: { ref: Ref; message: string }) => undefined,
    noteEvidence: assign(({ context, event }) =>
      event.type === 'evidence' ? judged(context, event.evidence, event.reason) : {},
    ),
    /** Nothing could be read in time: what the pass has seen must do. */
    noteNothing: assign(({ context }) =>
      judged(context, {
        at: context.failure.at,
        message: context.failure.reason,
        oomKilled: context.failure.reason === 'OomKilled',
        log: [],
        trouble: 'nothing more could be read of it in time',
      }),
    ),
    noteFailed: assign(({ context, event }) =>
      event.type === 'failed' ? failedAgain(context, event.failure) : {},
    ),
    noteLate: assign(({ context, event }) =>
      failedAgain(context, {
        ...context.failure,
        reason: 'NotReady',
        at: timeOf(event, context.failure.at),
        waitsFor: [],
      }),
    ),
    noteTried: assign(({ event }) =>
      'triedAt' in event && event.triedAt !== undefined ? { triedAt: event.triedAt } : {},
    ),
    noteTold: assign({ escalations: ({ context }) => context.escalations + 1 }),
    begunAnew: assign({ triedAt: ({ event }) => event.at }),
  },
  guards: {
    mustWait: ({ context }) => context.verdict?.next === 'wait',
    /** The loop tries it, and no try can help. */
    isHopeless: ({ context: { verdict, failure } }) =>
      verdict?.next === 'escalate' && !failure.looping && !failure.blocked && failure.reason !== 'NotReady',
    mustEscalate: ({ context }) => context.failure.looping || context.verdict?.next === 'escalate',
    isWorthTelling: ({ context }) => context.failures > 1 || context.escalations > 0,
    decided: ({ event }, { choice }: { choice: string }) =>
      event.type === 'decide' && event.choice === choice,
  },
  delays: {
    settle: ({ context }) => context.settleMs,
    verify: ({ context }) => context.verifyMs,
    evidence: 15_000,
  },
}).createMachine({
  id: 'recovery',
  context: ({ input: { at, ...input } }) => ({
    ...input,
    beganAt: at,
    failures: 1,
    escalations: 0,
    times: [input.failure.at],
  }),
  initial: 'assessing',
  on: {
    held: '.held',
    gone: '.gone',
    abort: {
      target: '.aborted',
      actions: { type: 'withdraw', params: ({ context }) => ({ refs: [context.ref] }) },
    },
  },
  states: {
    assessing: {
      on: { evidence: { target: 'judging', actions: 'noteEvidence' } },
      after: { evidence: { target: 'judging', actions: 'noteNothing' } },
    },
    judging: {
      always: [
        { guard: 'mustWait', target: 'waiting' },
        {
          guard: 'isHopeless',
          target: 'escalated',
          actions: [
            { type: 'slowDown', params: ({ context }) => slowly(context) },
            { type: 'tellEscalated', params: ({ context }) => escalation(context) },
            'noteTold',
          ],
        },
        {
          guard: 'mustEscalate',
          target: 'escalated',
          actions: [{ type: 'tellEscalated', params: ({ context }) => escalation(context) }, 'noteTold'],
        },
        { target: 'restarting' },
      ],
    },
    restarting: {
      on: {
        restarted: { target: 'verifying', actions: 'noteTried' },
        ready: { target: 'settling', actions: 'noteTried' },
        loading: 'waiting',
      },
    },
    verifying: {
      on: {
        ready: { target: 'settling', actions: 'noteTried' },
        failed: { target: 'assessing', actions: 'noteFailed' },
        loading: 'waiting',
      },
      after: { verify: { target: 'assessing', actions: 'noteLate' } },
    },
    waiting: {
      on: {
        ready: { target: 'settling', actions: 'noteTried' },
        failed: { target: 'assessing', actions: 'noteFailed' },
        free: 'restarting',
      },
    },
    settling: {
      on: {
        fell: 'verifying',
        failed: { target: 'assessing', actions: 'noteFailed' },
      },
      after: {
        settle: [
          { guard: 'isWorthTelling', target: 'recovered', actions: tellRecovered },
          { target: 'recovered' },
        ],
      },
    },
    // The loop tries on, now and then: one that comes up and falls again is no news; nor is it well before it has settled.
    escalated: {
      on: {
        well: { target: 'recovered', actions: tellRecovered },
        failed: { target: 'assessing', actions: ['noteFailed', 'begunAnew'] },
        decide: [
          {
            guard: { type: 'decided', params: { choice: 'retry' } },
            target: 'restarting',
            actions: [
              'begunAnew',
              { type: 'askRestart', params: ({ context }) => ({ refs: [context.ref] }) },
            ],
          },
          {
            guard: { type: 'decided', params: { choice: 'hold' } },
            target: 'held',
            actions: { type: 'hold', params: ({ context }) => ({ refs: [context.ref] }) },
          },
          {
            guard: { type: 'decided', params: { choice: 'resolve' } },
            target: 'resolved',
            actions: { type: 'forget', params: ({ context }) => ({ refs: [context.ref] }) },
          },
        ],
      },
    },
    held: { on: { released: { target: 'restarting', actions: 'begunAnew' } } },
    recovered: { type: 'final' },
    resolved: { type: 'final' },
    gone: { type: 'final' },
    aborted: { type: 'final' },
  },
});

/** Only noticed by its attempt, or by its time: what is seen of it since then says more. */
const vague = new Set(['Failed', 'NotReady']);

function judged(
  context: RecoveryContext,
  evidence: Evidence,
  seen = context.failure.reason,
): Partial<RecoveryContext> {
  const { ref, failures } = context;
  const reason = vague.has(context.failure.reason) ? seen : context.failure.reason;
  const failure = { ...context.failure, reason };
  return { failure, evidence, verdict: diagnose({ ref, failure, failures, evidence }) };
}

function failedAgain({ times, failures }: RecoveryContext, failure: Failure): Partial<RecoveryContext> {
  return { failure, failures: failures + 1, times: [...times, failure.at].slice(-longestMemory) };
}

/** A timer's event has no time in its type; the runner gives it one. */
function timeOf(event: object, otherwise: number): number {
  return 'at' in event ? Number(event.at) : otherwise;
}

function escalation(context: RecoveryContext): { ref: Ref; message: string } {
  return { ref: context.ref, message: escalationWords(context) };
}

function slowly({ ref, times, failure, slowMs, verdict }: RecoveryContext) {
  const since = failure.at;
  return { ref, at: times, since, until: since + slowMs, why: verdict?.message ?? failure.reason };
}
