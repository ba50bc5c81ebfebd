// What goes: containers and networks that are declared no more, or all of them on `down`. Dependents first.
// INVARIANTS: nothing without our identity; nothing that a source outside this load declared; never more than
// maxDelete at once; volumes stay, except by `down --volumes`.

import { isWorkload, type Ref, type Resource, refOf, tiers } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import { identityLabels, type ObservedContainer, type ObservedNetwork } from './observed.ts';
import { topological } from './order.ts';
import type { Cause, Notice, Plan, Step } from './plan.ts';
import { makeStep } from './steps.ts';
import { dependenciesOf, ownedBy, type World } from './world.ts';

export interface RemovalInput {
  readonly world: World;
  readonly mode: 'apply' | 'keep' | 'down';
  readonly busy: ReadonlySet<Ref>;
  readonly allowDelete: boolean;
  readonly removeVolumes: boolean;
  readonly previous: Revision | undefined;
  /** `apply NAME…` removes nothing. */
  readonly partial: boolean;
}

export interface RemovalPart {
  readonly containers: readonly Step[];
  /** After everything else. */
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly Step[];
  /** Container id → the step after which it is gone. */
  readonly released: ReadonlyMap<string, string>;
  readonly warnings: readonly Notice[];
  readonly blocked?: NonNullable<Plan['blocked']>;
}

/** Decides what is to go. */
export function planRemovals(input: RemovalInput): RemovalPart {
  const { world, mode } = input;
  const warnings: Notice[] = [];
  const candidates = [...world.owned.keys()].filter((ref) => mode === 'down' || !world.byRef.has(ref));
  const goes = candidates.filter((ref) => mayGo(ref, input, warnings)).sort(byName);
  const networks = world.observed.networks
    .filter((network) => networkGoes(network, input, warnings))
    .sort((a, b) => byName(a.name, b.name));
  const blocked =
    mode === 'down' || input.partial ? undefined : overLimit(goes.length + networks.length, input);
  if (input.partial || blocked !== undefined) {
    return {
      containers: [],
      networks: [],
      volumes: [],
      released: new Map(),
      warnings: blocked === undefined ? [] : [...warnings, notice(world, blocked)],
      ...(blocked === undefined || mode === 'keep' ? {} : { blocked }),
    };
  }
  const { steps, released } = removeContainers(goes, input);
  const volumes = mode === 'down' && input.removeVolumes ? removeVolumes(world, released) : [];
  return { containers: steps, networks, volumes, released, warnings };
}

