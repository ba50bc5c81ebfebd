// One step of a stored machine: the next snapshot, its timers as absolute times and its effects, all as data. Nothing is
// carried out here, so what is stored is all there is (xstate's own restore would lose timers).

import { type AnyStateMachine, initialTransition, transition } from 'xstate';
import type { Effect, ProcedureEvent } from './definition.ts';

export interface Timer {
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly event: { readonly type: string };
}

/** A machine between two events: JSON, and whole. */
export interface StoredMachine {
  readonly state: string;
  readonly context: unknown;
  readonly timers: readonly Timer[];
  readonly ended: boolean;
}

export interface Advance {
  readonly machine: StoredMachine;
  readonly effects: readonly Effect[];
  /** Nothing of it differs: the event meant nothing in this state. */
  readonly unchanged: boolean;
}

interface RawAction {
  readonly type: string;
  readonly params?: unknown;
}

interface RawSnapshot {
  readonly value: unknown;
  readonly context: unknown;
  readonly status: string;
}

/** A machine's first state. Its input is given `at`, too: it begins without an event that tells the time. */
export function begin(machine: AnyStateMachine, input: object, at: number): Advance {
  const [snapshot, actions] = initialTransition(machine, { ...input, at } as never);
  return advanced(snapshot, actions, [], at, undefined);
}

/**
 * The state after `event`. A timer's own event is fed like any other.
 * @throws where the stored state is none of this machine's.
 */
export function advance(machine: AnyStateMachine, stored: StoredMachine, event: ProcedureEvent): Advance {
  const value = stored.state as never;
  const snapshot = machine.resolveState({ value, context: stored.context as never });
  const [next, actions] = transition(machine, snapshot, event as never);
  return advanced(next, actions, stored.timers, event.at, stored);
}

/** The timer that is due first, if any is due at `now`. */
export function dueTimer(stored: StoredMachine, now: number): Timer | undefined {
  return stored.timers.filter((t) => t.at <= now).sort((a, b) => a.at - b.at)[0];
}

/** It fires once: what it stood for is an event now. */
export function withoutTimer(stored: StoredMachine, id: string): StoredMachine {
  return { ...stored, timers: stored.timers.filter((t) => t.id !== id) };
}

function advanced(
  snapshot: RawSnapshot,
  actions: readonly RawAction[],
  timers: readonly Timer[],
  at: number,
  before: StoredMachine | undefined,
): Advance {
  const left = new Map(timers.map((timer) => [timer.id, timer]));
  const effects: Effect[] = [];
  for (const { type, params = {} } of actions) {
    const given = params as Record<string, unknown>;
    if (type === 'xstate.raise') {
      const { id, delay, event } = given as { id: string; delay: number; event: { type: string } };
      left.set(id, { id, at: at + delay, event });
    } else if (type === 'xstate.cancel') left.delete(String(given['sendId']));
    else if (!type.startsWith('xstate.')) effects.push({ type, params: given });
  }
  const ended = snapshot.status !== 'active';
  const machine: StoredMachine = {
    state: String(snapshot.value),
    context: JSON.parse(JSON.stringify(snapshot.context)),
    timers: ended ? [] : [...left.values()],
    ended,
  };
  return {
    machine,
    effects,
    unchanged:
      before !== undefined && effects.length === 0 && JSON.stringify(before) === JSON.stringify(machine),
  };
}
