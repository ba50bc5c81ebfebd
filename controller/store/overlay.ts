// A store that can be read and written but keeps nothing: what a look without the lock (plan, status) writes its facts
// of sight into. Reads come from the real store where there is one.

import { type Facts, noFacts } from '../../reconcilers/facts.ts';
import type { StoreReader } from './sqlite.ts';
import type { FactChange, Store } from './store.ts';

/** @param reader undefined: there is no store yet. */
export async function overlayStore(reader: StoreReader | undefined): Promise<Store> {
  let facts: Facts = (await reader?.facts()) ?? noFacts;
  return {
    fresh: reader === undefined,
    facts: async () => facts,
    setFacts: async (changes) => {
      for (const change of changes) facts = withFact(facts, change);
    },
    record: async () => [],
    events: async (query) => (await reader?.events(query)) ?? [],
    saveStatuses: async () => [],
    saveCondition: async () => undefined,
    conditions: async () => (await reader?.conditions()) ?? [],
    putInForce: async () => undefined,
    saveImages: async () => undefined,
    inForce: async () => reader?.inForce(),
    revisions: async (limit) => (await reader?.revisions(limit)) ?? [],
    newPlanId: () => '',
    beginPlan: async () => undefined,
    stepStarted: async () => undefined,
    stepEnded: async () => undefined,
    endPlan: async () => undefined,
    plans: async (limit) => (await reader?.plans(limit)) ?? [],
    begunSteps: async () => (await reader?.begunSteps()) ?? [],
    saveProcedures: async () => undefined,
    procedures: async (query) => (await reader?.procedures(query)) ?? [],
    transitions: async (id) => (await reader?.transitions(id)) ?? [],
    prune: async () => undefined,
    close: async () => reader?.close(),
  };
}

function withFact(facts: Facts, change: FactChange): Facts {
  if (change.fact === 'suspended') {
    const { suspended: _, ...rest } = facts;
    return change.value === undefined ? rest : { ...rest, suspended: change.value };
  }
  const kept = Object.entries(facts[change.fact]).filter(([key]) => key !== change.key);
  const entries = change.value === undefined ? kept : [...kept, [change.key, change.value]];
  return { ...facts, [change.fact]: Object.fromEntries(entries) };
}
