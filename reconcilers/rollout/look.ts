// What a look at the platform is to a rollout: which of its wave are ready in the form that is aimed at, and which are
// beyond waiting.

import type { Ref } from '../../desired-state/resource.ts';
import { whyNot } from '../procedures/batch-walk.ts';
import type { ProcedureEvent, Sight } from '../procedures/definition.ts';
import { statusIn } from '../procedures/status-in.ts';
import { aimOf } from './aim.ts';
import { goingBackOf, partsOf, type RolloutContext, waveOf } from './context.ts';
import { isWell } from './well.ts';

/** For these more time is no help: the old container is back already, or the budget of restarts is used up. */
const hopeless = new Set(['ReplacementFailed', 'CrashLoopBackOff', 'JobFailed', 'CommandNotFound']);

const back = new Set(['rollingBack', 'confirmingBack']);
const judged = new Set(['confirming', 'confirmingBack']);
const watched = new Set(['rolling', 'settling', 'confirming', 'rollingBack', 'confirmingBack']);

/** The event that this look is; nothing where it is no news. */
export function see(state: string, context: RolloutContext, sight: Sight): ProcedureEvent | undefined {
  if (state === 'stopping') return lookAtStop(context, sight);
  // What was seen under another aim says nothing of this one.
  const aim = aimOf(state, context);
  if (!watched.has(state) || aim === undefined || sight.aim !== aim.key) return undefined;
  const isBack = back.has(state);
  const refs = isBack ? goingBackOf(context) : waveOf(context);
  const { at, facts } = sight;
  if (facts.suspended !== undefined)
    return judged.has(state) ? { type: 'seen', at, ready: [], failed: {}, suspended: true } : undefined;
  const ready = refs.filter((ref) => isDone(ref, sight) && !hasFallen(state, ref, context, sight));
  const failed = isBack ? {} : failedOf(refs, sight);
  const isNews =
    ready.length !== context.ready.length ||
    ready.some((ref) => !context.ready.includes(ref)) ||
    Object.keys(failed).some((ref) => context.failed[ref as Ref] === undefined);
  if (judged.has(state)) {
    const why = whyNot(
      refs.filter((ref) => !ready.includes(ref)),
      sight,
    );
    const unfinished = refs.filter((ref) => sight.planned?.has(ref) || sight.busy?.has(ref));
    return { type: 'seen', at, ready, failed, why, ...(unfinished.length === 0 ? {} : { unfinished }) };
  }
  // A wave may be ready before it is looked at for the first time: what differed did so in nothing that is seen.
  const isFirst = ready.length === refs.length && state !== 'settling';
  return isNews || isFirst ? { type: 'seen', at, ready, failed } : undefined;
}

/** A look that knows of its turn says that it awaits it; one from before does not, and counts as up. */
function lookAtStop(context: RolloutContext, { at, statuses, facts }: Sight): ProcedureEvent | undefined {
  const up = partsOf(context).filter((ref) => {
    if (facts.holds[ref] !== undefined) return false;
    const status = statusIn(statuses, ref);
    return status !== undefined && !status.conditions.some((c) => c.status && c.reason === 'AwaitsTurn');
  });
  const before = context.up;
  const isSame = before?.length === up.length && up.every((ref, i) => ref === before[i]);
  return isSame ? undefined : { type: 'stopped', at, up };
}

/** Ready, and nothing is left to be done about it. What a person holds, or what is gone as it was to go, is not waited for. */
function isDone(ref: Ref, { statuses, facts, planned, busy }: Sight): boolean {
  if (facts.holds[ref] !== undefined) return true;
  if (facts.turns[ref] !== undefined) return false;
  const status = statusIn(statuses, ref);
  if (busy?.has(ref) || planned?.has(ref)) return false;
  if (status === undefined) return true;
  return isWell(status);
}

/** It is up, and was started again since it began to be watched. */
function hasFallen(state: string, ref: Ref, { settlesSince = 0 }: RolloutContext, { facts }: Sight): boolean {
  if (state !== 'settling' && state !== 'confirming') return false;
  return settlesSince > 0 && (facts.attempts[ref]?.at.at(-1) ?? 0) > settlesSince;
}

function failedOf(refs: readonly Ref[], { statuses, busy }: Sight): Readonly<Record<Ref, string>> {
  return Object.fromEntries(
    refs.flatMap((ref) => {
      if (busy?.has(ref)) return [];
      const conditions = statusIn(statuses, ref)?.conditions ?? [];
      const found = conditions.find((c) => c.type === 'Degraded' && c.status && hopeless.has(c.reason));
      return found === undefined ? [] : [[ref, `${found.reason}: ${found.message}`]];
    }),
  );
}
