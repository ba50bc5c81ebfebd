// One workload that has failed, until it is well again. The loop restarts it by its own rules, budget and back-off; this
// goes along: it keeps the evidence, waits until it is ready and stays so, and says a person where that never is. What it
// asks of the loop are facts that the rules know already. Pure; the runner stores and carries out what it asks for.

import type { RecoveryContext, RecoveryInput } from './context.ts';
import {
  confirmingAlias,
  confirmingStandby,
  failedOver,
  movingAlias,
  proving,
  returning,
  startingStandby,
} from './failover-states.ts';
import { failOver, slowDown, tellEscalated, tellFreed, tellRecovered } from './notes.ts';
import { parts, type RecoveryEvent } from './parts.ts';

export type { RecoveryEvent };

const contextOf = ({ input }: { input: RecoveryInput & { readonly at: number } }): RecoveryContext => {
  const { at, ...given } = input;
  return { ...given, beganAt: at, failures: 1, escalations: 0, times: [given.failure.at] };
};

const fromAnyState = {
  held: '.held',
  gone: '.gone',
  abort: {
    target: '.aborted',
    actions: {
      type: 'withdraw',
      params: ({ context }: { context: RecoveryContext }) => ({ refs: [context.ref] }),
    },
  },
} as const;

const assessing = parts.createStateConfig({
  on: {
    evidence: { target: 'judging', actions: 'noteEvidence' },
    // Nothing is judged unseen: while nobody looked its time may have run out.
    ready: { guard: 'isLate', target: 'settling', actions: ['noteInTime', 'noteTried'] },
  },
  after: { evidence: { target: 'judging', actions: 'noteNothing' } },
});

const escalate = [tellEscalated, 'noteTold'] as const;
const byVerdict = [
  { guard: 'isHopeless', target: 'escalated', actions: [slowDown, ...escalate] },
  { guard: 'mustEscalate', target: 'escalated', actions: [...escalate] },
  { target: 'restarting' },
] as const;

const restarting = parts.createStateConfig({
  on: {
    restarted: { target: 'verifying', actions: 'noteTried' },
    ready: { target: 'settling', actions: 'noteTried' },
    loading: 'waiting',
  },
});

const verifying = parts.createStateConfig({
  on: {
    ready: { target: 'settling', actions: 'noteTried' },
    failed: { target: 'assessing', actions: 'noteFailed' },
    loading: 'waiting',
  },
  after: { verify: { target: 'assessing', actions: 'noteLate' } },
});

const waiting = parts.createStateConfig({
  on: {
    ready: { target: 'settling', actions: 'noteTried' },
    failed: { target: 'assessing', actions: 'noteFailed' },
    free: 'restarting',
  },
});

const settling = parts.createStateConfig({
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
});

// The loop tries on, now and then: one that comes up and falls again is no news; nor is it well before it has settled.
const escalated = parts.createStateConfig({
  on: {
    well: { target: 'recovered', actions: tellRecovered },
    failed: { target: 'assessing', actions: ['noteFailed', 'begunAnew'] },
    decide: [
      {
        guard: { type: 'decided', params: { choice: 'retry' } },
        target: 'restarting',
        actions: ['begunAnew', { type: 'askRestart', params: ({ context }) => ({ refs: [context.ref] }) }],
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
});

// The engine's disk is freed as a complete recovery frees it, source by source; the loop goes on trying meanwhile. What gained
// room is tried at once, for its waits were for a disk that was full.
const freeing = parts.createStateConfig({
  on: {
    worked: { guard: 'isFreed', target: 'freed', actions: 'noteFreed' },
    ready: { target: 'settling', actions: 'noteTried' },
  },
});

const healing = { restarting, verifying, waiting, settling, escalated };
const ends = {
  held: parts.createStateConfig({ on: { released: { target: 'restarting', actions: 'begunAnew' } } }),
  recovered: parts.createStateConfig({ type: 'final' }),
  resolved: parts.createStateConfig({ type: 'final' }),
  gone: parts.createStateConfig({ type: 'final' }),
  aborted: parts.createStateConfig({ type: 'final' }),
};

/** Version 1 knew no standby. What was begun with it goes on so. */
export const machine1 = parts.createMachine({
  id: 'recovery',
  context: contextOf,
  initial: 'assessing',
  on: fromAnyState,
  states: {
    assessing,
    judging: { always: [{ guard: 'mustWait', target: 'waiting' }, ...byVerdict] },
    ...healing,
    ...ends,
  },
});

// A standby may serve already: the recovery that had it started was another procedure's turn to end.
const beginning = parts.createStateConfig({
  always: [
    { guard: 'isFailedOver', target: 'failedOver', actions: failOver('serving') },
    { target: 'assessing' },
  ],
});

const withStandby = [
  { guard: 'canFailOverHopeless', target: 'startingStandby', actions: slowDown },
  { guard: 'canFailOver', target: 'startingStandby' },
  ...byVerdict,
] as const;

const failingOver = {
  startingStandby,
  confirmingStandby,
  movingAlias,
  confirmingAlias,
  failedOver,
  proving,
  returning,
};

/** Version 2 freed no disk. */
export const machine2 = parts.createMachine({
  id: 'recovery',
  context: contextOf,
  initial: 'beginning',
  on: fromAnyState,
  states: {
    beginning,
    assessing,
    judging: { always: [{ guard: 'mustWait', target: 'waiting' }, ...withStandby] },
    ...healing,
    ...failingOver,
    ...ends,
  },
});

export const machine = parts.createMachine({
  id: 'recovery',
  context: contextOf,
  initial: 'beginning',
  on: fromAnyState,
  states: {
    beginning,
    assessing,
    judging: {
      always: [
        { guard: 'mustWait', target: 'waiting' },
        { guard: 'canFree', target: 'freeing' },
        ...withStandby,
      ],
    },
    freeing,
    freed: {
      always: [
        { guard: 'canFree', target: 'freeing' },
        {
          guard: 'hasGained',
          target: 'restarting',
          actions: [tellFreed, { type: 'forget', params: ({ context }) => ({ refs: [context.ref] }) }],
        },
        ...withStandby,
      ],
    },
    ...healing,
    ...failingOver,
    ...ends,
  },
});
