// What the controller before may still have under way at the engine. An engine takes no tokens: a call that was sent in time
// is carried out whatever became of its sender. That a step begins is stored before it is sent, so the store says which.

import type { Step } from '../../reconcilers/plan.ts';
import type { BegunStep } from '../store/store.ts';

/** A resource that is left alone until the call is surely over. */
export interface FormerCall {
  readonly step: Step;
  readonly startedAt: number;
  /** From now on. */
  readonly ms: number;
  /** Its sender lives no more, and when is told by one clock: what is seen done does not come a second time. */
  readonly sentOnce?: true;
}

/** Done twice these do no harm, and they may take an hour. */
const harmless = new Set<Step['op']>(['pullImage', 'buildImage', 'pullModel']);
/** Done twice these stop what has just begun. All others look first, and find done what is done. */
const harmful = new Set<Step['op']>(['stopContainer', 'restartContainer']);
/** By how much the clocks of two machines may differ, where one judges what the other has stored. */
const clockSkewMs = 60_000;
const leastCallMs = 10_000;
/** Longest an engine call may take before it is looked at; a stop waits its grace beside this. */
export const longestCallMs = 60_000;
/** The engine's own, where nothing says another. */
const defaultGraceMs = 10_000;

/** How long a call may take under a lease: no longer than the next leader is willing to wait for it. */
export function callTimeoutUnder(leaseMs: number): number {
  return Math.max(leaseMs, leastCallMs);
}

/** Of a leader before that may live still; what is older than any call is forgotten. */
export function formerCalls(
  begun: readonly BegunStep[],
  { leaseMs, now }: { readonly leaseMs: number; readonly now: number },
): readonly FormerCall[] {
  return begun
    .filter(({ step }) => !harmless.has(step.op))
    .map((call) => ({ ...call, ms: callTimeoutUnder(leaseMs) + graceOf(call.step) }))
    .filter(({ startedAt, ms }) => startedAt + leaseMs + ms + clockSkewMs > now);
}

/**
 * Of a controller that had the platform's lock before and is dead: what is left of its calls' own time. `sameClock`: what
 * the engine says of when something was is of the clock that the store's times are of; else the whole time is waited for.
 */
export function callsOfTheDead(
  begun: readonly BegunStep[],
  { now, sameClock }: { readonly now: number; readonly sameClock: boolean },
): readonly FormerCall[] {
  return begun
    .filter(({ step }) => harmful.has(step.op))
    .map((call): FormerCall => {
      const whole = longestCallMs + graceOf(call.step);
      // Stored later than now: the clock was set back since.
      const ms = Math.min(whole, call.startedAt + whole - now);
      return { ...call, ms, ...(sameClock ? { sentOnce: true } : {}) };
    })
    .filter(({ ms }) => ms > 0);
}

/** What is waited for, by resource. */
export function callsInWords(calls: readonly FormerCall[]): string {
  return calls.map(({ step, ms }) => `${step.ref} (${step.op}, ${Math.ceil(ms / 1_000)} s)`).join(', ');
}

function graceOf({ op, args }: Step): number {
  if (!harmful.has(op)) return 0;
  return 'graceMs' in args ? (args.graceMs ?? defaultGraceMs) : defaultGraceMs;
}
