// The plan: reads top to bottom. Index the look, see what is ready, let each part say what it would do, then order all
// of it. Pure: the same inputs (time is one) give the same plan, in the same order.

import { isWorkload, type Ref, refOf } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import { adoptedPins, adoptionNotice } from './adoption.ts';
import { capacityNotice } from './capacity.ts';
import type { ResourceStatus } from './condition.ts';
import { statusOf } from './conditions.ts';
import type { EarlierSpecs } from './earlier-specs.ts';
import { networksTooNew } from './engine-too-old.ts';
import type { Facts, Made } from './facts.ts';
import { withFailedRemovals } from './failed-removals.ts';
import { gainFirst } from './failover/gain-first.ts';
import { type Gates, makeGates } from './gates.ts';
import { suspendedUntil } from './hands-off.ts';
import { type ImageAsks, noAsks } from './images.ts';
import { namesInCircles } from './mixed-up-names.ts';
import { movedTags } from './moved-tags.ts';
import type { ObservedState } from './observed.ts';
import { type Order, orderOf } from './order.ts';
import {
  backingOffRefs,
  brokenDependencies,
  markPending,
  missingImages,
  readinessOfAll,
  waitsByRef,
} from './outlook.ts';
import type { Notice, Plan, Step } from './plan.ts';
import { planCommit } from './plan-commit.ts';
import { planImages } from './plan-images.ts';
import { planModels } from './plan-models.ts';
import { planNetworks } from './plan-networks.ts';
import { planRemovals } from './plan-removals.ts';
import { planVolumes } from './plan-volumes.ts';
import { planWorkload, type WorkloadPart } from './plan-workload.ts';
import { probeSuspicion } from './probe-suspect.ts';
import type { Readiness } from './readiness.ts';
import { networkRemovals } from './removal-steps.ts';
import { select } from './selection.ts';
import { activeHold, type Setting } from './situation.ts';
import type { Draft, Unfinished } from './steps.ts';
import { stopsNow } from './turns.ts';
import { numberWaves } from './waves.ts';
import { indexWorld } from './world.ts';

export interface PlanInput {
  readonly revision: Revision;
  readonly observed: ObservedState;
  readonly facts: Facts;
  /** Epoch ms. */
  readonly now: number;
  readonly mode: 'apply' | 'keep' | 'down';
  /** Refs with steps in flight: no steps for them. */
  readonly busy: ReadonlySet<Ref>;
  /** Only these (by name or Kind/name) and what they depend on; empty: all. */
  readonly names: readonly string[];
  readonly allowDelete: boolean;
  /** `down --volumes`. */
  readonly removeVolumes?: boolean;
  /** Images to take or build anew; absent: none. */
  readonly images?: ImageAsks;
  /** Said of the revision before it was planned: limits that were taken down. */
  readonly notices?: readonly Notice[];
  /** In force before, for causes and for what it alone knew (tiers and dependencies of what is declared no more). */
  readonly previous?: Revision;
  /** What containers were brought to that are of an older revision still. */
  readonly earlier?: EarlierSpecs;
}

/** A person's suspension outlives an apply: whoever plans one is told that it will be refused. */
function suspensionOf({ revision, facts, mode }: PlanInput): readonly Notice[] {
  const { suspended } = facts;
  if (mode !== 'apply' || suspended?.reason !== 'Suspended') return [];
  const why = suspended.why === undefined ? '' : ` (${suspended.why})`;
  const message = `the platform is suspended by ${suspended.by}${why}; an apply is refused until: reeve resume`;
  return [{ ref: `Platform/${revision.platform}`, reason: 'Suspended', message }];
}

/** An apply would take over what Compose made, and with it what its images' tags meant. */
function factsOf({ revision, observed, facts, mode }: PlanInput): Facts {
  if (mode !== 'apply') return facts;
  const pins = adoptedPins(revision, observed, facts);
  return Object.keys(pins).length === 0 ? facts : { ...facts, pins: { ...pins, ...facts.pins } };
}

