// What was done and never told: its controller ended between the act and its outcome. Told by the one that sees it. Pure.

import type { Ref } from '../../desired-state/resource.ts';
import type { FactChange, NewEvent } from '../store/store.ts';
import type { JournalContext } from './journal.ts';

/** Events for the restarts that a look has found made. */
export function eventsOfLostOutcomes(
  seen: readonly FactChange[],
  context: JournalContext,
): readonly NewEvent[] {
  return seen.flatMap((change): NewEvent[] =>
    change.fact === 'restarts' && change.value === undefined
      ? [
          {
            ...context,
            type: 'Normal',
            reason: 'Restarted',
            regarding: change.key as Ref,
            message: 'container restarted, by a controller that ended before it could say so',
          },
        ]
      : [],
  );
}
