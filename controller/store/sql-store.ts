// The store over any database that kysely speaks to: composes the tables into the Store interface. Owns the cache of
// facts and conditions (this process is the only writer, under the platform's lock) and that writes to them happen one
// after the other.

import type { Facts } from '../../reconcilers/facts.ts';
import { readConditions, writeCondition, writeConditions } from './conditions.ts';
import { findEvents, pruneEvents, recordEvents } from './events.ts';
import { readFacts, writeFacts } from './facts.ts';
import { beginPlan, endPlan, endStep, findPlans, prunePlans, startStep } from './plans.ts';
import { findRevisions, pruneRevisions, putInForce } from './revisions.ts';
import type { Database } from './schema.ts';
import type { Store, StoredCondition } from './store.ts';

/** What reading commands need; works beside a running controller. */
export type StoreReader = Pick<
  Store,
  'facts' | 'events' | 'conditions' | 'inForce' | 'revisions' | 'plans' | 'close'
>;

/** Reads through, without a cache: another process writes. */
export function makeReader(db: Database): StoreReader {
  return {
    facts: () => readFacts(db),
    events: (query) => findEvents(db, query),
    conditions: () => readConditions(db),
    inForce: async () => (await findRevisions(db, 1))[0],
    revisions: (limit) => findRevisions(db, limit),
    plans: (limit) => findPlans(db, limit),
    close: () => db.destroy(),
  };
}

/** For the one writer, on a database whose schema is up to date. */
export async function makeStore(db: Database): Promise<Store> {
  let facts: Facts = await readFacts(db);
  let conditions: readonly StoredCondition[] = await readConditions(db);
  const fresh = await isEmpty(db);
  const serially = makeSerial();
  return {
    ...makeReader(db),
    fresh,
    facts: async () => facts,
    conditions: async () => conditions,
    setFacts: (changes) =>
      serially(async () => {
        facts = await writeFacts(db, facts, changes);
      }),
    saveStatuses: (statuses, at, unsettled = new Set()) =>
      serially(async () => {
        const { all, changed } = await writeConditions(db, conditions, statuses, at, unsettled);
        conditions = all;
        return changed;
      }),
    saveCondition: (ref, condition, at) =>
      serially(async () => {
        conditions = await writeCondition(db, conditions, ref, condition, at);
      }),
    record: (events) => recordEvents(db, events),
    putInForce: (revision, by, at) => putInForce(db, revision, by, at),
    beginPlan: (plan, by, at) => beginPlan(db, plan, by, at),
    stepStarted: (planId, stepId, at) => startStep(db, planId, stepId, at),
    stepEnded: (planId, stepId, at, outcome, message) => endStep(db, planId, stepId, at, outcome, message),
    endPlan: (planId, at) => endPlan(db, planId, at),
    prune: async (retention, now) => {
      await pruneEvents(db, now - retention.eventsMs);
      await prunePlans(db, retention.plans);
      await pruneRevisions(db, retention.revisions);
    },
  };
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

/** Runs one piece of work after the other, whatever became of the one before. */
function makeSerial(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
