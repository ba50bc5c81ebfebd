// The plan as plan and apply show it. How steps read is the reconcilers' formatPlan; here is what surrounds it.

import { formatPlan } from '../../../reconcilers/format-plan.ts';
import type { Plan } from '../../../reconcilers/plan.ts';
import type { Screen } from '../screen.ts';

export interface ShownPlan {
  readonly plan: Plan;
  readonly changedVariables: readonly string[];
}

export function planView({ plan, changedVariables }: ShownPlan, { paint, color, now }: Screen): string {
  const text = formatPlan(plan, { color, now }).trimEnd();
  if (changedVariables.length === 0) return text;
  const names = changedVariables.join(', ');
  return `${text}\n\n${paint.waiting(`read with another value than last time: ${names} (from the shell, not from the manifests)`)}`;
}
