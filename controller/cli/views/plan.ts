// The plan as plan and apply show it. How steps read is the reconcilers' formatPlan; here is what surrounds it.

import { formatPlan } from '../../../reconcilers/format-plan.ts';
import type { Plan } from '../../../reconcilers/plan.ts';
import { hanging, shownLength, wrap } from '../format.ts';
import type { Screen } from '../screen.ts';

export interface ShownPlan {
  readonly plan: Plan;
  readonly changedVariables: readonly string[];
  /** What the policy warns of, in one line. */
  readonly policy?: string;
}

export function planView({ plan, changedVariables, policy }: ShownPlan, screen: Screen): string {
  const { color, now, paint, width } = screen;
  const text = formatPlan(plan, { color, now })
    .trimEnd()
    .split('\n')
    .map((line) => breakLine(line, width))
    .join('\n');
  const warned =
    policy === undefined ? '' : `\n${paint.quiet(hanging(`${policy}; reeve policy tells each`, width))}`;
  if (changedVariables.length === 0) return `${text}${warned}`;
  const names = changedVariables.join(', ');
  const read = `read with another value than last time: ${names} (from the shell, not from the manifests)`;
  return `${text}${warned}\n\n${paint.waiting(hanging(read, width))}`;
}

/** A plan's text is as wide as a record wants it; a narrow terminal gets its lines broken below their own indent. */
function breakLine(line: string, width: number): string {
  if (shownLength(line) <= width) return line;
  const indent = line.length - line.trimStart().length;
  const below = indent + 4;
  return ' '.repeat(indent) + wrap(line.trimStart(), width - below, below);
}
