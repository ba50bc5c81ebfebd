// What a start waits for: its dependencies, and the tiers below that this plan is still bringing up.
// INVARIANT: what has failed gates its dependents only. One broken critical agent must not hold up all the others.

import { isWorkload, type Ref } from '../desired-state/resource.ts';
import type { Order } from './order.ts';
import type { Step } from './plan.ts';
import type { Readiness } from './readiness.ts';
import { type Draft, startsIt } from './steps.ts';
import { dependenciesOf, type World } from './world.ts';

/**
 * Members of the lower tiers that a step names at most. The executor goes by the look that the plan was made from, so
 * a few that are not ready hold it as well as all; the next plan names the next. Keeps plans linear in size.
 */
const namedGates = 16;

export interface GateInput {
  readonly world: World;
  readonly order: Order;
  readonly drafts: ReadonlyMap<Ref, Draft>;
  readonly readiness: ReadonlyMap<Ref, Readiness>;
  readonly readyModels: ReadonlySet<Ref>;
  /** With steps in flight: on their way, though this plan has no step for them. */
  readonly busy: ReadonlySet<Ref>;
}

type Need = Step['needs'][number];

/** What a ref waits for: other refs, and steps of this plan that go before. */
export interface Gate {
  readonly needs: readonly Need[];
  readonly after: readonly string[];
}

export interface Gates {
  readonly gateOf: (ref: Ref) => Gate;
  /** Being brought up by this plan or one just before, and not failed. */
  readonly hopeful: ReadonlySet<Ref>;
}

/** Works out all gates of one plan, in one walk over the order. */
export function makeGates(input: GateInput): Gates {
  const { world, order, drafts } = input;
  const hopeful = new Set<Ref>();
  const isReady = (ref: Ref): boolean => {
    const state = input.readiness.get(ref)?.state;
    return state === 'ready' || state === 'done' || input.readyModels.has(ref);
  };
  for (const ref of order.refs) {
    const comes =
      startOf(drafts.get(ref)) !== undefined ||
      input.readiness.get(ref)?.state === 'starting' ||
      (input.busy.has(ref) && !isReady(ref));
    const hasFailed = world.facts.attempts[ref] !== undefined || world.facts.failures[ref] !== undefined;
    const dependencies = order.dependencies.get(ref) ?? [];
    if (comes && !hasFailed && dependencies.every((on) => isReady(on) || hopeful.has(on))) hopeful.add(ref);
  }
  const tierNeeds = tierGates(order, hopeful, world);
  const gateOf = (ref: Ref): Gate => {
    const own = dependencyGate(ref, input, isReady, hopeful);
    const below = ref.startsWith('Model/') ? [] : (tierNeeds[order.tier.get(ref) ?? 0] ?? []);
    if (own.needs.length === 0) return { needs: below, after: own.after };
    const named = new Set(own.needs.map((n) => n.ref));
    const needs = [...own.needs, ...below.filter((n) => !named.has(n.ref))];
    return { needs, after: own.after };
  };
  return { gateOf, hopeful };
}

/** For each tier, those below it that are still coming up. Models gate only those who need them. */
function tierGates(order: Order, hopeful: ReadonlySet<Ref>, world: World): Need[][] {
  const gates: Need[][] = [[], [], []];
  for (const ref of order.refs) {
    const resource = world.byRef.get(ref);
    if (!hopeful.has(ref) || resource === undefined || !isWorkload(resource)) continue;
    for (let tier = (order.tier.get(ref) ?? 0) + 1; tier < gates.length; tier++) {
      const gate = gates[tier];
      if (gate !== undefined && gate.length < namedGates) gate.push({ ref, condition: 'ready' });
    }
  }
  return gates;
}

function dependencyGate(
  ref: Ref,
  input: GateInput,
  isReady: (ref: Ref) => boolean,
  hopeful: ReadonlySet<Ref>,
): Gate {
  const { world, drafts } = input;
  const resource = world.byRef.get(ref);
  const needs: Need[] = [];
  const after: string[] = [];
  if (resource?.kind === 'Model') {
    const server = resource.server as Ref;
    if (world.byRef.has(server)) {
      const start = startOf(drafts.get(server));
      if (start !== undefined) after.push(start);
      if (start !== undefined || !isReady(server)) needs.push({ ref: server, condition: 'ready' });
    }
    return { needs, after };
  }
  if (resource === undefined || !isWorkload(resource)) return { needs, after };
  for (const { on, condition, required } of dependenciesOf(resource)) {
    // Not required: waited for while it comes up, not for ever.
    if (!required && !hopeful.has(on)) continue;
    const start = startOf(drafts.get(on));
    if (start !== undefined) after.push(start);
    // `started` is so as soon as the start step has ended: no second pass is needed for it.
    const runs = condition === 'started' && (start !== undefined || isRunning(world, on) || isReady(on));
    const done =
      condition === 'completed' && start === undefined && input.readiness.get(on)?.state === 'done';
    const isSo = condition === 'ready' && start === undefined && isReady(on);
    if (!runs && !done && !isSo) needs.push({ ref: on, condition });
  }
  return { needs, after };
}

function isRunning(world: World, ref: Ref): boolean {
  return world.owned.get(ref)?.current?.state === 'running';
}

/** The step of a draft that sets its workload going, or gets its model. */
function startOf(draft: Draft | undefined): string | undefined {
  return draft?.steps.find((s) => startsIt(s) || s.op === 'pullModel')?.id;
}
