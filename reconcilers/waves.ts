// Waves, for people to read: what comes after what. All steps of one resource are in one wave. The executor does not
// go by waves but by `after` and `needs`.

import type { Ref } from '../desired-state/resource.ts';
import type { Order } from './order.ts';
import type { Step } from './plan.ts';
import { startsIt, type Unfinished } from './steps.ts';

/**
 * Numbers the waves from 1, without gaps, in the steps themselves: they were made for this plan. `steps` must be in an
 * order that respects `after`.
 */
export function numberWaves(steps: readonly Step[], order: Order): void {
  const byId = new Map(steps.map((s) => [s.id, s]));
  const waveOf = new Map<Ref, number>();
  const tierEnd = [0, 0, 0, 0];
  for (const [ref, group] of byRef(steps)) {
    const starts = group.some(startsIt);
    const tier = order.tier.get(ref) ?? 0;
    let wave = afterOthers(ref, group, byId, waveOf, order);
    if (starts) for (let below = 0; below < tier; below++) wave = Math.max(wave, (tierEnd[below] ?? 0) + 1);
    waveOf.set(ref, wave);
    if (starts) tierEnd[tier] = Math.max(tierEnd[tier] ?? 0, wave);
  }
  const used = [...new Set(waveOf.values())].sort((a, b) => a - b);
  const dense = new Map(used.map((wave, index) => [wave, index + 1]));
  for (const step of steps as readonly Unfinished[]) step.wave = dense.get(waveOf.get(step.ref) ?? 1) ?? 1;
}

function byRef(steps: readonly Step[]): Map<Ref, Step[]> {
  const groups = new Map<Ref, Step[]>();
  for (const step of steps) {
    const group = groups.get(step.ref);
    if (group === undefined) groups.set(step.ref, [step]);
    else group.push(step);
  }
  return groups;
}

/** The first wave after all that a resource's steps come after, and after its dependencies where it starts. */
function afterOthers(
  ref: Ref,
  group: readonly Step[],
  byId: ReadonlyMap<string, Step>,
  waveOf: ReadonlyMap<Ref, number>,
  order: Order,
): number {
  let wave = 1;
  for (const step of group) {
    for (const id of step.after) {
      // Most come after one of their own: asked first, since that needs no hash of a long name.
      if (group.some((own) => own.id === id)) continue;
      const before = byId.get(id);
      if (before === undefined) continue;
      wave = Math.max(wave, (waveOf.get(before.ref) ?? 0) + (isOwnWave(step, before, order) ? 0 : 1));
    }
  }
  if (!group.some((s) => startsIt(s) || s.op === 'pullModel')) return wave;
  for (const on of order.dependencies.get(ref) ?? []) wave = Math.max(wave, (waveOf.get(on) ?? 0) + 1);
  return wave;
}

/**
 * Steps that wait for one of their own kind for the executor's sake only: an image that another pulls or builds, or the first of
 * a tier that goes, which stands for all of the tier above.
 */
function isOwnWave(step: Step, before: Step, order: Order): boolean {
  if (before.op === 'pullImage' || before.op === 'buildImage') return true;
  if (step.cause.reason !== 'Down' || before.cause.reason !== 'Down') return false;
  const isDependent = order.dependencies.get(before.ref)?.includes(step.ref) ?? true;
  return !isDependent && order.tier.get(step.ref) === order.tier.get(before.ref);
}
