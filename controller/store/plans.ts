// Plans that were carried out, with what became of each step. A plan is stored before its first step runs.

import type { Ref } from '../../desired-state/resource.ts';
import type { Plan } from '../../reconcilers/plan.ts';
import { chunks, withoutNulls } from './rows.ts';
import type { Database, PlansTable, StepsTable } from './schema.ts';
import type { BegunStep, PlanRecord, StepRecord } from './store.ts';

/** Within the caller's transaction. */
export async function beginPlan(tx: Database, id: string, plan: Plan, by: string, at: number): Promise<void> {
  await tx
    .insertInto('plans')
    .values({ id, at, ended_at: null, by, revision: plan.revision, plan: JSON.stringify(plan) })
    .execute();
  const steps = plan.steps.map((step, position) => ({
    plan_id: id,
    position,
    id: step.id,
    ref: step.ref,
    op: step.op,
  }));
  for (const some of chunks(steps)) {
    await tx
      .insertInto('steps')
      .values([...some])
      .execute();
  }
}

/** Started again (a retry), a step forgets how it ended before. */
export async function startStep(db: Database, planId: string, stepId: string, at: number): Promise<void> {
  await updateStep(db, planId, stepId, { started_at: at, ended_at: null, outcome: null, message: null });
}

export async function endStep(
  db: Database,
  planId: string,
  stepId: string,
  at: number,
  outcome: 'done' | 'unchanged' | 'failed',
  message: string | undefined,
): Promise<void> {
  await updateStep(db, planId, stepId, { ended_at: at, outcome, message: message ?? null });
}

export async function endPlan(db: Database, planId: string, at: number): Promise<void> {
  await db.updateTable('plans').set({ ended_at: at }).where('id', '=', planId).execute();
}

export async function findPlans(db: Database, limit: number): Promise<PlanRecord[]> {
  const plans = await newestFirst(db, limit).execute();
  const records: PlanRecord[] = [];
  for (const plan of plans) {
    const steps = await db
      .selectFrom('steps')
      .selectAll()
      .where('plan_id', '=', plan.id)
      .orderBy('position')
      .execute();
    records.push(toRecord(plan, steps));
  }
  return records;
}

export async function findBegunSteps(db: Database): Promise<BegunStep[]> {
  const begun = await db
    .selectFrom('steps')
    .select(['plan_id', 'id', 'started_at'])
    .where('started_at', 'is not', null)
    .where('ended_at', 'is', null)
    .orderBy('plan_id')
    .orderBy('position')
    .execute();
  const plans = new Map<string, Plan>();
  for (const ids of chunks([...new Set(begun.map((step) => step.plan_id))])) {
    const found = await db.selectFrom('plans').select(['id', 'plan']).where('id', 'in', ids).execute();
    for (const { id, plan } of found) plans.set(id, JSON.parse(plan));
  }
  return begun.flatMap(({ plan_id, id, started_at }) => {
    const step = plans.get(plan_id)?.steps.find((s) => s.id === id);
    return step === undefined || started_at === null ? [] : [{ step, startedAt: started_at }];
  });
}

/** Keeps the newest `keep`. */
export async function prunePlans(db: Database, keep: number): Promise<void> {
  const kept = newestFirst(db, keep).clearSelect().select('id');
  await db.deleteFrom('plans').where('id', 'not in', kept).execute();
}

/**
 * `p`, the time in ms and a counter as one base-36 number of fixed width: sorts as text in the order of beginning,
 * also within one millisecond and when the clock is set back.
 */
export function nextPlanId(newest: string | undefined, at: number): string {
  const perMs = 36 ** 2;
  const last = newest === undefined ? 0 : Number.parseInt(newest.slice(1), 36);
  return `p${Math.max(Math.trunc(at) * perMs, last + 1)
    .toString(36)
    .padStart(11, '0')}`;
}

export async function newestPlanId(db: Database): Promise<string | undefined> {
  return (await newestFirst(db, 1).clearSelect().select('id').executeTakeFirst())?.id;
}

async function updateStep(
  db: Database,
  planId: string,
  stepId: string,
  values: Partial<StepsTable>,
): Promise<void> {
  const { numUpdatedRows } = await db
    .updateTable('steps')
    .set(values)
    .where('plan_id', '=', planId)
    .where('id', '=', stepId)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw new Error(`plan ${planId} has no step ${stepId}`);
}

function newestFirst(db: Database, limit: number) {
  return db.selectFrom('plans').selectAll().orderBy('id', 'desc').limit(limit);
}

function toRecord(row: PlansTable, steps: readonly StepsTable[]): PlanRecord {
  const { ended_at, plan, ...same } = withoutNulls(row);
  return {
    ...same,
    ...(ended_at === undefined ? {} : { endedAt: ended_at }),
    plan: JSON.parse(plan),
    steps: steps.map(toStep),
  };
}

function toStep(row: StepsTable): StepRecord {
  const { started_at, ended_at, outcome, message, ...rest } = withoutNulls(row);
  return {
    id: rest.id,
    ref: rest.ref as Ref,
    op: rest.op,
    ...(started_at === undefined ? {} : { startedAt: started_at }),
    ...(ended_at === undefined ? {} : { endedAt: ended_at }),
    ...(outcome === undefined ? {} : { outcome: outcome as NonNullable<StepRecord['outcome']> }),
    ...(message === undefined ? {} : { message }),
  };
}
