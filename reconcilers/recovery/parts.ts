// What recovery's machine is made of: its events, actions, guards and delays. Pure.

import { assign, setup } from 'xstate';
import type { Ref } from '../../desired-state/resource.ts';
import type { FailoverFact } from '../facts.ts';
import type { HostRoom } from '../procedures/definition.ts';
import type { RecoveryContext, RecoveryInput } from './context.ts';
import type { Evidence, Failure } from './evidence.ts';
import { aliasCheck, failedAgain, freeing, judged, noteFreed, timeOf } from './notes.ts';

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
  | { readonly type: 'standbyReady' | 'standbyGone'; readonly at: number }
  /** At the end of its time: there are steps still to be done. */
  | { readonly type: 'unacted'; readonly at: number }
  /** All is done, and it is not ready; `starting`: it has not failed. */
  | { readonly type: 'late'; readonly at: number; readonly starting?: boolean }
  /**
   * Where the alias is, looked at: `error`: it is not where it is to be, or nobody answers there. Or a source of the disk,
   * freed: what that gained, and how the disk is by now.
   */
  | {
      readonly type: 'worked';
      readonly at: number;
      readonly work: string;
      readonly error?: string;
      readonly bytes?: number;
      readonly disk?: HostRoom['disk'];
    }
  | ({ readonly type: 'decide'; readonly choice: string } & By)
  /** `wider`: it is another procedure's turn, and not a person's will. */
  | ({ readonly type: 'abort'; readonly wider?: true } & By);

/** What both versions can do and ask, before their states are given. */
export const parts = setup({
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
    failOver: (_, _params: { ref: Ref; fact: Omit<FailoverFact, 'at' | 'by'> | undefined }) => undefined,
    endFailover: (_, _params: { ref: Ref }) => undefined,
    tellFreed: (_, _params: { ref: Ref; message: string }) => undefined,
    tellEscalated: (_, _params: { ref: Ref; message: string }) => undefined,
    tellRecovered: (_, _params: { ref: Ref; message: string }) => undefined,
    tellFailedOver: (_, _params: { ref: Ref; message: string }) => undefined,
    tellGivenBack: (_, _params: { ref: Ref; message: string }) => undefined,
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
    noteFreed: assign(({ context, event }) => (event.type === 'worked' ? noteFreed(context, event) : {})),
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
    /** What was taken for late was not. */
    noteInTime: assign(({ context: { failures, times } }) => ({
      failures: failures - 1,
      times: times.slice(0, -1),
    })),
    noteTried: assign(({ event }) =>
      'triedAt' in event && event.triedAt !== undefined ? { triedAt: event.triedAt } : {},
    ),
    noteTold: assign({ escalations: ({ context }) => context.escalations + 1 }),
    /** Where the standby could not help before it may by now, and there may be something to free. */
    begunAnew: assign(({ event }) => ({ triedAt: event.at, failoverTrouble: undefined, freed: undefined })),
    noteLook: assign(({ context }) => ({ looks: (context.looks ?? 0) + 1 })),
    noteFailedOver: assign(({ context, event }) => ({
      failedOverAt: context.failedOverAt ?? timeOf(event, context.beganAt),
    })),
    prolong: assign({ prolonged: true }),
    noteSilence: assign(({ event }) => ('error' in event ? { silence: event.error } : {})),
    /** The standby cannot help: not tried again before the first is tried anew. */
    noteTrouble: assign(({ context, event }) => ({
      failedOverAt: undefined,
      prolonged: undefined,
      silence: undefined,
      failoverTrouble: troubleWords(context, event),
    })),
  },
  guards: {
    isFailedOver: ({ context }) => context.failedOverAt !== undefined,
    isLate: ({ context }) => isLate(context),
    mustWait: ({ context }) => context.verdict?.next === 'wait',
    canFailOver: ({ context }) => canFailOver(context) && mustEscalate(context),
    canFailOverHopeless: ({ context }) => canFailOver(context) && isHopeless(context),
    /** The loop tries it, and no try can help. */
    isHopeless: ({ context }) => isHopeless(context),
    canFree: ({ context }) => freeing(context) !== undefined,
    isFreed: ({ context, event }) => event.type === 'worked' && event.work === freeing(context)?.id,
    hasGained: ({ context }) => context.freed?.some(({ bytes }) => bytes > 0) === true,
    mustEscalate: ({ context }) => mustEscalate(context),
    isWorthTelling: ({ context }) => context.failures > 1 || context.escalations > 0,
    isThere: ({ context, event }) => isAnswer(context, event) && event.error === undefined,
    isNotThere: ({ context, event }) => isAnswer(context, event) && event.error !== undefined,
    /** Once: a standby that begins to run late may be started late too. */
    mayProlong: ({ context, event }) =>
      event.type === 'late' && event.starting === true && context.prolonged !== true,
    isWider: ({ event }) => event.type === 'abort' && event.wider === true,
    decided: ({ event }, { choice }: { choice: string }) =>
      event.type === 'decide' && event.choice === choice,
  },
  delays: {
    settle: ({ context }) => context.settleMs,
    verify: ({ context }) => context.verifyMs,
    evidence: 15_000,
    standby: ({ context }) => context.failover?.startMs ?? 0,
  },
});

/** Its time ran out, and that is all that is wrong with it. */
export function isLate({ failure, failures }: RecoveryContext): boolean {
  return failure.reason === 'NotReady' && failures > 1;
}

function mustEscalate(context: RecoveryContext): boolean {
  const { failure, verdict } = context;
  return failure.looping || verdict?.next === 'escalate' || isFullForGood(context);
}

/** Nothing that could be freed made room. Of a disk that cannot be looked at only what the engine says counts. */
function isFullForGood({ verdict, freed, disk, diskPercent = 100 }: RecoveryContext): boolean {
  if (verdict?.next !== 'free' || freed === undefined || freed.some(({ bytes }) => bytes > 0)) return false;
  return disk === undefined ? verdict.confidence === 1 : disk.usedPercent > diskPercent;
}

function isHopeless({ verdict, failure }: RecoveryContext): boolean {
  return (
    verdict?.next === 'escalate' && !failure.looping && !failure.blocked && failure.reason !== 'NotReady'
  );
}

function canFailOver({ failover, failoverTrouble }: RecoveryContext): boolean {
  return failover !== undefined && failoverTrouble === undefined;
}

type Worked = RecoveryEvent & { readonly type: 'worked' };

/** Of the look that is under way: a late one, of a look before, is none. The state is not known here, the number is. */
function isAnswer(context: RecoveryContext, event: RecoveryEvent): event is Worked {
  return event.type === 'worked' && event.work === aliasCheck('movingAlias', context)?.id;
}

function troubleWords({ failover, silence }: RecoveryContext, event: RecoveryEvent): string {
  const to = failover?.to ?? 'the standby';
  if (event.type === 'standbyGone') return `${to} is declared no more`;
  if (event.type === 'decide') return `given back by ${event.by}`;
  return silence ?? `${to} did not get ready in time`;
}
