// The order in which containers, networks and volumes go: dependents first, and on `down` tier by tier.

import { withoutIndex } from '../desired-state/instances.ts';
import { isWorkload, type Ref, type Resource, refOf, tiers } from '../desired-state/resource.ts';
import { isPartOfCompose } from './compose-identity.ts';
import { endingOf } from './container-steps.ts';
import { identityLabels, type ObservedContainer, type ObservedNetwork } from './observed.ts';
import { topological } from './order.ts';
import { allOf } from './ownership.ts';
import type { Cause, Notice, Step } from './plan.ts';
import { byName, type RemovalInput } from './removal-input.ts';
import { makeStep } from './steps.ts';
import { dependenciesOf, ownedBy, type World } from './world.ts';

/** Stop and remove, dependents before what they depend on. */
export function removeContainers(
  refs: readonly Ref[],
  input: RemovalInput,
): { steps: Step[]; released: Map<string, string> } {
  const known = knownResources(input);
  const dependencies = new Map(refs.map((ref) => [ref, dependenciesIn(known.get(ref))]));
  const steps: Step[] = [];
  const released = new Map<string, string>();
  const dependentsGone = new Map<Ref, string[]>();
  const barrier = new TierBarrier();
  for (const ref of removalOrder(dependencies, known, input.mode)) {
    const tier = tierOf(known.get(ref));
    const above = input.mode === 'down' ? barrier.before(tier) : [];
    const own = removalSteps(ref, input, known.get(ref), [...(dependentsGone.get(ref) ?? []), ...above]);
    const [first, last] = [own[0], own.at(-1)];
    if (first === undefined || last === undefined) continue;
    barrier.add(first.id, last.id);
    steps.push(...own);
    for (const step of own) if (step.op === 'removeContainer') released.set(step.args.containerId, step.id);
    for (const on of dependencies.get(ref) ?? []) append(dependentsGone, on, last.id);
  }
  return { steps, released };
}

/** What is declared now, and what only the revision before knew. */
function knownResources({ previous, world }: RemovalInput): ReadonlyMap<Ref, Resource> {
  return new Map([...(previous?.resources ?? []).map((r) => [refOf(r), r] as const), ...world.byRef]);
}

function dependenciesIn(resource: Resource | undefined): readonly Ref[] {
  return resource !== undefined && isWorkload(resource) ? dependenciesOf(resource).map((d) => d.on) : [];
}

function tierOf(resource: Resource | undefined): number {
  return resource !== undefined && isWorkload(resource) ? tiers.indexOf(resource.tier) : tiers.length - 1;
}

function removalOrder(
  dependencies: ReadonlyMap<Ref, readonly Ref[]>,
  known: ReadonlyMap<Ref, Resource>,
  mode: RemovalInput['mode'],
): Ref[] {
  const order = topological(dependencies).reverse();
  if (mode !== 'down') return order;
  // A stable sort: within a tier the order of dependents stays.
  return order.sort((a, b) => tierOf(known.get(b)) - tierOf(known.get(a)));
}

/** A tier goes after the one above: its first member waits for all of those, the others for that one (linear). */
class TierBarrier {
  #tier = -1;
  #first: string | undefined;
  #above: string[] = [];
  #own: string[] = [];

  before(tier: number): readonly string[] {
    if (tier !== this.#tier) {
      this.#above = this.#own;
      this.#own = [];
      this.#first = undefined;
      this.#tier = tier;
    }
    return this.#first === undefined ? this.#above : [this.#first];
  }

