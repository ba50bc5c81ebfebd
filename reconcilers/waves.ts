// Waves, for people to read: what comes after what. All steps of one resource are in one wave. The executor does not
// go by waves but by `after` and `needs`.

import type { Ref } from '../desired-state/resource.ts';
import type { Order } from './order.ts';
import type { Step } from './plan.ts';
import { startsIt } from './steps.ts';

/** Numbers the waves from 1, as far as possible without gaps. `steps` must be in an order that respects `after`. */
export function numberWaves(steps: readonly Step[], order: Order): Step[] {
  const refOfStep = new Map(steps.map((s) => [s.id, s.ref]));
  const waveOf = new Map<Ref, number>();
  const tierEnd = [0, 0, 0, 0];
  const groups = new Map<Ref, Step[]>();
  for (const step of steps) {
    const group = groups.get(step.ref);
    if (group === undefined) groups.set(step.ref, [step]);
    else group.push(step);
  }
  for (const [ref, group] of groups) {
    let wave = 1;
    const comesAfter = (other: Ref | undefined): void => {
      if (other !== undefined && other !== ref) wave = Math.max(wave, (waveOf.get(other) ?? 0) + 1);
    };
    for (const step of group) for (const id of step.after) comesAfter(refOfStep.get(id));
    const starts = group.some(startsIt);
    if (starts || group.some((s) => s.op === 'pullModel'))
      for (const on of order.dependencies.get(ref) ?? []) comesAfter(on);
    const tier = order.tier.get(ref) ?? 0;
    if (starts) for (let below = 0; below < tier; below++) wave = Math.max(wave, (tierEnd[below] ?? 0) + 1);
    waveOf.set(ref, wave);
    if (starts) tierEnd[tier] = Math.max(tierEnd[tier] ?? 0, wave);
  }
  const dense = new Map(
    [...new Set(waveOf.values())].sort((a, b) => a - b).map((wave, index) => [wave, index + 1]),
  );
  return steps.map((step) => {
    const wave = dense.get(waveOf.get(step.ref) ?? 1) ?? 1;
    return wave === step.wave ? step : { ...step, wave };
  });
}
