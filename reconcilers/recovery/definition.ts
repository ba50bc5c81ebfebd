// Recovery as the runner drives it: what it sees in a look, what its effects ask for, how it reads.

import type { Ref } from '../../desired-state/resource.ts';
import type { ResourceStatus } from '../condition.ts';
import type { Attempts, FailoverFact } from '../facts.ts';
import type {
  Asked,
  Outlook,
  ProcedureDefinition,
  ProcedureEvent,
  Sight,
  Telling,
} from '../procedures/definition.ts';
import { statusIn } from '../procedures/status-in.ts';
import { activeHold } from '../situation.ts';
import type { RecoveryContext, Standby } from './context.ts';
import type { Failure } from './evidence.ts';
import { isReady, lastTry, notReady, troubleOf, waitsForDependency } from './failure.ts';
import { machine, machine1, machine2 } from './machine.ts';
import { aliasCheck, freeing } from './notes.ts';
import { isLate } from './parts.ts';
import { detailsOf, stateWords } from './words.ts';

export const recovery: ProcedureDefinition<RecoveryContext> = {
  kind: 'recovery',
  version: 3,
  rank: 1,
  machine,
  quiet: true,
  refs: ({ ref }) => [ref],
  see: (state, context, sight) => {
    const { ref } = context;
    const { at, facts, statuses } = sight;
    if (sight.busy?.has(ref)) return undefined;
    const status = statusIn(statuses, ref);
    // Nor is a standby at rest to be well: nobody wants it to run.
    if (status === undefined || standsBy(status)) return { type: 'gone', at };
    if (context.failover !== undefined && isStandbyAsked(state) && !isDeclared(context.failover, sight))
      return { type: 'standbyGone', at };
    const isHeld = activeHold(facts, ref, at) !== undefined || facts.suspended !== undefined;
    // Once the standby serves, it serves until the first is well.
    if (isHeld && isServing(state)) return undefined;
    if (isHeld) return state === 'held' ? undefined : { type: 'held', at };
    if (state === 'held') return { type: 'released', at };
    return watchers[state]?.(context, status, sight);
  },
  work: (state, context) => (state === 'freeing' ? freeing(context) : aliasCheck(state, context)),
  asks: ({ type, params }): Asked => {
    const refs = (params['refs'] ?? []) as readonly Ref[];
    return {
      restarts: type === 'askRestart' ? refs : [],
      withdrawn: type === 'withdraw' ? refs : [],
      held: type === 'hold' ? refs : [],
      forgotten: type === 'forget' ? refs : [],
      failovers: failoversOf(type, params as unknown as Failing),
      exhausted: type === 'slowDown' ? [exhausted(params as unknown as Slow)] : [],
      tellings: tellings(type, params as unknown as Told),
    };
  },
  outlook: (state, context): Outlook => ({
    message: stateWords(state, context),
    done: state === 'recovered' ? 1 : 0,
    total: 1,
    choices: choicesIn[state] ?? [],
    details: detailsOf(context),
  }),
};

/** Without freeing the disk; what was begun with it goes on so. */
export const recovery2: ProcedureDefinition<RecoveryContext> = { ...recovery, version: 2, machine: machine2 };

/** Without a standby; what was begun with it goes on so. */
export const recovery1: ProcedureDefinition<RecoveryContext> = { ...recovery, version: 1, machine: machine1 };

const choicesIn: Readonly<Record<string, readonly string[]>> = {
  escalated: ['retry', 'hold', 'resolve'],
  failedOver: ['retry', 'giveBack'],
};

type Watch = (context: RecoveryContext, status: ResourceStatus, sight: Sight) => ProcedureEvent | undefined;

