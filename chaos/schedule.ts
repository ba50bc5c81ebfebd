// Which fault comes when and hits what (and which procedure is begun when), worked out before the run from the seed alone: a value that can be replayed.

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
  'rolloutBegun',
  'restartBegun',
] as const;

export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  /** ms after the fault before it was over. */
  readonly after: number;
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
const meanDistanceMs = 4_000;
/** How long a fault itself lasts, about; others are over at once. */
const lastsMs: Partial<Record<FaultKind, number>> = {
  engineRestarted: 12_000,
  engineKilled: 12_000,
  apiSlow: 5_000,
  apiFails: 4_000,
  apiLosesAnswers: 4_000,
  apiHangs: 4_000,
  eventsThinned: 6_000,
  manifestBroken: 3_000,
  controllerKilled: 1_000,
};
/** An engine that starts again has all containers to start again: what comes while it does is lost in it. */
const quietMs: Partial<Record<FaultKind, number>> = { engineRestarted: 10_000, engineKilled: 10_000 };

/**
 * Kinds are dealt like cards: every kind once, in chance's order, before any comes again, so that a run long enough
 * for one deal has none zero.
 */
export function makeSchedule({ seed, durationMs, targets }: ScheduleInput): readonly Fault[] {
  const { next, below, pick, shuffle } = chance(seed);
  const faults: Fault[] = [];
  let deck: readonly FaultKind[] = [];
  let quiet = 0;
  for (let at = 0; at < durationMs; ) {
    if (deck.length === 0) deck = shuffle(faultKinds);
    const [kind, ...rest] = deck;
    if (kind === undefined) break;
    deck = rest;
    const after = Math.round(meanDistanceMs * (0.5 + next()) + quiet);
    faults.push({ after, kind, target: pick(targets), salt: below(1_000) });
    quiet = quietMs[kind] ?? 0;
    at += after + (lastsMs[kind] ?? 0);
  }
  return faults;
}
