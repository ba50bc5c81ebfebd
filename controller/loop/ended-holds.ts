// Holds whose time is over: told once, then forgotten. Pure. That they hold no more is the rules' to see by the clock.

import type { Ref } from '../../desired-state/resource.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import type { FactChange, NewEvent } from '../store/store.ts';
import type { JournalContext } from './journal.ts';

export interface EndedHolds {
  readonly events: readonly NewEvent[];
  readonly facts: readonly FactChange[];
}

/** What is to be told and forgotten at `context.at`; a hold without an end is never among them. */
export function endedHolds(facts: Facts, context: JournalContext): EndedHolds {
  const { at, revision, pass } = context;
  const ended = (Object.keys(facts.holds) as Ref[]).flatMap((ref) => {
    const hold = facts.holds[ref];
    return hold?.until !== undefined && hold.until <= at ? [{ ref, hold, until: hold.until }] : [];
  });
  return {
    events: ended.map(({ ref, hold, until }) => ({
      at,
      type: 'Normal',
      reason: 'HoldEnded',
      regarding: ref,
      message: `hold on ${ref} by ${hold.by} ended at ${new Date(until).toISOString()}, as it was set to; reeve keeps it again`,
      by: 'reeve',
      revision,
      pass,
    })),
    facts: ended.map(({ ref }) => ({ fact: 'holds', key: ref, value: undefined })),
  };
}
