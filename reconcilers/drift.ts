// What differs between a container as declared and as it is, field by field. Decides nothing about what to do.

import type { Resources } from '../desired-state/container-spec.ts';
import type { Position } from '../desired-state/diagnostic.ts';
import type { Workload } from '../desired-state/resource.ts';
import type { Canonical } from './canonical.ts';
import type { DriftAct, DriftContext, Pair } from './drift-field.ts';
import { inCpus, limitOf, resourceFields } from './drift-resources.ts';
import { driftTable } from './drift-table.ts';
import { showChange } from './drift-text.ts';
import type { ContainerDetail } from './observed.ts';
import type { FieldChange } from './plan.ts';

export interface FieldDrift extends FieldChange {
  /** `image`, `environment.PORT`, `resources.memoryBytes`, `networks.shop_backend` … */
  readonly act: DriftAct;
  /** A limit that is set where the manifest has none, and that the engine cannot take away in place. */
  readonly limitLeft?: boolean;
  /** Where it was changed, where that is no line of the manifest. */
  readonly position?: Position;
}

/** Fields that differ, in the table's order; values as people may see them. */
export function fieldDrift(workload: Workload, detail: ContainerDetail, context: DriftContext): FieldDrift[] {
  const pair: Pair = { workload, detail, context };
  const drifts: FieldDrift[] = [];
  for (const [name, field] of Object.entries(driftTable)) {
    compare(name, field.act, field.desired(pair), field.observed(pair), drifts);
  }
  for (const field of resourceFields) {
    const desired = limitOf(workload.container.resources, field.name);
    const observed = limitOf(inCpus(detail.spec.resources, workload.container.resources), field.name);
    if (desired === observed || swapFollows(field.name, workload, detail)) continue;
    drifts.push({
      field: `resources.${field.name}`,
      act: 'update',
      old: observed === undefined ? '(none)' : field.show(observed),
      new: desired === undefined ? '(none)' : field.show(desired),
      ...(desired === undefined && !field.removable ? { limitLeft: true } : {}),
    });
  }
  return drifts.map((drift) => namingSecret(workload, drift));
}

/** Of a secret no value may be shown: which one it is, and the file that it is from, tell what was changed. */
function namingSecret({ container, positions }: Workload, drift: FieldDrift): FieldDrift {
  if (!drift.field.startsWith(environmentPrefix)) return drift;
  const value = container.environment[drift.field.slice(environmentPrefix.length)];
  if (value === undefined || typeof value === 'string') return drift;
  const position = positions[`secrets.${value.secret}`];
  const from = position === undefined ? '' : `, ${position.file}`;
  if (drift.old !== '(secret)') return { ...drift, new: `(secret of Secret/${value.secret}${from})` };
  const now = `(another value of Secret/${value.secret}${from})`;
  return { ...drift, new: now, ...(position === undefined ? {} : { position }) };
}

const environmentPrefix = 'environment.';

/** Swap that nobody set moves with the memory: one difference, not two. */
function swapFollows(name: keyof Resources, workload: Workload, detail: ContainerDetail): boolean {
  if (name !== 'memorySwapBytes' || workload.container.resources.memorySwapBytes !== undefined) return false;
  const observed = detail.spec.resources;
  return (
    observed.memorySwapBytes === undefined || observed.memorySwapBytes === 2 * (observed.memoryBytes ?? 0)
  );
}

function compare(
  name: string,
  act: DriftAct,
  desired: Canonical,
  observed: Canonical,
  drifts: FieldDrift[],
): void {
  if (desired === observed) return;
  if (typeof desired !== 'object' || typeof observed !== 'object') {
    const [a, b] = [textOf(observed), textOf(desired)];
    if (a === b) return;
    const [old, now] = showChange(a, b, undefined);
    drifts.push({ field: name, act, old, new: now });
    return;
  }
  for (const key of Object.keys({ ...desired, ...observed }).sort()) {
    if (desired[key] === observed[key]) continue;
    const [old, now] = showChange(observed[key], desired[key], key);
    drifts.push({ field: `${name}.${key}`, act, old, new: now });
  }
}

function textOf(value: Canonical): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Where the manifest sets a field, or what contains it; else where the resource is declared. */
export function positionOf(workload: Workload, field: string): Position {
  for (let path = `container.${field}`; path.includes('.'); path = path.slice(0, path.lastIndexOf('.'))) {
    const position = workload.positions[path];
    if (position !== undefined) return position;
  }
  return workload.position;
}
