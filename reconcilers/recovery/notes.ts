// What the states of a recovery note of what they are told, and what is told of them. Pure.

import type { FailoverFact } from '../facts.ts';
import type { CheckAlias, FreeDisk, HostRoom } from '../procedures/definition.ts';
import { freedBy, nextFreeing } from '../procedures/freeing.ts';
import { drainMs } from '../replacement.ts';
import type { RecoveryContext } from './context.ts';
import type { Evidence, Failure } from './evidence.ts';
import { diagnose } from './verdict.ts';
import { escalationWords, failedOverWords, freedTold, givenBackWords, recoveredWords } from './words.ts';

interface Given {
  readonly context: RecoveryContext;
  readonly event: object;
}

const longestMemory = 6;
/** Only noticed by its attempt, or by its time: what is seen of it since then says more. */
const vague = new Set(['Failed', 'NotReady']);

export function judged(
  context: RecoveryContext,
  evidence: Evidence,
  seen = context.failure.reason,
): Partial<RecoveryContext> {
  const { ref, failures } = context;
  const reason = vague.has(context.failure.reason) ? seen : context.failure.reason;
  const failure = { ...context.failure, reason };
  return { failure, evidence, verdict: diagnose({ ref, failure, failures, evidence }) };
}

export function failedAgain(
  { times, failures }: RecoveryContext,
  failure: Failure,
): Partial<RecoveryContext> {
  return { failure, failures: failures + 1, times: [...times, failure.at].slice(-longestMemory) };
}

/** A timer's event has no time in its type; the runner gives it one. */
export function timeOf(event: object, otherwise: number): number {
  return 'at' in event ? Number(event.at) : otherwise;
}

function slowly({ ref, times, failure, slowMs, verdict }: RecoveryContext) {
  const since = failure.at;
  return { ref, at: times, since, until: since + slowMs, why: verdict?.message ?? failure.reason };
}

/** What is looked at of the alias in this state; undefined: nothing. */
export function aliasCheck(state: string, context: RecoveryContext): CheckAlias | undefined {
  const { failover, ref, looks = 0 } = context;
  if (failover === undefined || (state !== 'movingAlias' && state !== 'returning')) return undefined;
  const { to, alias, network, checkMs } = failover;
  const [holder, other] = state === 'movingAlias' ? ([to, ref] as const) : ([ref, to] as const);
  return {
    id: `alias-${looks}`,
    type: 'checkAlias',
    source: 'networks',
    alias,
    network,
    holder,
    other,
    withinMs: checkMs,
    // The standby is stopped after it: not before whoever has just asked for its address has come.
    ...(state === 'returning' ? { lastingMs: drainMs } : {}),
  };
}

/** What is freed next of the engine's disk; undefined: nothing more, or nothing at all. */
export function freeing({
  verdict,
  freed = [],
  failures,
  diskPercent,
}: RecoveryContext): FreeDisk | undefined {
  if (verdict?.next !== 'free' || diskPercent === undefined || diskPercent >= 100) return undefined;
  return nextFreeing(freed, { run: failures, maxPercent: diskPercent });
}

export function noteFreed(
  context: RecoveryContext,
  answer: { readonly disk?: HostRoom['disk'] },
): Partial<RecoveryContext> {
  const source = freeing(context)?.source;
  if (source === undefined) return {};
  const { disk } = answer;
  const freed = [...(context.freed ?? []), freedBy(source, answer)];
  return { freed, ...(disk === undefined ? {} : { disk }) };
}

export const tellFreed = {
  type: 'tellFreed',
  params: ({ context }: Given) => ({ ref: context.ref, message: freedTold(context) }),
} as const;

export const slowDown = {
  type: 'slowDown',
  params: ({ context }: Given) => slowly(context),
} as const;

export const tellEscalated = {
  type: 'tellEscalated',
  params: ({ context }: Given) => ({ ref: context.ref, message: escalationWords(context) }),
} as const;

export const tellRecovered = {
  type: 'tellRecovered',
  params: ({ context, event }: Given) => ({
    ref: context.ref,
    message: recoveredWords(context, timeOf(event, context.beganAt)),
  }),
} as const;

export const tellFailedOver = {
  type: 'tellFailedOver',
  params: ({ context }: Given) => ({ ref: context.ref, message: failedOverWords(context) }),
} as const;

export const tellGivenBack = {
  type: 'tellGivenBack',
  params: ({ context, event }: Given) => ({
    ref: context.ref,
    message: givenBackWords(context, timeOf(event, context.beganAt)),
  }),
} as const;

/** The standby's part from now on. */
export const failOver = (phase: FailoverFact['phase']) =>
  ({
    type: 'failOver',
    params: ({ context: { ref, failover } }: Given) => ({
      ref,
      fact: failover && {
        phase,
        to: failover.to,
        alias: failover.alias,
        network: failover.network,
      },
    }),
  }) as const;

/** It is needed no more: the alias is the first's, and it is kept as it was before. */
export const endFailover = {
  type: 'endFailover',
  params: ({ context }: Given) => ({ ref: context.ref }),
} as const;
