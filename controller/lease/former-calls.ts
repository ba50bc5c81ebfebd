// What the leader before may still have under way at the engine. An engine takes no tokens: a call that was sent in time may be
// carried out after its sender has lost the lead. That a step begins is stored before it is sent, so the store says which.

import type { Ref } from '../../desired-state/resource.ts';
import type { Step } from '../../reconcilers/plan.ts';
import type { PlanRecord, StepRecord } from '../store/store.ts';

/** A resource that is left alone until the call is surely over. */
export interface FormerCall {
  readonly ref: Ref;
  readonly op: Step['op'];
  readonly ms: number;
}

/** Done twice these do no harm, and they may take an hour. */
const harmless = new Set<string>(['pullImage', 'buildImage', 'pullModel']);
/** By how much the clocks of two machines may differ, where one judges what the other has stored. */
const clockSkewMs = 60_000;
const leastCallMs = 10_000;

/** How long a call may take under a lease: no longer than the next leader is willing to wait for it. */
export function callTimeoutUnder(leaseMs: number): number {
  return Math.max(leaseMs, leastCallMs);
}

/** Steps that began and did not end, of the plans that have not; older ones than any call are forgotten. */
export function formerCalls(
  plans: readonly PlanRecord[],
  { leaseMs, now }: { readonly leaseMs: number; readonly now: number },
): readonly FormerCall[] {
  return plans
    .filter((plan) => plan.endedAt === undefined)
    .flatMap((plan) => plan.steps.flatMap((step) => callOf(plan, step, leaseMs)))
    .filter(({ startedAt, ms }) => startedAt + leaseMs + ms + clockSkewMs > now)
    .map(({ startedAt: _, ...call }) => call);
}

function callOf({ plan }: PlanRecord, { id, ref, op, startedAt, endedAt }: StepRecord, leaseMs: number) {
  if (startedAt === undefined || endedAt !== undefined || harmless.has(op)) return [];
  const args = plan.steps.find((step) => step.id === id)?.args;
  const graceMs = args !== undefined && 'graceMs' in args ? (args.graceMs ?? 10_000) : 0;
  return [{ ref, op: op as Step['op'], ms: callTimeoutUnder(leaseMs) + graceMs, startedAt }];
}
