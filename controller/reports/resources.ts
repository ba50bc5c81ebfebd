// Each resource in one row: what it is, whether it is ready, and the one reason that matters most.

import type { Ref } from '../../desired-state/resource.ts';
import { kindOf, resolveNames } from '../names.ts';
import type { StoredCondition } from '../store/store.ts';
import { iso, knownRefs, type Snapshot, workloadOf } from './snapshot.ts';

/** One word for a resource's conditions taken together. `unknown`: declared, and never looked at. */
export type ResourceState = 'ready' | 'progressing' | 'degraded' | 'waiting' | 'unknown';

export interface ResourceRow {
  readonly ref: Ref;
  readonly kind: string;
  readonly name: string;
  readonly tier?: string;
  readonly ready: boolean;
  readonly held: boolean;
  readonly state: ResourceState;
  readonly reason: string;
  readonly message: string;
  /** Since when the condition that `reason` comes from has stood. */
  readonly since?: string;
  readonly container?: string;
  readonly containerId?: string;
}

/** All resources that are declared or still there, sorted by ref; the platform's own conditions are not among them. */
export function resourceRows(snapshot: Snapshot): readonly ResourceRow[] {
  const byRef = Map.groupBy(snapshot.conditions, (condition) => condition.ref);
  return knownRefs(snapshot).map((ref) => resourceRow(snapshot, ref, byRef.get(ref) ?? []));
}

function resourceRow(snapshot: Snapshot, ref: Ref, conditions: readonly StoredCondition[]): ResourceRow {
  const [kind = '', name = ''] = ref.split('/', 2);
  const workload = workloadOf(snapshot, ref);
  const state = stateOf(conditions);
  const main = mainCondition(conditions, state);
  const containerId = conditions.find((c) => c.containerId !== undefined)?.containerId;
  return {
    ref,
    kind,
    name,
    ...(workload === undefined ? {} : { tier: workload.tier }),
    ready: conditions.some((c) => c.type === 'Ready' && c.status),
    held: conditions.some((c) => c.type === 'Held' && c.status),
    state,
    reason: main?.reason ?? 'NotObserved',
    message: main?.message ?? 'not looked at yet',
    ...(main === undefined ? {} : { since: iso(main.lastTransitionTime) }),
    ...(workload === undefined ? {} : { container: workload.containerName }),
    ...(containerId === undefined ? {} : { containerId }),
  };
}

function stateOf(conditions: readonly StoredCondition[]): ResourceState {
  const is = (type: StoredCondition['type']) => conditions.some((c) => c.type === type && c.status);
  if (conditions.length === 0) return 'unknown';
  if (is('Degraded')) return 'degraded';
  if (is('Ready')) return 'ready';
  return is('Progressing') ? 'progressing' : 'waiting';
}

/** The condition a person wants to read first. */
function mainCondition(
  conditions: readonly StoredCondition[],
  state: ResourceState,
): StoredCondition | undefined {
  const find = (type: StoredCondition['type']) => conditions.find((c) => c.type === type && c.status);
  const ready = conditions.find((c) => c.type === 'Ready');
  if (state === 'degraded') return find('Degraded');
  if (state === 'progressing') return find('Progressing');
  if (state === 'waiting') return find('Held') ?? ready;
  return ready;
}

/** The rows of the kinds and names that were asked for; all of them where nothing was. */
export function pickRows(rows: readonly ResourceRow[], words: readonly string[]): readonly ResourceRow[] {
  if (words.length === 0) return rows;
  const refs = rows.map((row) => row.ref);
  const wanted = new Set<Ref>();
  for (const word of words) {
    const kind = kindOf(word);
    if (kind === undefined || refs.some((ref) => ref.endsWith(`/${word}`)))
      for (const ref of resolveNames(word, refs)) wanted.add(ref);
    else for (const row of rows) if (row.kind === kind) wanted.add(row.ref);
  }
  return rows.filter((row) => wanted.has(row.ref));
}
