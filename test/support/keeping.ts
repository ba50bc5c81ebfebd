// The keeping table's own words: one workload, its container as it is, and the plan for it.

import type { Workload } from '../../desired-state/resource.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import type { ObservedContainer, ObservedState } from '../../reconcilers/observed.ts';
import type { PlanInput } from '../../reconcilers/planner.ts';
import { facts, live, look, noon, planOf, revision, service } from './make.ts';

export const web = service('web');
export const id = live(web).id;

export interface Case {
  readonly workload?: Workload;
  readonly container?: Partial<ObservedContainer> | null;
  readonly facts?: Partial<Facts>;
  readonly input?: Partial<PlanInput>;
  readonly observed?: Partial<ObservedState>;
}

/** A plan for one workload and its container; `container: null` is none. */
export function planFor({
  workload = web,
  container = {},
  facts: known = {},
  input = {},
  observed = {},
}: Case) {
  const r = revision([workload]);
  const containers = container === null ? [] : [live(workload, container)];
  return planOf({ revision: r, observed: look(r, containers, observed), facts: facts(known), ...input });
}

export const exited = (exitCode: number) => ({ state: 'exited' as const, exitCode });
export const askedAgain: Partial<Facts> = {
  reruns: { 'Service/web': { at: noon - 1_000, by: 'ann@host (rerun)' } },
};
export const stoppedBy = (by: Facts['stops'][string]['by'], exitCode = 137) => ({
  stops: { [id]: { at: noon - 5_000, by, exitCode } },
});
