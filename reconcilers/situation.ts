// One workload as the rules see it: what is declared, what is there, what is remembered, what differs.

import type { DriftMode, Ref, Workload } from '../desired-state/resource.ts';
import { refOf } from '../desired-state/resource.ts';
import { canonicalJson, type Policy } from '../desired-state/revision.ts';
import { type Blocker, type BlockerSources, blockerOf } from './blockers.ts';
import { isBroughtTo, lastSpecOf } from './brought-to.ts';
import { type FieldDrift, fieldDrift } from './drift.ts';
import type { DriftContext } from './drift-field.ts';
import type { EarlierSpecs } from './earlier-specs.ts';
import type { Attempts, Facts, Hold, Made, Stop } from './facts.ts';
import type { Role } from './failover/roles.ts';
import type { ImageAsks } from './images.ts';
import { isPinned } from './inspect-needs.ts';
import { networkGaps } from './membership.ts';
import { identityLabels, type ObservedContainer } from './observed.ts';
import type { Owned } from './ownership.ts';
import type { Suspicion } from './probe-suspect.ts';
import type { Readiness } from './readiness.ts';
import { sharedModes } from './shared-modes.ts';
import { specHash } from './spec-hash.ts';
import { ownedBy, type World } from './world.ts';

/** What all situations of one plan share. */
export interface Setting extends BlockerSources {
  readonly world: World;
  readonly mode: 'apply' | 'keep' | 'down';
  readonly images: ImageAsks;
  /** Workloads of the revision before, by ref. */
  readonly previous: ReadonlyMap<Ref, Workload>;
  readonly earlier: EarlierSpecs;
  readonly readiness: ReadonlyMap<Ref, Readiness>;
  /** What reeve has made by ref, there or not. */
  readonly everMade: ReadonlyMap<Ref, Made>;
  readonly suspicion: Suspicion | undefined;
  /** Refs whose containers bear each other's names, all of which may be renamed. */
  readonly namesInCircles: ReadonlySet<Ref>;
  /** Of those that a procedure wants stopped, the ones that nothing needs any more. */
  readonly stopsNow: ReadonlySet<Ref>;
  /** Required dependencies that are not ready and have failed, in words. */
  readonly brokenDependencies: (workload: Workload) => readonly string[];
}

/** A difference that stays, and why. */
export interface Reported extends FieldDrift {
  readonly why: 'DriftReported' | 'LimitNotRemovable' | 'NotTakenByEngine';
}

export interface Situation {
  readonly setting: Setting;
  readonly policy: Policy;
  readonly facts: Facts;
  readonly now: number;
  readonly workload: Workload;
  readonly ref: Ref;
  readonly hash: string;
  readonly owned: Owned;
  readonly container?: ObservedContainer;
  /** Absent without a container. */
  readonly readiness?: Readiness;
  /** It stands in for another, or another for it, or may. */
  readonly role?: Role;
  /** What the rules go by. */
  readonly hold?: Hold;
  /** The same, also where it is looked at as if nobody held it. */
  readonly held?: Hold;
  readonly attempts?: Attempts;
  readonly failure?: Facts['failures'][Ref];
  readonly stop?: Stop;
  /** Fields cannot be judged: the container must be inspected first. */
  readonly unclear: boolean;
  /** To be mended. */
  readonly drift: readonly FieldDrift[];
  /** Differences that stay: their mode is `report`, or nobody can take them away. */
  readonly reported: readonly Reported[];
  /** What stands in the way of a create or a start. */
  readonly blocker: (act: 'create' | 'start') => Blocker | undefined;
  /** What a drift of the run state itself calls for. */
  readonly stateMode: DriftMode;
}

/** Looks at one workload from all sides. */
export function situate(setting: Setting, workload: Workload): Situation {
  const { world } = setting;
  const ref = refOf(workload);
  const owned = ownedBy(world, ref);
  const container = owned.current;
  const hash = specHash(workload);
  const ready = setting.readiness.get(ref);
  const hold = activeHold(world.facts, ref, world.now);
  const stop = container === undefined ? undefined : world.facts.stops[container.id];
  const { attempts, failures } = world.facts;
  const role = world.roles.get(ref);
  return {
    setting,
    policy: world.revision.policy,
    facts: world.facts,
    now: world.now,
    workload,
    ref,
    hash,
    owned,
    ...(container === undefined ? {} : { container }),
    ...(ready === undefined ? {} : { readiness: ready }),
    ...(role === undefined ? {} : { role }),
    ...(hold === undefined ? {} : { hold, held: hold }),
    ...(attempts[ref] === undefined ? {} : { attempts: attempts[ref] }),
    ...(failures[ref] === undefined ? {} : { failure: failures[ref] }),
    ...(stop === undefined ? {} : { stop }),
    ...judge(setting, workload, container, hash),
    blocker: (act) => blockerOf(setting, workload, container, act),
    stateMode: setting.mode === 'keep' ? (workload.drift.fields['state'] ?? workload.drift.mode) : 'heal',
  };
}

