// The store over any database that kysely speaks to: composes the tables into the Store interface. Facts and conditions
// are known without asking: this process is the only writer, under the platform's lock.

import type { Facts } from '../../reconcilers/facts.ts';
import { isAsKnown, readConditions, writeCondition, writeConditions } from './conditions.ts';
import { findEvents, pruneEvents, recordEvents } from './events.ts';
import { readFacts, writeFacts } from './facts.ts';
import { GroupCommit } from './group-commit.ts';
import { neededRevisions } from './needed-revisions.ts';
import {
  beginPlan,
  endPlan,
  endStep,
  findBegunSteps,
  findPlans,
  newestPlanId,
  nextPlanId,
  prunePlans,
  startStep,
} from './plans.ts';
import { findProcedures, findTransitions, pruneProcedures, writeProcedure } from './procedures.ts';
import { findRevisions, pruneRevisions, putInForce, saveImages } from './revisions.ts';
import type { Database } from './schema.ts';
import type { Store, StoredCondition } from './store.ts';

/** What reading commands need; works beside a running controller. */
export type StoreReader = Pick<
  Store,
  | 'facts'
  | 'events'
  | 'conditions'
  | 'inForce'
  | 'revisions'
  | 'plans'
  | 'begunSteps'
  | 'procedures'
  | 'transitions'
  | 'close'
>;

/** More than can be under way at once. */
const mostRunning = 10_000;

/** Reads through, without a cache: another process writes. */
export function makeReader(db: Database): StoreReader {
  return {
    facts: () => readFacts(db),
    events: (query) => findEvents(db, query),
    conditions: () => readConditions(db),
    inForce: async () => (await findRevisions(db, 1))[0],
    revisions: (limit) => findRevisions(db, limit),
    plans: (limit) => findPlans(db, limit),
    begunSteps: () => findBegunSteps(db),
    procedures: (query) => findProcedures(db, query),
    transitions: (id) => findTransitions(db, id),
    close: () => db.destroy(),
  };
}

/** What the one writer knows without asking. */
interface Known {
  facts: Facts;
  conditions: readonly StoredCondition[];
}

/** For the one writer, on a database whose schema is up to date. */
export async function makeStore(db: Database): Promise<Store> {
  const commits = new GroupCommit<Known>(db, await readKnown(db), readKnown);
  const fresh = await isEmpty(db);
  let lastPlanId = await newestPlanId(db);
  return {
    ...makeReader(db),
    fresh,
    facts: async () => commits.known.facts,
    conditions: async () => commits.known.conditions,
    setFacts: (changes) =>
      commits.write(async (tx, known) => {
        known.facts = await writeFacts(tx, known.facts, changes);
      }),
    saveStatuses: async (statuses, at, unsettled = new Set(), eventsOf = () => []) => {
      if (isAsKnown(commits.known.conditions, statuses, unsettled) && eventsOf([]).length === 0) return [];
      return commits.write(async (tx, known) => {
        const { all, changed } = await writeConditions(tx, known.conditions, statuses, at, unsettled);
        known.conditions = all;
        await recordEvents(tx, eventsOf(changed));
        return changed;
      });
    },
    saveCondition: (ref, condition, at) =>
      commits.write(async (tx, known) => {
        known.conditions = await writeCondition(tx, known.conditions, ref, condition, at);
      }),
    record: (events) => commits.write((tx) => recordEvents(tx, events)),
    putInForce: (revision, by, at) => commits.write((tx) => putInForce(tx, revision, by, at)),
    saveImages: (revisionId, images) => commits.write((tx) => saveImages(tx, revisionId, images)),
    newPlanId: (at) => {
      lastPlanId = nextPlanId(lastPlanId, at);
      return lastPlanId;
    },
    beginPlan: (id, plan, by, at) => commits.write((tx) => beginPlan(tx, id, plan, by, at)),
    stepStarted: (planId, stepId, at) => commits.write((tx) => startStep(tx, planId, stepId, at)),
    stepEnded: (planId, stepId, at, outcome, message) =>
      commits.write((tx) => endStep(tx, planId, stepId, at, outcome, message)),
    endPlan: (planId, at) => commits.write((tx) => endPlan(tx, planId, at)),
    saveProcedures: (changes) =>
      commits.write(async (tx, known) => {
        for (const { procedure, transition, facts, events } of changes) {
          await writeProcedure(tx, procedure, transition);
          await recordEvents(tx, events);
          known.facts = await writeFacts(tx, known.facts, facts);
        }
      }),
    prune: (retention, now) =>
      commits.write(async (tx, { facts }) => {
        await pruneEvents(tx, now - retention.eventsMs);
        await prunePlans(tx, retention.plans);
        await pruneProcedures(tx, retention.plans);
        const running = await findProcedures(tx, { running: true, limit: mostRunning });
        await pruneRevisions(tx, retention.revisions, neededRevisions(facts, running));
      }),
    close: async () => {
      // What was asked for before is written first; who asked was told where it could not be.
      await commits.write(async () => undefined).catch(() => undefined);
      await db.destroy();
    },
  };
}

async function readKnown(db: Database): Promise<Known> {
  return { facts: await readFacts(db), conditions: await readConditions(db) };
}

/**
 * Nothing was ever kept here. Asked of the rows and not of the file: a crash between making the file and the first
 * write must not make a lost store look like a kept one.
 */
async function isEmpty(db: Database): Promise<boolean> {
  for (const table of ['revisions', 'facts', 'events', 'plans'] as const) {
    const row = await db
      .selectFrom(table)
      .select((eb) => eb.lit(1).as('one'))
      .limit(1)
      .executeTakeFirst();
    if (row !== undefined) return false;
  }
  return true;
}