const watchers: Readonly<Record<string, Watch>> = {
  assessing: (context, status, sight) =>
    isLate(context) && isReady(status) ? ready(context, sight) : undefined,
  restarting: (context, status, sight) => {
    const { at, facts } = sight;
    const tried = lastTry(facts, context.ref);
    const isTried = tried !== undefined && tried >= Math.max(context.failure.at, context.triedAt ?? 0);
    if (!isTried && facts.restarts[context.ref] !== undefined) return undefined;
    if (isLoading(status)) return { type: 'loading', at };
    if (!isTried && troubleOf(status) !== undefined) return undefined;
    if (!isTried && isReady(status)) return ready(context, sight);
    return { type: 'restarted', at, ...(tried === undefined ? {} : { triedAt: tried }) };
  },
  freeing: (context, status, sight) => (isReady(status) ? ready(context, sight) : undefined),
  verifying: (context, status, sight) =>
    failed(context, status, sight) ??
    (isLoading(status) ? { type: 'loading', at: sight.at } : undefined) ??
    (isReady(status) ? ready(context, sight) : undefined),
  settling: (context, status, sight) =>
    failed(context, status, sight) ?? (isReady(status) ? undefined : { type: 'fell', at: sight.at }),
  waiting: (context, status, sight) => {
    const { at, statuses } = sight;
    if (isReady(status)) return ready(context, sight);
    if (notReady(context.failure.waitsFor, statuses).length > 0 || waitsForDependency(status) !== undefined)
      return undefined;
    return failed(context, status, sight) ?? (isLoading(status) ? undefined : { type: 'free', at });
  },
  escalated: (context, status, sight) => {
    if (isReady(status))
      return hasSettled(context, status, sight) ? { type: 'well', at: sight.at } : undefined;
    // Of a container made since then the old verdict says nothing; and where its failures are forgotten, a person tries anew.
    const isAnother = status.containerId !== context.failure.containerId;
    const isForgotten = sight.facts.attempts[context.ref] === undefined && !context.failure.blocked;
    return isAnother || isForgotten ? failed(context, status, sight) : undefined;
  },
  startingStandby: standbyUp,
  confirmingStandby: (context, status, sight) =>
    standbyUp(context, status, sight) ?? judge(context, sight, [context.failover?.to]),
  confirmingAlias: (context, _, sight) => judge(context, sight, [context.failover?.to, context.ref]),
  failedOver: (context, status, sight) => (isReady(status) ? ready(context, sight) : undefined),
  // Also one that fell and was started again between two looks.
  proving: ({ ref, triedAt }, status, { at, facts }) =>
    isReady(status) && (lastTry(facts, ref) ?? 0) <= (triedAt ?? 0) ? undefined : { type: 'fell', at },
  returning: (_, status, { at }) => (isReady(status) ? undefined : { type: 'fell', at }),
};

const serving = new Set(['movingAlias', 'confirmingAlias', 'failedOver', 'proving', 'returning']);
const isServing = (state: string): boolean => serving.has(state);
const isStandbyAsked = (state: string): boolean =>
  state === 'startingStandby' || state === 'confirmingStandby' || isServing(state);
const isDeclared = ({ to }: Standby, { statuses }: Sight): boolean => statuses.some((s) => s.ref === to);

const standsBy = ({ conditions }: ResourceStatus): boolean =>
  conditions.some((c) => c.type === 'Ready' && c.status && c.reason === 'StandsBy');

/** It runs and its own probe has passed: that it stands by is no readiness to serve. */
function isStandbyReady({ to }: Standby, { statuses, busy }: Sight): boolean {
  const ready = statusIn(statuses, to)?.conditions.find((c) => c.type === 'Ready');
  return ready?.status === true && ready.reason !== 'StandsBy' && busy?.has(to) !== true;
}

function standbyUp(
  context: RecoveryContext,
  status: ResourceStatus,
  sight: Sight,
): ProcedureEvent | undefined {
  const { at } = sight;
  if (isReady(status) && hasSettled(context, status, sight)) return { type: 'well', at };
  const { failover } = context;
  return failover && isStandbyReady(failover, sight) ? { type: 'standbyReady', at } : undefined;
}

