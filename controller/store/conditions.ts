// Conditions in the store. Keeps when each status last changed; writes only what differs from what is stored, so that
// a pass with nothing new writes nothing.

import type { Ref } from '../../desired-state/resource.ts';
import type { Condition, ConditionType, ResourceStatus } from '../../reconcilers/condition.ts';
import { chunks, inserted, withoutNulls } from './rows.ts';
import type { ConditionsTable, Database } from './schema.ts';
import type { StoredCondition } from './store.ts';

const newValues = {
  status: inserted<ConditionsTable['status']>('status'),
  reason: inserted<string>('reason'),
  message: inserted<string>('message'),
  last_transition_time: inserted<number>('last_transition_time'),
  container_id: inserted<string | null>('container_id'),
};

export async function readConditions(db: Database): Promise<StoredCondition[]> {
  const rows = await db.selectFrom('conditions').selectAll().orderBy('ref').orderBy('type').execute();
  return rows.map(toCondition);
}

export interface ConditionWrites {
  readonly all: readonly StoredCondition[];
  /** Those with another status or reason than before. */
  readonly changed: readonly StoredCondition[];
}

/**
 * Whether these statuses are the known conditions to the letter, in the order in which writeConditions leaves them: most
 * passes find nothing new, and need no transaction to say so.
 */
export function isAsKnown(
  known: readonly StoredCondition[],
  statuses: readonly ResourceStatus[],
  unsettled: ReadonlySet<Ref>,
): boolean {
  let at = 0;
  while (at < known.length && stays(known[at], unsettled)) at++;
  for (const { ref, containerId, conditions } of statuses) {
    if (unsettled.has(ref)) continue;
    for (const { type, status, reason, message } of conditions) {
      const before = known[at++];
      if (before?.ref !== ref || before.type !== type) return false;
      if (!same({ status, reason, message, containerId }, before)) return false;
    }
  }
  return at === known.length;
}

/** Not a plan's to tell: of something with steps in flight, or of the platform itself. */
function stays(condition: StoredCondition | undefined, unsettled: ReadonlySet<Ref>): boolean {
  return condition !== undefined && (unsettled.has(condition.ref) || condition.ref.startsWith('Platform/'));
}

/**
 * Replaces the known conditions by the given ones, but not those of `unsettled` refs and of the platform itself;
 * lastTransitionTime moves only where `status` does.
 */
export async function writeConditions(
  tx: Database,
  known: readonly StoredCondition[],
  statuses: readonly ResourceStatus[],
  at: number,
  unsettled: ReadonlySet<Ref>,
): Promise<ConditionWrites> {
  const before = new Map(known.map((condition) => [keyOf(condition), condition]));
  const all = [
    ...known.filter((condition) => stays(condition, unsettled)),
    ...statuses
      .filter((status) => !unsettled.has(status.ref))
      .flatMap((status) => toStored(status, before, at)),
  ];
  const kept = new Set(all.map(keyOf));
  const changed = all.filter((condition) => !same(condition, before.get(keyOf(condition))));
  const gone = known.filter((condition) => !kept.has(keyOf(condition)));
  if (changed.length > 0 || gone.length > 0) await write(tx, changed, gone);
  const moved = changed.filter((condition) => hasMoved(condition, before.get(keyOf(condition))));
  return { all, changed: moved };
}

/** Puts one condition in its place; the others stay. Returns all. */
export async function writeCondition(
  tx: Database,
  known: readonly StoredCondition[],
  ref: Ref,
  condition: Condition,
  at: number,
): Promise<readonly StoredCondition[]> {
  const key = keyOf({ ref, type: condition.type });
  const before = known.find((c) => keyOf(c) === key);
  const last = new Map(before === undefined ? [] : [[key, before]]);
  const now = toStored({ ref, conditions: [condition] }, last, at);
  if (now.every((c) => same(c, before))) return known;
  await write(tx, now, []);
  return [...known.filter((c) => c !== before), ...now];
}

/** Another status, reason or container; the same one in other words is stored, and no news. */
function hasMoved(now: StoredCondition, before: StoredCondition | undefined): boolean {
  return (
    before === undefined ||
    now.status !== before.status ||
    now.reason !== before.reason ||
    now.containerId !== before.containerId
  );
}

async function write(
  tx: Database,
  changed: readonly StoredCondition[],
  gone: readonly StoredCondition[],
): Promise<void> {
  for (const { ref, type } of gone) {
    await tx.deleteFrom('conditions').where('ref', '=', ref).where('type', '=', type).execute();
  }
  for (const some of chunks(changed)) {
    await tx
      .insertInto('conditions')
      .values(some.map(toRow))
      .onConflict((c) => c.columns(['ref', 'type']).doUpdateSet(newValues))
      .execute();
  }
}

function toStored(
  status: ResourceStatus,
  before: ReadonlyMap<string, StoredCondition>,
  at: number,
): StoredCondition[] {
  return status.conditions.map((condition) => {
    const last = before.get(keyOf({ ref: status.ref, type: condition.type }));
    return {
      type: condition.type,
      status: condition.status,
      reason: condition.reason,
      message: condition.message,
      ref: status.ref,
      lastTransitionTime: last?.status === condition.status ? last.lastTransitionTime : at,
      ...(status.containerId === undefined ? {} : { containerId: status.containerId }),
    };
  });
}

function keyOf(condition: { readonly ref: Ref; readonly type: ConditionType }): string {
  return `${condition.ref} ${condition.type}`;
}

type Compared = Pick<StoredCondition, 'status' | 'reason' | 'message'> & {
  readonly containerId?: string | undefined;
};

function same(a: Compared, b: Compared | undefined): boolean {
  return (
    a.status === b?.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.containerId === b.containerId
  );
}

function toRow(condition: StoredCondition): ConditionsTable {
  return {
    ref: condition.ref,
    type: condition.type,
    status: condition.status ? 1 : 0,
    reason: condition.reason,
    message: condition.message,
    last_transition_time: condition.lastTransitionTime,
    container_id: condition.containerId ?? null,
  };
}

function toCondition(row: ConditionsTable): StoredCondition {
  const { ref, type, status, last_transition_time, container_id, ...same } = withoutNulls(row);
  return {
    ...same,
    ref: ref as Ref,
    type: type as ConditionType,
    status: status === 1,
    lastTransitionTime: last_transition_time,
    ...(container_id === undefined ? {} : { containerId: container_id }),
  };
}
