// Makes steps: ids, order within one resource, causes. Knows no rule.

import type { Ref, Resource } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import { identityLabels } from './observed.ts';
import type { Cause, Step, StepArgs, StepOp } from './plan.ts';

export interface StepOptions {
  /** Tells apart steps of the same operation on one resource. */
  readonly key?: string;
  readonly after?: readonly string[];
  readonly interrupts?: boolean;
}

/** A step of a plan that is being made: nobody else has it yet, so it is filled in, not copied (10,000 of them cost). */
export type Unfinished = { -readonly [K in keyof Step]: Step[K] };

/** One step; `needs` and `wave` are worked out once the whole plan is known. */
export function makeStep<Op extends StepOp>(
  op: Op,
  ref: Ref,
  args: StepArgs[Op],
  cause: Cause,
  options: StepOptions = {},
): Step {
  const id = stepId(ref, op, options.key);
  const after = options.after ?? [];
  // The compiler cannot tie `op` to `args` through the union; the signature does.
  return {
    id,
    ref,
    op,
    args,
    cause,
    after,
    needs: [],
    wave: 1,
    interrupts: options.interrupts ?? false,
  } as unknown as Step;
}

function stepId(ref: Ref, op: StepOp, key?: string): string {
  return key === undefined ? `${ref}:${op}` : `${ref}:${op}:${key}`;
}

/** Labels by which a network or volume is known as ours. Volumes keep theirs for good: no revision among them. */
export function identityOf(revision: Revision, { kind, name }: Resource): Record<string, string> {
  return {
    [identityLabels.platform]: revision.platform,
    [identityLabels.kind]: kind,
    [identityLabels.name]: name,
  };
}

/** Steps of one resource that must run one after the other: each, made for this plan, comes after the one before it. */
export function inOrder(steps: readonly Step[]): readonly Step[] {
  for (const [i, step] of (steps as readonly Unfinished[]).entries()) {
    const before = steps[i - 1];
    if (before !== undefined) step.after = [...step.after, before.id];
  }
  return steps;
}

/** What is to be done for one resource. */
export interface Draft {
  readonly steps: readonly Step[];
  /** The step that waits for dependencies and tiers; those after it wait with it. */
  readonly gate?: string;
  /** Refs whose containers hold a host port that this one needs and they give up. */
  readonly portsOf?: readonly Ref[];
}

export const nothing: Draft = { steps: [] };

/** Ops that set a workload going. */
export function startsIt(step: Step): boolean {
  return step.op === 'startContainer' || step.op === 'restartContainer';
}
