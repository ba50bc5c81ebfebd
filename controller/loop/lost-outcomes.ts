// Restarts that were asked for and that a look finds made, though no step of ours told so: its controller ended between the
// act and its outcome, which the step that it began tells; or somebody else made it. Pure.

import type { Ref } from '../../desired-state/resource.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import type { BegunStep, FactChange, NewEvent } from '../store/store.ts';
import type { JournalContext } from './journal.ts';
import { starts } from './own-acts.ts';

/** The refs of those. */
export function foundRestarted(seen: readonly FactChange[]): readonly Ref[] {
  return seen.flatMap((change) =>
    change.fact === 'restarts' && change.value === undefined ? [change.key as Ref] : [],
  );
}

/** `asked`: as it was before they were found; `begun`: steps on record that have no end. */
export function eventsOfLostOutcomes(
  found: readonly Ref[],
  asked: Facts['restarts'],
  begun: readonly BegunStep[],
  context: JournalContext,
): readonly NewEvent[] {
  return found.map((regarding): NewEvent => {
    const since = asked[regarding]?.at ?? Number.POSITIVE_INFINITY;
    const isOurs = begun.some(
      // One that was down when it was asked for is started.
      ({ step, startedAt }) => starts(step) && step.ref === regarding && startedAt >= since,
    );
    const message = isOurs
      ? 'container restarted, by a controller that ended before it could say so'
      : 'container restarted, not by reeve: what was asked for is done';
    const reason = isOurs ? 'Restarted' : 'RestartedByOthers';
    return { ...context, type: 'Normal', reason, regarding, message };
  });
}
