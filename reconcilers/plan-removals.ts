// What goes: containers and networks that are declared no more, or all of them on `down`. Dependents first.
// INVARIANTS: nothing without our identity; nothing that a source outside this load declared; never more than
// maxDelete at once; volumes stay, except by `down --volumes`.

import { withoutIndex } from '../desired-state/instances.ts';
import { type Ref, refOf } from '../desired-state/resource.ts';
import { isPartOfCompose } from './compose-identity.ts';
import type { ResourceStatus } from './condition.ts';
import { leftOver } from './left-over.ts';
import { identityLabels, type ObservedNetwork } from './observed.ts';
import { foreignCopies } from './outlook.ts';
import { allOf } from './ownership.ts';
import type { Notice, Plan, Step } from './plan.ts';
import { byName, type RemovalInput } from './removal-input.ts';
import { removeContainers, removeVolumes } from './removal-steps.ts';
import { ownedBy, type World } from './world.ts';

export interface RemovalPart {
  readonly containers: readonly Step[];
  /** After everything else. */
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly Step[];
  /** Container id → the step after which it is gone. */
  readonly released: ReadonlyMap<string, string>;
  /** Declared no more, and they stay. */
  readonly left: readonly ResourceStatus[];
  readonly warnings: readonly Notice[];
  readonly blocked?: NonNullable<Plan['blocked']>;
}

/** Decides what is to go. */
export function planRemovals(input: RemovalInput): RemovalPart {
  const { world, mode } = input;
  const warnings: Notice[] = [...world.owned].flatMap(([ref, owned]) =>
    world.byRef.has(ref) ? [] : foreignCopies(ref, owned),
  );
  const candidates = [...world.owned.keys()].filter((ref) => mode === 'down' || !world.byRef.has(ref));
  const goes = candidates.filter((ref) => mayGo(ref, input, warnings)).sort(byName);
  const networks = world.observed.networks
    .filter((network) => networkGoes(network, new Set(goes), input, warnings))
    .sort((a, b) => byName(a.name, b.name));
  const blocked =
    mode === 'down' || input.partial
      ? undefined
      : overLimit(
          [
            ...goes.filter((ref) => !isScaledDown(ref, world)),
            ...networks
              .map((network) => network.labels[identityLabels.name] ?? network.name)
              .map((name) => `Network/${name}`),
          ],
          input,
        );
  if (input.partial || blocked !== undefined) {
    return {
      containers: [],
      networks: [],
      volumes: [],
      released: new Map(),
      left: mode === 'down' ? [] : leftOver(world, new Set(), blocked),
      warnings: blocked !== undefined && mode === 'keep' ? [...warnings, notice(world, blocked)] : warnings,
      ...(blocked === undefined || mode === 'keep' ? {} : { blocked }),
    };
  }
  const { steps, released } = removeContainers(goes, input);
  const volumes = mode === 'down' && input.removeVolumes ? removeVolumes(input, released, warnings) : [];
  const left = mode === 'down' ? [] : leftOver(world, new Set(goes), undefined);
  return { containers: steps, networks, volumes, released, left, warnings };
}

function notice(world: World, blocked: NonNullable<Plan['blocked']>): Notice {
  return { ref: `Platform/${world.revision.platform}`, ...blocked };
}

function mayGo(ref: Ref, input: RemovalInput, warnings: Notice[]): boolean {
  const { world, mode, untouchable } = input;
  const all = allOf(ownedBy(world, ref));
  if (all.length === 0 || untouchable.has(ref)) return false;
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
  if (isScaledDown(ref, world)) return true;
  const source = world.facts.declared[ref];
  if (source !== undefined && world.revision.sources.includes(source)) return true;
  const why =
    source === undefined
      ? 'it is not known which source declared it'
      : `${source}, which declared it, is not part of this load`;
  warnings.push({ ref, reason: 'NotPruned', message: `${ref} is declared no more and stays: ${why}` });
  return false;
}

/** An instance of a workload that is declared, in this load, with fewer replicas. */
function isScaledDown(ref: Ref, world: World): boolean {
  return !world.byRef.has(ref) && world.byRef.has(withoutIndex(ref));
}

function networkGoes(
  network: ObservedNetwork,
  goes: ReadonlySet<Ref>,
  input: RemovalInput,
  warnings: Notice[],
): boolean {
  const { world, mode } = input;
  if (network.labels[identityLabels.platform] !== world.revision.platform) return false;
  if (!isGiven(network.labels, world)) return false;
  const name = network.labels[identityLabels.name];
  if (name === undefined) return false;
  const ref: Ref = `Network/${name}`;
  const declared = world.byRef.get(ref);
  const isDeclared = declared?.kind === 'Network' && declared.engineName === network.name;
  if (input.untouchable.has(ref) || (mode !== 'down' && isDeclared)) return false;
  if (declared?.protect === true) return false;
  const member = world.observed.containers.find((c) => {
    if (!(network.name in c.networks) || c.state === 'exited') return false;
    const owner = world.refOfContainer.get(c.id);
    // Ours leave it by steps of their own, unless the platform is taken down and they are to stay.
    return owner === undefined || (mode === 'down' && !goes.has(owner));
  });
  if (member !== undefined) {
    const whose = world.refOfContainer.has(member.id) ? 'which stays' : 'which is not ours';
    const message = `network ${network.name} stays: container ${member.name}, ${whose}, is on it`;
    warnings.push({ ref, reason: 'NetworkInUse', message });
    return false;
  }
  return mode === 'down' || isOfThisLoad(ref, world, warnings);
}

const namedAtMost = 5;

function someOf(refs: readonly string[]): string {
  const more = refs.length > namedAtMost ? ` and ${refs.length - namedAtMost} more` : '';
  return refs.slice(0, namedAtMost).join(', ') + more;
}

/** What Compose made for a project is ours to remove only once the project was adopted. */
function isGiven(labels: ObservedNetwork['labels'], { facts, revision }: World): boolean {
  return !isPartOfCompose(labels) || facts.adopted[revision.platform] !== undefined;
}

/** More than the policy lets go at once; a smaller number of replicas is a wish, not a slip. The first one always may, unless nothing at all is declared any more. */
function overLimit(refs: readonly string[], input: RemovalInput): Plan['blocked'] {
  const count = refs.length;
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
    message: `${count} of ${total} resources would be removed (${someOf(refs)}), and ${why}; nothing is removed. If it is meant, say --allow-delete`,
  };
}