/** What there is to do and why, and how everything is. */
export function plan(input: PlanInput): Plan {
  const { revision, observed, now, mode, images = noAsks } = input;
  const facts = factsOf(input);
  const world = indexWorld(revision, observed, facts, now, mode === 'apply');
  const order = orderOf(revision.resources);
  const ready = readinessOfAll(world);
  const selection = select(revision.platform, world.byRef, input.names);
  const suspended = mode === 'keep' && facts.suspended !== undefined;
  const mayAct = (ref: Ref): boolean =>
    mode !== 'down' && !suspended && !input.busy.has(ref) && (selection.refs?.has(ref) ?? true);

  const later = backingOffRefs(world);
  const mayTry = (ref: Ref): boolean => mayAct(ref) && !later.has(ref);
  const removals = planRemovals({
    world,
    mode,
    untouchable: new Set([
      // A `down` names all there is, whatever is under way: the executor waits for what has steps in flight.
      ...(mode === 'down' ? [] : input.busy),
      ...[...later.keys()].filter((ref) => facts.failures[ref]?.removing),
    ]),
    allowDelete: input.allowDelete,
    removeVolumes: input.removeVolumes ?? false,
    previous: input.previous,
    partial: input.names.length > 0 || suspended,
  });
  const until = suspendedUntil(facts, mode);
  const networks = planNetworks(world, mayTry, until, input.previous);
  const volumes = planVolumes(world, mayTry, until);
  const models = planModels(world, (ref) => isReady(ready.get(ref)), mayAct);
  const setting: Setting = {
    world,
    mode,
    lostVolumes: volumes.lost,
    missingNetworks: markPending(networks.missing, 'Network', input.busy, facts),
    released: removals.released,
    images,
    missingImages: missingImages(world, images),
    previous: new Map((input.previous?.resources ?? []).filter(isWorkload).map((w) => [refOf(w), w])),
    earlier: input.earlier ?? new Map(),
    readiness: ready,
    everMade: madeByRef(facts),
    suspicion: probeSuspicion(revision, observed, now),
    namesInCircles: namesInCircles(world, (ref) => mayAct(ref) && activeHold(facts, ref, now) === undefined),
    stopsNow: stopsNow(world, order),
    brokenDependencies: (workload) => brokenDependencies(workload, world, ready),
  };
  const made = {
    networks: networks.made,
    volumes: volumes.made,
    pulls: new Map<string, string>(),
    builds: new Map<string, string>(),
  };
  const parts = new Map<Ref, WorkloadPart>();
  const drafts = new Map<Ref, Draft>(models.drafts);
  for (const ref of order.refs) {
    const workload = world.byRef.get(ref);
    if (workload === undefined || !isWorkload(workload)) continue;
    const part = planWorkload(setting, workload, made, mayAct(ref));
    parts.set(ref, part);
    if (part.draft.steps.length > 0) drafts.set(ref, part.draft);
  }
  gainFirst(world, drafts);
  const gates = makeGates({
    world,
    order,
    drafts,
    readiness: ready,
    readyModels: models.ready,
    busy: input.busy,
  });
  const gated = order.refs.flatMap((ref) => gateDraft(ref, drafts, gates));
  const early = [...networks.steps, ...volumes.steps, ...removals.containers, ...gated];
  const leaving = networkRemovals(world, removals.networks, mode, early);
  const steps = [...early, ...leaving, ...removals.volumes];
  numberWaves(steps, order);
  const waits = waitsByRef(gated, world, ready);
  const all = [...parts.values()];
  const leftAlone = [...networks.leftAlone, ...all.flatMap((p) => p.leftAlone ?? [])];
  const told = planImages(world, images, steps);
  const commit = planCommit(revision, steps);
  const nextAt = earliest([...later.values(), ...models.nextAt, ...all.flatMap((p) => p.nextAt)]);
  return {
    platform: revision.platform,
    revision: revision.id,
    ...(commit === undefined ? {} : { commit }),
    steps,
    warnings: [
      ...suspensionOf(input),
      ...(mode === 'apply' ? adoptionNotice(revision, observed, facts) : []),
      ...(mode === 'down' ? [] : networksTooNew(revision, observed.host.apiVersion)),
      ...(mode === 'down' ? [] : [...(input.notices ?? []), ...capacityNotice(revision, observed.host)]),
      ...selection.warnings,
      ...movedTags(world, images),
      ...volumes.warnings,
      ...removals.warnings,
      ...all.flatMap((p) => p.warnings),
    ],
    ...(told.length === 0 ? {} : { images: told }),
    ...(removals.blocked === undefined ? {} : { blocked: removals.blocked }),
    statuses: withFailedRemovals(
      inOrder(order, removals.left, [
        ...[...parts].map(([ref, part]) => statusOf(part.finding(waits.get(ref)))),
        ...networks.statuses,
        ...volumes.statuses,
        ...models.statuses,
      ]),
      later.keys(),
      facts,
    ),
    ...(nextAt === undefined ? {} : { nextAt }),
    reported: all.flatMap((p) => p.reported),
    ...(leftAlone.length === 0 ? {} : { leftAlone }),
  };
}

/** What was made for each ref; where several were, one that has a place in a Compose project. */
function madeByRef({ made }: Facts): ReadonlyMap<Ref, Made> {
  const byRef = new Map<Ref, Made>();
  for (const one of Object.values(made))
    if (byRef.get(one.ref)?.compose === undefined) byRef.set(one.ref, one);
  return byRef;
}

/** By the letters of their refs; `left`: of what is declared no more. The order of the declared ones is known. */
function inOrder(
  { alphabetical }: Order,
  left: readonly ResourceStatus[],
  declared: readonly ResourceStatus[],
): readonly ResourceStatus[] {
  const statuses = new Map(declared.map((status) => [status.ref, status]));
  const all: ResourceStatus[] = [];
  for (const ref of alphabetical) {
    const status = statuses.get(ref);
    if (status !== undefined) all.push(status);
  }
  return left.length === 0 ? all : [...all, ...left].sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

/** Not by spreading: a platform may have more resources than a call takes arguments. */
function earliest(times: readonly number[]): number | undefined {
  return times.reduce<number | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
}

function isReady(found: Readiness | undefined): boolean {
  return found?.state === 'ready' || found?.state === 'done';
}

/** The stops of those that give up the ports that it takes. */
function freeing({ portsOf = [] }: Draft, drafts: ReadonlyMap<Ref, Draft>): readonly string[] {
  return portsOf.flatMap((giver) =>
    (drafts.get(giver)?.steps ?? []).filter((s) => s.op === 'stopContainer').map((s) => s.id),
  );
}

/** Puts what a draft waits for on its gate step, and frees ports before they are taken. */
function gateDraft(ref: Ref, drafts: ReadonlyMap<Ref, Draft>, gates: Gates): readonly Step[] {
  const draft = drafts.get(ref);
  if (draft === undefined) return [];
  const gate = draft.gate === undefined ? undefined : gates.gateOf(ref);
  for (const step of draft.steps as readonly Unfinished[]) {
    const isGate = gate !== undefined && step.id === draft.gate;
    if (isGate) step.needs = gate.needs;
    const after = [
      ...(isGate ? gate.after : []),
      ...(step.op === 'startContainer' ? freeing(draft, drafts) : []),
    ];
    if (after.length > 0) step.after = [...step.after, ...after];
  }
  return draft.steps;
}
