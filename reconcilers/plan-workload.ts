// One workload's part of a plan: what the rules say of it, the steps, and how it is.

import { composeName } from '../desired-state/field-names.ts';
import type { Workload } from '../desired-state/resource.ts';
import { stepsOf } from './acts.ts';
import type { Finding, Told } from './conditions.ts';
import { positionOf } from './drift.ts';
import { droppedByEngine } from './dropped-by-engine.ts';
import { liftingWords } from './lifted-by.ts';
import { foreignCopies, type Waiting } from './outlook.ts';
import type { Cause, Notice, Plan } from './plan.ts';
import type { Prerequisites } from './prerequisites.ts';
import type { Level } from './rule.ts';
import { type Category, classify } from './rules.ts';
import { type Sentence, sentences } from './sentences.ts';
import { type Setting, type Situation, situate } from './situation.ts';
import { type Draft, nothing } from './steps.ts';

export interface WorkloadPart {
  readonly draft: Draft;
  /** What its steps wait for is known only when the whole plan is. */
  readonly finding: (waiting: Waiting | undefined) => Finding;
  readonly warnings: readonly Notice[];
  readonly reported: Plan['reported'];
  readonly nextAt: readonly number[];
}

const readyStates = new Set(['ready', 'done']);

/** Plans one workload; without `mayAct` it is only looked at. */
export function planWorkload(
  setting: Setting,
  workload: Workload,
  made: Prerequisites,
  mayAct: boolean,
): WorkloadPart {
  const s = situate(setting, workload);
  const rule = classify(s);
  const sentence = sentences[rule.category](s);
  const cause = causeOf(s, rule.category, sentence);
  const draft = mayAct ? stepsOf(rule.act, s, cause, made) : nothing;
  const times = [sentence.nextAt, s.hold?.until, s.readiness?.nextAt].filter(
    (t) => t !== undefined && t > s.now,
  );
  return {
    draft,
    finding: (waiting) => findingOf(s, rule.level, rule.category, cause, waiting),
    warnings: [
      ...foreignCopies(s.ref, s.owned),
      ...droppedByEngine(workload, setting.world.observed.host.apiVersion),
    ],
    reported: reportedOf(s),
    nextAt: times.filter((t) => t !== undefined),
  };
}

function causeOf(s: Situation, category: Category, sentence: Sentence): Cause {
  const { message, since, position, fields } = sentence;
  const asked = category === 'Updated' || category === 'Reconnected';
  const reason =
    sentence.reason ?? (asked && sentence.fields !== undefined ? driftReason(s, category) : category);
  return {
    reason,
    message,
    ...(position === undefined ? {} : { position }),
    ...(since === undefined ? {} : { since }),
    ...(fields === undefined || fields.length === 0 ? {} : { fields }),
  };
}

/** A difference that no revision asked for is drift; the container was made to this very spec. */
function driftReason(s: Situation, category: 'Updated' | 'Reconnected'): string {
  const label = s.container?.labels['reeve.spec-hash'];
  if (category === 'Reconnected') return label === s.hash ? 'NetworkLost' : 'SpecChanged';
  return label === s.hash ? 'Drifted' : 'SpecChanged';
}

function findingOf(
  s: Situation,
  level: Level,
  category: Category,
  cause: Cause,
  waits: Waiting | undefined,
): Finding {
  const ready = isReadyNow(s, category);
  const waiting: Told | undefined =
    waits === undefined || ready
      ? undefined
      : { reason: waits.reason, message: waitingWords(category, waits, cause) };
  const told: Told = waiting ?? { reason: cause.reason, message: cause.message };
  const live: Told = readyTold(s, category, ready, told);
  const degraded = degradedOf(s, level, category, told);
  return {
    ref: s.ref,
    ...(s.container === undefined ? {} : { containerId: s.container.id }),
    ready,
    reason: live.reason,
    message: live.message,
    ...(level === 'progressing' && s.hold === undefined ? { progressing: told } : {}),
    ...(degraded === undefined ? {} : { degraded }),
    ...heldOf(s, cause),
  };
}

function waitingWords(category: Category, waits: Waiting, cause: Cause): string {
  if (category === 'Created' || category === 'ReadyToStart') return `waits for ${waits.words}`;
  return `waits first for ${waits.words}; ${cause.message}`;
}

/** A job that is done counts as ready even when its container is gone. */
function isReadyNow(s: Situation, category: Category): boolean {
  return category === 'Completed' || (s.readiness !== undefined && readyStates.has(s.readiness.state));
}

function readyTold(s: Situation, category: Category, ready: boolean, told: Told): Told {
  if (ready && s.readiness !== undefined && category !== 'Completed') {
    return { reason: s.readiness.reason, message: s.readiness.message };
  }
  return told;
}

function degradedOf(s: Situation, level: Level, category: Category, told: Told): Told | undefined {
  if (category === 'DriftReported' && s.stateMode === 'ignore') return undefined;
  if (level === 'degraded') return told;
  const failedToAct = s.failure !== undefined && level === 'progressing';
  if (failedToAct) return { reason: s.failure.reason, message: s.failure.message };
  const [left] = s.reported.filter((r) => r.why === 'LimitNotRemovable');
  if (left === undefined) return undefined;
  return {
    reason: 'LimitNotRemovable',
    message: `${composeName(left.field)} is ${left.old} and the manifest sets none; the engine cannot take a limit away in place: declare one, or remove the container to have it made anew`,
  };
}

function heldOf(s: Situation, cause: Cause): { held?: Told } {
  // A hold is the first rule: its cause is the hold's.
  if (s.hold !== undefined)
    return { held: { reason: s.hold.stopped ? 'HeldStopped' : 'Held', message: cause.message } };
  const { suspended } = s.facts;
  if (suspended === undefined) return {};
  return {
    held: {
      reason: suspended.reason,
      message: `the platform is suspended by ${suspended.by}: nothing is mended until ${liftingWords(suspended.reason)}`,
    },
  };
}

const whyLeft = {
  DriftReported: 'drift is to be reported, not healed',
  LimitNotRemovable: 'the engine cannot take a limit away in place',
  NotTakenByEngine: 'it was made so, and the engine does not take it as declared',
} as const;

function reportedOf(s: Situation): Plan['reported'] {
  return (['DriftReported', 'LimitNotRemovable', 'NotTakenByEngine'] as const).flatMap((why) => {
    const found = s.reported.filter((r) => r.why === why);
    const [first] = found;
    if (first === undefined) return [];
    const names = found.map((r) => composeName(r.field)).join(', ');
    const message = `${names} ${found.length === 1 ? 'differs' : 'differ'} from the manifest; left so: ${whyLeft[why]}`;
    const fields = found.map(({ field, old, new: to }) => ({ field: composeName(field), old, new: to }));
    return [{ ref: s.ref, reason: why, message, position: positionOf(s.workload, first.field), fields }];
  });
}