  add(first: string, last: string): void {
    if (this.#above.length > 0) this.#first ??= first;
    this.#own.push(last);
  }
}

function removalSteps(
  ref: Ref,
  input: RemovalInput,
  resource: Resource | undefined,
  before: readonly string[],
): Step[] {
  const { world, mode } = input;
  const cause: Cause =
    mode === 'down' ? { reason: 'Down', message: 'the platform is taken down' } : causeOfRemoval(world, ref);
  const ending = resource !== undefined && isWorkload(resource) ? endingOf(resource) : {};
  const steps: Step[] = [];
  for (const container of allOf(ownedBy(world, ref))) {
    steps.push(
      ...removal(ref, container, cause, ending, [...before, ...steps.slice(-1).map((s) => s.id)], input),
    );
  }
  return steps;
}

function causeOfRemoval(world: World, ref: Ref): Cause {
  const service = world.byRef.get(withoutIndex(ref));
  if (service === undefined) {
    return {
      reason: 'NotDeclared',
      message: `declared no more in ${world.facts.declared[ref] ?? 'its source'}`,
    };
  }
  const message = `${withoutIndex(ref)} has fewer replicas now; the highest go`;
  return { reason: 'ScaledDown', message, position: service.position };
}

function removal(
  ref: Ref,
  container: ObservedContainer,
  cause: Cause,
  ending: ReturnType<typeof endingOf>,
  after: readonly string[],
  input: RemovalInput,
): Step[] {
  const key = container.id.slice(0, 12);
  const isUp =
    container.state === 'running' || container.state === 'paused' || container.state === 'restarting';
  const remove = { containerId: container.id, name: container.name, volumes: input.removeVolumes };
  if (!isUp) return [makeStep('removeContainer', ref, remove, cause, { key, after })];
  const args = { containerId: container.id, ...ending };
  const stop = makeStep('stopContainer', ref, args, cause, { key, after, interrupts: true });
  return [stop, makeStep('removeContainer', ref, remove, cause, { key, after: [stop.id] })];
}

/** Networks that go, after their last member of ours has left. `early`: the steps before, in their order. */
export function networkRemovals(
  world: World,
  networks: readonly ObservedNetwork[],
  mode: 'apply' | 'keep' | 'down',
  early: readonly Step[],
): Step[] {
  if (networks.length === 0) return [];
  const lastStep = new Map(early.map((step) => [step.ref, step.id]));
  const members = new Map<string, string[]>(networks.map((n) => [n.name, []]));
  for (const container of world.observed.containers) {
    const ref = world.refOfContainer.get(container.id);
    const last = ref === undefined ? undefined : lastStep.get(ref);
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
export function removeVolumes(
  { world, untouchable }: RemovalInput,
  released: ReadonlyMap<string, string>,
  warnings: Notice[],
): Step[] {
  const owned = new Map<string, Ref>();
  for (const volume of world.observed.volumes) {
    const name = volume.labels[identityLabels.name];
    if (volume.labels[identityLabels.platform] === world.revision.platform && name !== undefined) {
      owned.set(volume.name, `Volume/${name}`);
    }
  }
  for (const volume of world.revision.resources) {
    if (volume.kind !== 'Volume') continue;
    const made = world.volumesByName.get(volume.engineName);
    if (volume.external || volume.protect) owned.delete(volume.engineName);
    else if (made !== undefined) owned.set(volume.engineName, refOf(volume));
  }
  // What Compose made for a project is ours to remove only once the project was adopted.
  if (world.facts.adopted[world.revision.platform] === undefined) {
    for (const { name, labels } of world.observed.volumes) if (isPartOfCompose(labels)) owned.delete(name);
  }
  const users = new Map<string, string[]>();
  for (const container of world.observed.containers) {
    const step = released.get(container.id);
    for (const name of container.volumes) {
      const ref = owned.get(name);
      if (ref === undefined) continue;
      if (step !== undefined) append(users, name, step);
      else {
        const message = `volume ${name} stays: container ${container.name}, which stays, uses it`;
        warnings.push({ ref, reason: 'VolumeInUse', message });
        owned.delete(name);
      }
    }
  }
  return [...owned]
    .filter(([, ref]) => !untouchable.has(ref))
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

function append<K>(lists: Map<K, string[]>, key: K, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
