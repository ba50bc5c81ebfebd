// Which fault comes when and hits what, worked out before the run from the seed alone: a value that can be replayed.

import { chance } from './random.ts';

export const faultKinds = [
  'kill',
  'stop',
  'remove',
  'pause',
  'rename',
  'update',
  'disconnect',
  'copy',
  'networkGone',
  'engineRestarted',
  'engineKilled',
  'apiSlow',
  'apiFails',
  'apiLosesAnswers',
  'apiHangs',
  'eventsCut',
  'eventsThinned',
  'controllerKilled',
  'manifestEdited',
  'manifestBroken',
  'configEdited',
] as const;

export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  /** ms after the start of the run. */
  readonly at: number;
  readonly kind: FaultKind;
  /** Which workload it hits, as `Agent/translator`; for the kinds that hit one. */
  readonly target: string;
  /** What else it varies by, 0 to below 1000. */
  readonly salt: number;
}

export interface ScheduleInput {
  readonly seed: number;
  readonly durationMs: number;
  readonly targets: readonly string[];
}

/** One fault at a time, this far apart on average. */
const meanDistanceMs = 6_000;
/** An engine that starts again has all containers to start again: what comes while it does is lost in it. */
const quietMs: Partial<Record<FaultKind, number>> = { engineRestarted: 14_000, engineKilled: 14_000 };

/**
 * Kinds are dealt like cards: every kind once, in chance's order, before any comes again, so that a run long enough
 * for one deal has none zero.
 */
export function makeSchedule({ seed, durationMs, targets }: ScheduleInput): readonly Fault[] {
  const { next, below, pick, shuffle } = chance(seed);
  const faults: Fault[] = [];
  let deck: readonly FaultKind[] = [];
  for (let at = 1_000; at < durationMs; ) {
    if (deck.length === 0) deck = shuffle(faultKinds);
    const [kind, ...rest] = deck;
    if (kind === undefined) break;
    deck = rest;
    faults.push({ at: Math.round(at), kind, target: pick(targets), salt: below(1_000) });
    at += meanDistanceMs * (0.5 + next()) + (quietMs[kind] ?? 0);
  }
  return faults;
}
