// What an engine event lets us remember: who stopped a container, since when it runs or is paused. Pure.
// An event never says what to do; the next plan does, from these facts and a fresh look.

import type { Policy } from '../../desired-state/revision.ts';
import { nextAttempt } from '../../reconcilers/backoff.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { claimedRef } from '../../reconcilers/observed.ts';
import type { EngineEvent } from '../engine.ts';
import type { FactChange } from '../store/store.ts';

/** A `kill` event this long before a `die` made it an act of the API (longest common stop grace and some). */
const killWindowMs = 120_000;

/** Signals sent through the API that are meant to end a process; others (HUP, USR1 …) only talk to it. */
const endingSignals = new Set([
  '2',
  '3',
  '6',
  '9',
  '15',
  'SIGINT',
  'SIGQUIT',
  'SIGABRT',
  'SIGKILL',
  'SIGTERM',
]);

/** Memory of the stream that one event alone does not carry. Owned by the follower, one per stream. */
export interface EventMemory {
  /** Container id → time of the last ending signal through the API. */
  readonly kills: Map<string, number>;
  /** Container id → time of the last `oom`. */
  readonly ooms: Map<string, number>;
  /** The engine is being stopped: what it kills ends with it. */
  readonly engineEnds: () => boolean;
  /** Containers that reeve itself is stopping now, until they start again. */
  readonly stoppedByReeve: Set<string>;
  /** Containers that reeve itself has started or is starting, until their `start` is told: it may be told after the step's end. */
  readonly startedByReeve: Set<string>;
}

/** A process is being ended through the API; whether by a person, by reeve or by the engine's own end is to be seen. */
export function isEndingKill({ type, action, attributes }: EngineEvent): boolean {
  return type === 'container' && action === 'kill' && endingSignals.has(attributes['signal'] ?? '');
}

/** What is passed in so that counting an attempt stays pure. */
export interface AttemptInputs {
  readonly policy: Policy;
  readonly jitter: number;
}

/** The facts that change by this event. */
export function factsFromEvent(
  event: EngineEvent,
  facts: Facts,
  memory: EventMemory,
  inputs: AttemptInputs,
): FactChange[] {
  if (event.type !== 'container') return [];
  const { id, at } = event;
  switch (event.action) {
    case 'kill':
      if (isEndingKill(event)) memory.kills.set(id, at);
      return [];
    case 'oom':
      memory.ooms.set(id, at);
      return [];
    case 'die':
    case 'stop':
      return [stopOf(event, facts, memory), { fact: 'runningSince', key: id, value: undefined }];
    case 'start':
    case 'restart':
      memory.kills.delete(id);
      // Its next end is another's doing, however soon it comes.
      memory.stoppedByReeve.delete(id);
      return [
        ...restartByEngine(event, facts, memory, inputs),
        { fact: 'stops', key: id, value: undefined },
        { fact: 'runningSince', key: id, value: at },
      ];
    case 'pause':
      return [{ fact: 'pausedSince', key: id, value: at }];
    case 'unpause':
      return [{ fact: 'pausedSince', key: id, value: undefined }];
    case 'destroy':
      // That reeve made it stays known: this is how the next plan sees that somebody removed it, and when.
      return [...forgetContainer(id).filter((c) => c.fact !== 'made'), ...goneAt(id, facts, at)];
    default:
      return [];
  }
}

/** A `start` after the process ended by itself that reeve did not make is the engine's restart policy at work. */
function restartByEngine(
  event: EngineEvent,
  facts: Facts,
  memory: EventMemory,
  { policy, jitter }: AttemptInputs,
): FactChange[] {
  const stop = facts.stops[event.id];
  if (memory.startedByReeve.delete(event.id)) return [];
  if (stop === undefined || (stop.by !== 'self' && stop.by !== 'oom')) return [];
  const ref = claimedRef(event.attributes);
  const failure = stop.by === 'oom' ? 'out of memory' : `exited with status ${stop.exitCode ?? 'unknown'}`;
  return [
    {
      fact: 'attempts',
      key: ref,
      value: nextAttempt(facts.attempts[ref], policy, event.at, jitter, failure),
    },
  ];
}

function stopOf(event: EngineEvent, facts: Facts, memory: EventMemory): FactChange {
  const { id, at } = event;
  const exitCode = Number(event.attributes['exitCode']);
  const killed = at - (memory.kills.get(id) ?? Number.NEGATIVE_INFINITY) <= killWindowMs;
  const oom = at - (memory.ooms.get(id) ?? Number.NEGATIVE_INFINITY) <= 5_000;
  const before = facts.stops[id];
  // `stop` comes after or before its `die`; the one with an exit code is kept, an API stop stays one.
  const known = Number.isNaN(exitCode) ? before?.exitCode : exitCode;
  // Known to have ended with the engine, and not started since: its late events say no more.
  if (before?.by === 'engine' && facts.runningSince[id] === undefined) {
    return { fact: 'stops', key: id, value: before };
  }
  const byApi = event.action === 'stop' || killed;
  const by = memory.stoppedByReeve.has(id)
    ? 'reeve'
    : byApi
      ? memory.engineEnds()
        ? 'engine'
        : 'api'
      : oom
        ? 'oom'
        : 'self';
  // One end, told by two events, has one time.
  const since = before !== undefined && at - before.at <= 5_000 ? Math.min(before.at, at) : at;
  return {
    fact: 'stops',
    key: id,
    value: { at: since, by, ...(known === undefined ? {} : { exitCode: known }) },
  };
}

/** The first time is kept: an event may come after the look that saw the same. */
export function goneAt(id: string, { made }: Facts, at: number): FactChange[] {
  const known = made[id];
  return known === undefined || known.goneAt !== undefined
    ? []
    : [{ fact: 'made', key: id, value: { ...known, goneAt: at } }];
}

/** Everything remembered by container id goes with the container. */
export function forgetContainer(id: string): FactChange[] {
  return [
    { fact: 'stops', key: id, value: undefined },
    { fact: 'runningSince', key: id, value: undefined },
    { fact: 'pausedSince', key: id, value: undefined },
    { fact: 'fileDigests', key: id, value: undefined },
    { fact: 'broughtTo', key: id, value: undefined },
    { fact: 'made', key: id, value: undefined },
  ];
}
