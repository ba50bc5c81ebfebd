// What a plan says but does not do (foreign duplicates, drift that is only reported …) as events: told when it comes up,
// not again with every pass that still sees it.

import type { Notice, Plan } from '../../reconcilers/plan.ts';
import type { NewEvent } from '../store/store.ts';
import type { JournalContext } from './journal.ts';

export class Notices {
  #told: ReadonlySet<string> = new Set();

  /** Events for what the plan before this one did not say. */
  news(plan: Plan, { at, by, revision, pass }: JournalContext): NewEvent[] {
    const told = new Set<string>();
    const events: NewEvent[] = [];
    const degraded = new Set(degradations(plan));
    for (const notice of [...plan.warnings, ...plan.reported]) {
      const key = keyOf(notice);
      if (!told.has(key) && !this.#told.has(key) && !degraded.has(key)) {
        const { ref, reason, message } = notice;
        events.push({ at, by, revision, pass, type: 'Warning', regarding: ref, reason, message });
      }
      told.add(key);
    }
    this.#told = told;
    return events;
  }
}

/** What a resource's condition says is told when that comes up: once is enough. */
function degradations({ statuses }: Plan): string[] {
  return statuses.flatMap(({ ref, conditions }) =>
    conditions
      .filter(({ type, status }) => type === 'Degraded' && status)
      .map(({ reason, message }) => keyOf({ ref, reason, message })),
  );
}

function keyOf({ ref, reason, message }: Notice): string {
  return `${ref} ${reason} ${message}`;
}