function notice(world: World, blocked: NonNullable<Plan['blocked']>): Notice {
  return { ref: `Platform/${world.revision.platform}`, ...blocked };
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function mayGo(ref: Ref, input: RemovalInput, warnings: Notice[]): boolean {
  const { world, mode, busy } = input;
  const owned = ownedBy(world, ref);
  const all = [owned.current, owned.predecessor, ...owned.leftovers].filter((c) => c !== undefined);
  if (all.length === 0 || busy.has(ref)) return false;
  const resource = world.byRef.get(ref) ?? input.previous?.resources.find((r) => refOf(r) === ref);
  if (resource?.protect === true || all.some((c) => c.labels[identityLabels.protect] === 'true')) {
    const message = `${ref} would be removed, but it is protected; set protect: false and apply before it goes`;
    warnings.push({ ref, reason: 'Protected', message });
    return false;
  }
  if (mode === 'down') return true;
  return isOfThisLoad(ref, world, warnings);
}

/** A load never removes what another load's sources declared. */
function isOfThisLoad(ref: Ref, world: World, warnings: Notice[]): boolean {
  const source = world.facts.declared[ref];
  if (source !== undefined && world.revision.sources.includes(source)) return true;
  const why =
    source === undefined
      ? 'it is not known which source declared it'
      : `${source}, which declared it, is not part of this load`;
  warnings.push({ ref, reason: 'NotPruned', message: `${ref} is declared no more and stays: ${why}` });
  return false;
}

function networkGoes(network: ObservedNetwork, input: RemovalInput, warnings: Notice[]): boolean {
  const { world, mode } = input;
  if (network.labels[identityLabels.platform] !== world.revision.platform) return false;
  const name = network.labels[identityLabels.name];
  if (name === undefined) return false;
  const ref: Ref = `Network/${name}`;
  const declared = world.byRef.get(ref);
  const isDeclared = declared?.kind === 'Network' && declared.engineName === network.name;
  if (input.busy.has(ref) || (mode !== 'down' && isDeclared)) return false;
  if (declared?.protect === true) return false;
  const foreign = world.observed.containers.find(
    (c) => network.name in c.networks && !world.refOfContainer.has(c.id) && c.state !== 'exited',
  );
  if (foreign !== undefined) {
    const message = `network ${network.name} stays: container ${foreign.name}, which is not ours, is on it`;
    warnings.push({ ref, reason: 'NetworkInUse', message });
    return false;
  }
  return mode === 'down' || isOfThisLoad(ref, world, warnings);
}

/** More than the policy lets go at once. The first one always may, unless nothing at all is declared any more. */
function overLimit(count: number, input: RemovalInput): Plan['blocked'] {
  const { revision, owned, observed } = input.world;
  if (count === 0 || input.allowDelete) return undefined;
  const ours = observed.networks.filter(
    (n) => n.labels[identityLabels.platform] === revision.platform,
  ).length;
  const total = owned.size + ours;
  const { maxDelete } = revision.policy;
  const limit = Math.max(
    1,
    'count' in maxDelete ? maxDelete.count : Math.floor((total * maxDelete.percent) / 100),
  );
  const isEmpty = revision.resources.length === 0;
  if (count <= limit && !isEmpty) return undefined;
  const why = isEmpty
    ? 'the load declares nothing at all'
    : `policy.maxDelete lets ${'count' in maxDelete ? maxDelete.count : `${maxDelete.percent}%`} (${limit}) go at once`;
  return {
    reason: 'DeletionBlocked',
    message: `${count} of ${total} resources would be removed, and ${why}; nothing is removed. If it is meant, say --allow-delete`,
  };
}

/** Stop and remove, dependents before what they depend on. */
function removeContainers(
  refs: readonly Ref[],
  input: RemovalInput,
): { steps: Step[]; released: Map<string, string> } {
  const known = new Map<Ref, Resource>();
  for (const r of input.previous?.resources ?? []) known.set(refOf(r), r);
  for (const r of input.world.byRef.values()) known.set(refOf(r), r);
  const dependencies = new Map<Ref, readonly Ref[]>();
  const tierOf = new Map<Ref, number>();
  for (const ref of refs) {
    const resource = known.get(ref);
    const isKnown = resource !== undefined && isWorkload(resource);
    dependencies.set(ref, isKnown ? dependenciesOf(resource).map((d) => d.on) : []);
    tierOf.set(ref, isKnown ? tiers.indexOf(resource.tier) : tiers.length - 1);
  }
  const order = topological(dependencies).reverse();
  const place = new Map(order.map((ref, index) => [ref, index]));
  if (input.mode === 'down') {
    order.sort(
      (a, b) => (tierOf.get(b) ?? 0) - (tierOf.get(a) ?? 0) || (place.get(a) ?? 0) - (place.get(b) ?? 0),
    );
  }
  const steps: Step[] = [];
  const released = new Map<string, string>();
  const dependentsGone = new Map<Ref, string[]>();
  const tierBarrier = makeBarrier();
  for (const ref of order) {
    const before = [...(dependentsGone.get(ref) ?? [])];
    if (input.mode === 'down') before.push(...tierBarrier.before(tierOf.get(ref) ?? 0));
    const own = removalSteps(ref, input, known.get(ref), before);
    for (const step of own) if (step.op === 'removeContainer') released.set(step.args.containerId, step.id);
    steps.push(...own);
    const last = own.at(-1);
    const first = own[0];
    if (last === undefined || first === undefined) continue;
    tierBarrier.add(tierOf.get(ref) ?? 0, first.id, last.id);
    for (const on of dependencies.get(ref) ?? []) {
      const list = dependentsGone.get(on);
      if (list === undefined) dependentsGone.set(on, [last.id]);
      else list.push(last.id);
    }
  }
  return { steps, released };
}

/** A tier goes after the one above: its first member waits for all of those, the others for that one (linear). */
function makeBarrier(): {
  before: (tier: number) => string[];
  add: (tier: number, first: string, last: string) => void;
} {
  let current = -1;
  let barrier: string | undefined;
  let above: string[] = [];
  let lasts: string[] = [];
  return {
    before(tier) {
      if (tier !== current) {
        above = lasts;
        lasts = [];
        barrier = undefined;
        current = tier;
      }
      return barrier === undefined ? above : [barrier];
    },
    add(_tier, first, last) {
      if (above.length > 0) barrier ??= first;
      lasts.push(last);
    },
  };
}

function removalSteps(
  ref: Ref,
  input: RemovalInput,
  resource: Resource | undefined,
  before: readonly string[],
): Step[] {
  const { world, mode } = input;
  const { current, predecessor, leftovers } = ownedBy(world, ref);
  const cause: Cause =
    mode === 'down'
      ? { reason: 'Down', message: 'the platform is taken down' }
      : {
          reason: 'NotDeclared',
          message: `declared no more in ${world.facts.declared[ref] ?? 'its source'}`,
        };
  const grace =
    resource !== undefined && isWorkload(resource) ? resource.container.stopGracePeriodMs : undefined;
  const steps: Step[] = [];
  for (const container of [current, predecessor, ...leftovers]) {
    if (container === undefined) continue;
    steps.push(
      ...removal(ref, container, cause, grace, [...before, ...steps.slice(-1).map((s) => s.id)], input),
    );
  }
  return steps;
}

function removal(
  ref: Ref,
  container: ObservedContainer,
  cause: Cause,
  graceMs: number | undefined,
  after: readonly string[],
  input: RemovalInput,
): Step[] {
  const key = container.id.slice(0, 12);
  const isUp =
    container.state === 'running' || container.state === 'paused' || container.state === 'restarting';
  const remove = { containerId: container.id, name: container.name, volumes: input.removeVolumes };
  if (!isUp) return [makeStep('removeContainer', ref, remove, cause, { key, after })];
  const args = { containerId: container.id, ...(graceMs === undefined ? {} : { graceMs }) };
  const stop = makeStep('stopContainer', ref, args, cause, { key, after, interrupts: true });
  return [stop, makeStep('removeContainer', ref, remove, cause, { key, after: [stop.id] })];
}

/** Networks that go, after their last member of ours has left. `lastOf`: a ref's last step in this plan. */
export function networkRemovals(
  world: World,
  networks: readonly ObservedNetwork[],
  mode: 'apply' | 'keep' | 'down',
  lastOf: (ref: Ref) => string | undefined,
): Step[] {
  if (networks.length === 0) return [];
  const members = new Map<string, string[]>(networks.map((n) => [n.name, []]));
  for (const container of world.observed.containers) {
    const ref = world.refOfContainer.get(container.id);
    const last = ref === undefined ? undefined : lastOf(ref);
    if (last === undefined) continue;
    for (const name of Object.keys(container.networks)) members.get(name)?.push(last);
  }
  return networks.map((network) => {
    const ref: Ref = `Network/${network.labels[identityLabels.name] ?? network.name}`;
    const cause: Cause =
      mode === 'down'
        ? { reason: 'Down', message: 'the platform is taken down' }
        : {
            reason: 'NotDeclared',
            message: `declared no more in ${world.facts.declared[ref] ?? 'its source'}`,
          };
    const after = [...new Set(members.get(network.name) ?? [])];
    return makeStep('removeNetwork', ref, { networkId: network.id, name: network.name }, cause, { after });
  });
}

/** Volumes that the platform owns; external ones never. */
function removeVolumes(world: World, released: ReadonlyMap<string, string>): Step[] {
  const owned = new Map<string, Ref>();
  for (const volume of world.observed.volumes) {
    const name = volume.labels[identityLabels.name];
    if (volume.labels[identityLabels.platform] === world.revision.platform && name !== undefined) {
      owned.set(volume.name, `Volume/${name}`);
    }
  }
  for (const volume of world.revision.resources) {
    if (volume.kind !== 'Volume') continue;
    if (volume.external || volume.protect) owned.delete(volume.engineName);
    else if (world.volumesByName.has(volume.engineName)) owned.set(volume.engineName, refOf(volume));
  }
  const users = new Map<string, string[]>();
  for (const container of world.observed.containers) {
    const step = released.get(container.id);
    if (step === undefined) continue;
    for (const name of container.volumes) users.set(name, [...(users.get(name) ?? []), step]);
  }
  return [...owned]
    .sort(([a], [b]) => byName(a, b))
    .map(([name, ref]) =>
      makeStep(
        'removeVolume',
        ref,
        { name },
        { reason: 'Down', message: 'the platform is taken down with its volumes' },
        { key: name, after: users.get(name) ?? [] },
      ),
    );
}
