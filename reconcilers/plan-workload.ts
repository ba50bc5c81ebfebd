// One workload's part of a plan: what the rules say of it, the steps, and how it is.

import { composeName } from '../desired-state/field-names.ts';
import type { Workload } from '../desired-state/resource.ts';
import { stepsOf } from './acts.ts';
import { isBroughtTo } from './brought-to.ts';
import { causeOf, nothingUntil } from './cause-of.ts';
import type { Finding, Told } from './conditions.ts';
import { positionOf } from './drift.ts';
import { engineTooOld } from './engine-too-old.ts';
import { failoverOf, servingWords } from './failover/words.ts';
import { liftingWords } from './lifted-by.ts';
import { foreignCopies, type Waiting } from './outlook.ts';
import type { Cause, LeftAlone, Notice, Plan } from './plan.ts';
import type { Prerequisites } from './prerequisites.ts';
import type { Level } from './rule.ts';
import { type Category, classify, type Found } from './rules.ts';
import { type Setting, type Situation, situate } from './situation.ts';
import { type Draft, nothing } from './steps.ts';
import { startFirstNotice } from './successor.ts';

export interface WorkloadPart {
  readonly draft: Draft;
  /** What its steps wait for is known only when the whole plan is. */
  readonly finding: (waiting: Waiting | undefined) => Finding;
  readonly warnings: readonly Notice[];
  readonly reported: Plan['reported'];
  /** What would be mended, were reeve's hands not off it. */
  readonly leftAlone?: LeftAlone;
  readonly nextAt: readonly number[];
}

interface Beneath {
  readonly rule: Found;
  readonly cause: Cause;
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
  const found = causeOf(s, rule);
  // A hold says nothing of how the thing held is: that is looked at as if nobody held it.
  const beneath = rule.category === 'Held' ? beneathHold(s) : { rule, cause: found.cause };
  const cause = rule.category === 'Held' ? onTop(found.cause, beneath.cause) : found.cause;
  const draft = mayAct ? stepsOf(rule.act, s, cause, made) : nothing;
  // A time that came while we looked is one to look again at.
  const times = [found.nextAt, s.hold?.until, s.readiness?.nextAt].filter(
    (t) => t !== undefined && t > setting.world.observed.at,
  );
  return {
    draft,
    finding: (waiting) => findingOf(s, rule, cause, beneath, waiting),
    ...(nothingUntil(s) === undefined || beneath.rule.act === 'none'
      ? {}
      : { leftAlone: { ref: s.ref, cause: beneath.cause } }),
    warnings: [
      ...foreignCopies(s.ref, s.owned),
      ...(setting.mode === 'down' ? [] : engineTooOld(workload, setting.world.observed.host.apiVersion)),
      ...(rule.act === 'recreate' ? startFirstNotice(s) : []),
    ],
    reported: reportedOf(s),
    nextAt: times.filter((t) => t !== undefined),
  };
}

/** What would be so if nobody held it. */
function beneathHold(s: Situation): Beneath {
  const { hold: _, ...free } = s;
  const rule = classify(free);
  return { rule, cause: causeOf(free, rule).cause };
}

/** Held, it is as it is beneath; the hold is told first. */
function onTop(hold: Cause, beneath: Cause): Cause {
  return { ...hold, message: `${hold.message}; ${beneath.message}` };
}

function findingOf(
  s: Situation,
  { level, category }: Found,
  cause: Cause,
  beneath: Beneath,
  waits: Waiting | undefined,
): Finding {
  const ready = isReadyNow(s, beneath.rule.category);
  const waiting: Told | undefined =
    waits === undefined || ready
      ? undefined
      : { reason: waits.reason, message: waitingWords(category, waits, cause) };
  const told: Told = waiting ?? { reason: cause.reason, message: cause.message };
  const seen = category === 'Held' ? beneath.cause : told;
  const live: Told = readyTold(s, beneath.rule.category, ready, seen);
  const degraded = degradedOf(s, level, category, told);
  const at = cause.position ?? beneath.cause.position;
  return {
    ref: s.ref,
    ...(s.container === undefined ? {} : { containerId: s.container.id }),
    ...newlyBrought(s),
    ready,
    reason: live.reason,
    message: live.message,
    ...(level === 'progressing' && s.hold === undefined ? { progressing: told } : {}),
    ...(degraded === undefined ? {} : { degraded }),
    ...(degraded === undefined || at === undefined ? {} : { position: at }),
    ...heldOf(s, cause),
    ...failoverOf(s),
  };
}

/** Nothing is left of what another spec had asked for. */
function newlyBrought({ container, drift, hash, facts }: Situation): { broughtTo?: string } {
  const isFulfilled = container?.detail !== undefined && drift.length === 0;
  return isFulfilled && !isBroughtTo(container, hash, facts) ? { broughtTo: hash } : {};
}

function waitingWords(category: Category, waits: Waiting, cause: Cause): string {
  if (category === 'Created' || category === 'ReadyToStart') return `waits for ${waits.words}`;
  return `waits first for ${waits.words}; ${cause.message}`;
}

/** A job that is done counts as ready even when its container is gone, and a standby while it only stands by. */
function isReadyNow(s: Situation, category: Category): boolean {
  return (
    category === 'Completed' ||
    category === 'StandsBy' ||
    (s.readiness !== undefined && readyStates.has(s.readiness.state))
  );
}

function readyTold(s: Situation, category: Category, ready: boolean, told: Told): Told {
  if (ready && s.readiness !== undefined && category !== 'Completed' && category !== 'StandsBy') {
    return { reason: s.readiness.reason, message: `${s.readiness.message}${servingWords(s)}` };
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
