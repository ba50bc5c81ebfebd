// A store into which no secret value gets: every sentence on its way in is scrubbed, and every value beside it. Names,
// refs and places are left, because a password like "postgres" must not break the name of a service; so is the
// revision, which never holds a secret and must come back as it was.

import type { Condition } from '../../reconcilers/condition.ts';
import type { FieldChange, Plan } from '../../reconcilers/plan.ts';
import { scrubDeep } from '../secrets.ts';
import type { FactChange, NewEvent, Store } from './store.ts';

type Scrub = (text: string) => string;

export function scrubbedStore(store: Store, scrub: Scrub): Store {
  return {
    ...store,
    setFacts: (changes) => store.setFacts(changes.map((change) => cleanFact(change, scrub))),
    record: (events) => store.record(events.map((event) => cleanEvent(event, scrub))),
    saveStatuses: (statuses, at, unsettled, eventsOf) =>
      store.saveStatuses(cleanStatuses(statuses, scrub), at, unsettled, (changed) =>
        (eventsOf?.(changed) ?? []).map((event) => cleanEvent(event, scrub)),
      ),
    saveCondition: (ref, condition, at) => store.saveCondition(ref, cleanMessage(condition, scrub), at),
    beginPlan: (id, plan, by, at) => store.beginPlan(id, cleanPlan(plan, scrub), by, at),
    saveProcedures: (changes) =>
      store.saveProcedures(
        changes.map(({ procedure, transition, facts, events }) => ({
          procedure,
          transition: cleanMessage(transition, scrub),
          facts: facts.map((change) => cleanFact(change, scrub)),
          events: events.map((event) => cleanEvent(event, scrub)),
        })),
      ),
    stepEnded: (planId, stepId, at, outcome, message) =>
      store.stepEnded(planId, stepId, at, outcome, message === undefined ? undefined : scrub(message)),
  };
}

/** Facts that hold the engine's words; in all others text is a name. */
function cleanFact(change: FactChange, scrub: Scrub): FactChange {
  if (change.value === undefined) return change;
  switch (change.fact) {
    case 'attempts':
      return { ...change, value: { ...change.value, lastFailure: scrub(change.value.lastFailure) } };
    case 'failures':
      return { ...change, value: cleanMessage(change.value, scrub) };
    case 'failedReplacements':
      return { ...change, value: cleanMessage(change.value, scrub) };
    default:
      return change;
  }
}

function cleanEvent(event: NewEvent, scrub: Scrub): NewEvent {
  const { detail, ...rest } = cleanMessage(event, scrub);
  if (detail === undefined) return rest;
  const entries = Object.entries(detail).map(([key, value]) => [
    key,
    key === 'position'
      ? value
      : key === 'fields'
        ? cleanFields(value as FieldChange[], scrub)
        : scrubDeep(scrub, value),
  ]);
  return { ...rest, detail: Object.fromEntries(entries) };
}

function cleanPlan(plan: Plan, scrub: Scrub): Plan {
  return {
    ...plan,
    steps: plan.steps.map((step) => {
      const cause = { ...cleanMessage(step.cause, scrub), ...cleanFieldsOf(step.cause, scrub) };
      return { ...step, cause, args: scrubDeep(scrub, step.args) } as typeof step;
    }),
    warnings: plan.warnings.map((notice) => cleanMessage(notice, scrub)),
    reported: plan.reported.map((notice) => ({
      ...cleanMessage(notice, scrub),
      fields: cleanFields(notice.fields, scrub),
    })),
    statuses: cleanStatuses(plan.statuses, scrub),
    ...(plan.blocked === undefined ? {} : { blocked: cleanMessage(plan.blocked, scrub) }),
  };
}

function cleanStatuses<T extends { readonly conditions: readonly Condition[] }>(
  statuses: readonly T[],
  scrub: Scrub,
): T[] {
  return statuses.map((status) => ({
    ...status,
    conditions: status.conditions.map((condition) => cleanMessage(condition, scrub)),
  }));
}

function cleanFieldsOf(cause: { readonly fields?: readonly FieldChange[] }, scrub: Scrub) {
  return cause.fields === undefined ? {} : { fields: cleanFields(cause.fields, scrub) };
}

function cleanFields(fields: readonly FieldChange[], scrub: Scrub): FieldChange[] {
  return fields.map((change) => ({ ...change, old: scrub(change.old), new: scrub(change.new) }));
}

function cleanMessage<T extends { readonly message: string }>(value: T, scrub: Scrub): T {
  return { ...value, message: scrub(value.message) };
}