/** A hold whose time is not over. */
export function activeHold(facts: Facts, ref: Ref, now: number): Hold | undefined {
  const hold = facts.holds[ref];
  return hold === undefined || (hold.until !== undefined && hold.until <= now) ? undefined : hold;
}

/** The fields that differ between a container and what is declared now, all of them. */
export function driftOf(setting: Setting, workload: Workload, container: ObservedContainer): FieldDrift[] {
  const { world } = setting;
  const byList = networkGaps(world, workload, container);
  if (container.detail === undefined) return byList;
  const previous = previousOf(setting, workload, container);
  const context = {
    networkNames: world.networkNames,
    volumeNames: world.volumeNames,
    pins: world.facts.pins,
    imageId: container.imageId,
    apiVersion: world.observed.host.apiVersion,
    ...(previous === undefined ? {} : { previous }),
    isMadeForSpec: container.labels[identityLabels.specHash] === specHash(workload),
    containerNames: world.containerNames,
    platform: world.revision.platform,
    workloadsByName: world.workloadsByName,
    ourNetworks: world.ourNetworks,
    ...movable(world, refOf(workload)),
  };
  const fields = fieldDrift(workload, container.detail, context);
  const known = new Set(fields.map((f) => f.field));
  return [...fields, ...byList.filter((f) => !known.has(f.field))];
}

/** Only one of two has this alias: whoever is not to have it loses it. */
function movable({ roles, networkNames }: World, ref: Ref): Pick<DriftContext, 'movable'> {
  const role = roles.get(ref);
  if (role === undefined) return {};
  return { movable: { network: networkNames[role.network] ?? role.network, alias: role.alias } };
}

/** What it was declared as when the container was last brought to it, as far as that is known; else by the revision before. */
function previousOf(
  { earlier, previous, world }: Setting,
  workload: Workload,
  container: ObservedContainer,
): Workload | undefined {
  return earlier.get(lastSpecOf(container, world.facts) ?? '') ?? previous.get(refOf(workload));
}

/** What differs between it and what is declared: what is to be mended, and what stays. */
export function judge(
  setting: Setting,
  workload: Workload,
  container: ObservedContainer | undefined,
  hash: string,
): Pick<Situation, 'unclear' | 'drift' | 'reported'> {
  if (container === undefined) return { unclear: false, drift: [], reported: [] };
  const { facts } = setting.world;
  const sameHash = container.labels[identityLabels.specHash] === hash;
  const isBrought = isBroughtTo(container, hash, facts);
  const unclear =
    container.detail === undefined && !(sameHash && isBrought && isPinned(workload, container, facts));
  const drift: FieldDrift[] = [];
  const reported: Reported[] = [];
  const before = previousOf(setting, workload, container);
  const shared = new Set<string>(sharedModes(workload.container).map((m) => m.field));
  const moves = movable(setting.world, refOf(workload)).movable;
  const asMade = sameHash && facts.made[container.id] !== undefined;
  for (const field of driftOf(setting, workload, container)) {
    // Made by us for this very spec: what nobody can change on a container and yet differs is what the engine does not
    // take as declared. Another one would differ again, so it is told instead of recreating for ever.
    // Whose namespaces it is in is not the engine's to refuse: the other was made anew meanwhile.
    const taken = field.field === 'image' || shared.has(field.field);
    if (asMade && field.act === 'recreate' && !taken) {
      reported.push({ ...field, why: 'NotTakenByEngine' });
      continue;
    }
    // Where the alias belongs is a recovery's to say.
    const isMoving = moves !== undefined && field.field === `networks.${moves.network}`;
    const asked =
      field.act === 'recreate' || isMoving || (!isBrought && isNewWish(before, workload, field.field));
    const mode = asked ? 'heal' : modeOf(workload, field.field);
    if (field.limitLeft === true) {
      // Only a limit that the manifest is known to have taken away is worth a recreate; one set by hand is reported.
      if (asked && before !== undefined) drift.push({ ...field, act: 'recreate' });
      else if (mode !== 'ignore') reported.push({ ...field, why: 'LimitNotRemovable' });
    } else if (mode === 'heal') drift.push(field);
    else if (mode === 'report') reported.push({ ...field, why: 'DriftReported' });
  }
  return { unclear, drift, reported };
}

/** The manifest changed this field since the revision before; unknown counts as changed. */
function isNewWish(before: Workload | undefined, workload: Workload, field: string): boolean {
  if (before === undefined) return true;
  return valueAt(before, field) !== valueAt(workload, field);
}

function valueAt({ container }: Workload, field: string): string {
  const [root = '', key = ''] = field.split('.');
  const value: unknown = Object.entries(container).find(([name]) => name === root)?.[1];
  if (root !== 'resources' || typeof value !== 'object' || value === null) return canonicalJson(value);
  return canonicalJson(Object.entries(value).find(([name]) => name === key)?.[1]);
}

/** The mode of a field: its own, that of what contains it, else the resource's. */
function modeOf(workload: Workload, field: string): DriftMode {
  const root = field.split('.')[0] ?? field;
  return workload.drift.fields[field] ?? workload.drift.fields[root] ?? workload.drift.mode;
}