/** A verdict at the end of its time: none where something is still to be done, or under way, about one of these. */
function judge(
  { failover }: RecoveryContext,
  { at, planned, busy, statuses }: Sight,
  refs: readonly (Ref | undefined)[],
): ProcedureEvent {
  const isUnacted = refs.some((ref) => ref !== undefined && (planned?.has(ref) || busy?.has(ref)));
  if (isUnacted) return { type: 'unacted', at };
  return {
    type: 'late',
    at,
    starting: troubleOf(failover && statusIn(statuses, failover.to)) === undefined,
  };
}

function hasSettled(
  { settleMs }: RecoveryContext,
  { containerId = '' }: ResourceStatus,
  { at, facts }: Sight,
): boolean {
  const since = facts.runningSince[containerId];
  return since === undefined || at - since >= settleMs;
}

/** Tries before it was ready are no failure after it. */
function ready({ ref }: RecoveryContext, { at, facts }: Sight): ProcedureEvent {
  const tried = lastTry(facts, ref);
  return { type: 'ready', at, ...(tried === undefined ? {} : { triedAt: tried }) };
}

/** A failure that is news: the loop has tried it again meanwhile, or there is something wrong with it now. */
function failed(
  context: RecoveryContext,
  status: ResourceStatus,
  { at, facts, statuses }: Sight,
): ProcedureEvent | undefined {
  const { ref, triedAt, needs } = context;
  const tried = lastTry(facts, ref);
  const isTriedAnew = tried !== undefined && tried > (triedAt ?? context.failure.at);
  const trouble = troubleOf(status) ?? waitsForDependency(status);
  if (!isTriedAnew && trouble === undefined) return undefined;
  const failure: Failure = {
    reason: trouble?.reason ?? 'Failed',
    at: isTriedAnew ? tried : at,
    waitsFor: notReady(needs, statuses),
    ...(status.containerId === undefined ? {} : { containerId: status.containerId }),
    looping: facts.attempts[ref]?.crashLoopSince !== undefined,
    blocked: false,
  };
  return { type: 'failed', at, failure };
}

function isLoading(status: ResourceStatus): boolean {
  return status.conditions.some((c) => c.type === 'Ready' && !c.status && c.reason === 'Loading');
}

interface Slow {
  readonly ref: Ref;
  readonly at: readonly number[];
  readonly since: number;
  readonly until: number;
  readonly why: string;
}

function exhausted({ ref, at, since, until, why }: Slow): { readonly ref: Ref; readonly attempts: Attempts } {
  return { ref, attempts: { at, notBefore: until, crashLoopSince: since, lastFailure: why } };
}

interface Failing {
  readonly ref: Ref;
  readonly fact?: Omit<FailoverFact, 'at' | 'by'>;
}

function failoversOf(type: string, { ref, fact }: Failing): NonNullable<Asked['failovers']> {
  if (type === 'endFailover') return [{ ref }];
  return type === 'failOver' && fact !== undefined ? [{ ref, fact }] : [];
}

interface Told {
  readonly ref: Ref;
  readonly message: string;
}

function tellings(type: string, { ref, message }: Told): readonly Telling[] {
  if (type === 'tellRecovered') return [{ type: 'Normal', reason: 'Recovered', message, regarding: ref }];
  if (type === 'tellFreed') return [{ type: 'Normal', reason: 'DiskFreed', message, regarding: ref }];
  if (type === 'tellGivenBack') return [{ type: 'Normal', reason: 'GivenBack', message, regarding: ref }];
  const [reason, state] =
    type === 'tellFailedOver' ? ['FailedOver', 'failedOver'] : ['RecoveryEscalated', 'escalated'];
  if (type !== 'tellEscalated' && type !== 'tellFailedOver') return [];
  return [{ type: 'Warning', reason, message, regarding: ref, choices: choicesIn[state] ?? [] }];
}
