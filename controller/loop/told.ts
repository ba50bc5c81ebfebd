// What has happened to a workload without reeve is told once: when it is seen, whether reeve's hands are off it or not, and
// not again when it is mended later. Pure.

import type { Ref } from '../../desired-state/resource.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import type { Cause, Plan, Step } from '../../reconcilers/plan.ts';
import type { FactChange, NewEvent } from '../store/store.ts';
import { eventOfCause, eventsOfCauses, isAsked, type JournalContext } from './journal.ts';

/** Events for why a plan acts, and for what it would act on; with what is told by them. */
export function eventsOfHappenings(
  plan: Plan,
  dispatched: readonly Step[],
  facts: Facts,
  context: JournalContext,
): { readonly events: readonly NewEvent[]; readonly facts: readonly FactChange[] } {
  const left = (plan.leftAlone ?? []).filter(({ cause }) => !isAsked(cause.reason));
  const news = left.filter(({ ref, cause }) => facts.told[ref] !== happening(cause));
  const causes = new Map(dispatched.map((step) => [step.ref, step.cause]));
  const isNews = (ref: Ref): boolean => {
    const cause = causes.get(ref);
    return cause?.since === undefined || facts.told[ref] !== happening(cause);
  };
  const told = new Map<Ref, string>();
  for (const { ref, cause } of [...left, ...[...causes].map(([ref, cause]) => ({ ref, cause }))]) {
    if (!isAsked(cause.reason)) told.set(ref, happening(cause));
  }
  return {
    events: [
      ...news.map(({ ref, cause }) => eventOfCause(ref, cause, [], context)),
      ...eventsOfCauses(
        dispatched.filter((step) => isNews(step.ref)),
        context,
      ),
    ],
    facts: [
      ...[...told]
        .filter(([ref, value]) => facts.told[ref] !== value)
        .map(([key, value]): FactChange => ({ fact: 'told', key, value })),
      ...overIn(plan, facts)
        .filter(({ key }) => !told.has(key))
        .map(({ key }): FactChange => ({ fact: 'told', key, value: undefined })),
    ],
  };
}

/** By when it arose, where that is known: its words change with what is done about it. */
function happening({ reason, since, message }: Cause): string {
  return `${reason} ${since ?? message}`;
}

/** Ready again: what was told of it is over. */
function overIn({ statuses }: Plan, { told }: Facts): readonly { readonly key: Ref }[] {
  const ready = new Map(
    statuses.map((s) => [s.ref, s.conditions.some((c) => c.type === 'Ready' && c.status)]),
  );
  return (Object.keys(told) as Ref[]).filter((ref) => ready.get(ref) !== false).map((key) => ({ key }));
}
