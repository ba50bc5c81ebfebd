// The states in which a standby stands in for the first: started, checked by its own probe, given the alias, looked at
// whether it answers; until the first has been ready for its time to settle and has the alias back. The first goes on being
// healed by the loop all the while. What a wider procedure interrupts once the standby serves is taken up after it: the
// alias is not given back to what has failed because something else has the turn.

import type { RecoveryContext } from './context.ts';
import {
  endFailover,
  failOver,
  tellEscalated,
  tellFailedOver,
  tellGivenBack,
  tellRecovered,
} from './notes.ts';
import { parts } from './parts.ts';

const cannotHelp = {
  target: 'escalated',
  actions: ['noteTrouble', endFailover, tellEscalated, 'noteTold'],
} as const;
const gone = { target: 'gone', actions: endFailover } as const;
const aborted = { target: 'aborted', actions: endFailover } as const;
/** A person's word ends it; a wider procedure's turn leaves the standby where it is. */
const abort = [{ guard: 'isWider', target: 'aborted' }, aborted] as const;
/** Who holds the first, or suspends the platform, means it to stay as it is. */
const held = {} as const;
const decide = [
  {
    guard: { type: 'decided', params: { choice: 'retry' } },
    actions: {
      type: 'askRestart',
      params: ({ context }: { readonly context: RecoveryContext }) => ({ refs: [context.ref] }),
    },
  },
  {
    guard: { type: 'decided', params: { choice: 'giveBack' } },
    target: 'verifying',
    actions: ['noteTrouble', endFailover],
  },
] as const;

export const startingStandby = parts.createStateConfig({
  entry: failOver('starting'),
  on: {
    standbyReady: 'movingAlias',
    standbyGone: cannotHelp,
    // It has come up by itself meanwhile, and stays so.
    well: { target: 'recovered', actions: [endFailover, tellRecovered] },
    held: { target: 'held', actions: endFailover },
    gone,
    abort: aborted,
  },
  after: { standby: 'confirmingStandby' },
});

/** Its time is over; nothing is judged unseen, nor where nobody acted meanwhile. */
export const confirmingStandby = parts.createStateConfig({
  on: {
    standbyReady: 'movingAlias',
    unacted: 'startingStandby',
    late: [{ guard: 'mayProlong', target: 'startingStandby', actions: 'prolong' }, cannotHelp],
    standbyGone: cannotHelp,
    well: { target: 'recovered', actions: [endFailover, tellRecovered] },
    held: { target: 'held', actions: endFailover },
    gone,
    abort: aborted,
  },
});

export const movingAlias = parts.createStateConfig({
  entry: ['noteLook', 'noteFailedOver', failOver('serving')],
  on: {
    worked: [
      { guard: 'isThere', target: 'failedOver', actions: [tellFailedOver, 'noteTold'] },
      { guard: 'isNotThere', target: 'confirmingAlias', actions: 'noteSilence' },
    ],
    standbyGone: cannotHelp,
    held,
    gone,
    abort: [...abort],
  },
});

/** The alias was not there in time, or nobody answered: the fault of the standby only where all was done that is to be done. */
export const confirmingAlias = parts.createStateConfig({
  on: {
    unacted: 'movingAlias',
    late: cannotHelp,
    standbyGone: cannotHelp,
    held,
    gone,
    abort: [...abort],
  },
});

export const failedOver = parts.createStateConfig({
  on: {
    ready: { target: 'proving', actions: 'noteTried' },
    standbyGone: cannotHelp,
    decide: [...decide],
    held,
    gone,
    abort: [...abort],
  },
});

export const proving = parts.createStateConfig({
  on: {
    fell: 'failedOver',
    standbyGone: cannotHelp,
    held,
    gone,
    abort: [...abort],
  },
  after: { settle: 'returning' },
});

export const returning = parts.createStateConfig({
  entry: ['noteLook', failOver('returning')],
  on: {
    worked: [
      { guard: 'isThere', target: 'recovered', actions: [endFailover, tellGivenBack] },
      { guard: 'isNotThere', target: 'movingAlias' },
    ],
    fell: 'movingAlias',
    held,
    gone,
    abort: aborted,
  },
});
