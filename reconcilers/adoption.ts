// What Compose made and reeve could take over as it is: containers of declared services, networks, volumes; and what the
// images that they run mean for the platform. Decides nothing about differences: those are drift.

import { isWorkload, type Ref, refOf } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import { isMadeByCompose, isPartOfCompose } from './compose-identity.ts';
import type { Facts } from './facts.ts';
import { imageKey } from './image-key.ts';
import { identityLabels, type ObservedContainer, type ObservedState } from './observed.ts';
import type { Notice } from './plan.ts';
import { ownedContainers, resourcesByRef } from './world.ts';

export interface Adoptable {
  readonly containers: readonly { readonly ref: Ref; readonly container: ObservedContainer }[];
  /** Of the same Compose project, and declared in none of the sources: they stay Compose's. */
  readonly undeclared: readonly ObservedContainer[];
  /** Engine names. */
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

/** What of the Compose project of the platform's name is not adopted yet. */
export function adoptable(revision: Revision, observed: ObservedState, facts: Facts): Adoptable {
  const { platform } = revision;
  const byRef = resourcesByRef(revision);
  const ofProject = (labels: Readonly<Record<string, string>>): boolean =>
    labels[identityLabels.platform] === platform && isMadeByCompose(labels);
  const partOf = (labels: Readonly<Record<string, string>>): boolean =>
    labels[identityLabels.platform] === platform && isPartOfCompose(labels);
  if (!observed.containers.some((c) => ofProject(c.labels) && facts.made[c.id] === undefined)) return nothing;
  const owned = ownedContainers(revision, observed, facts, byRef, true);
  const containers = [...owned].flatMap(([ref, { current }]) =>
    current !== undefined &&
    byRef.has(ref) &&
    ofProject(current.labels) &&
    facts.made[current.id] === undefined
      ? [{ ref, container: current }]
      : [],
  );
  const declared = new Set(revision.resources.flatMap((r) => ('engineName' in r ? [r.engineName] : [])));
  const named = (things: readonly { name: string; labels: Readonly<Record<string, string>> }[]): string[] =>
    facts.adopted[platform] === undefined
      ? things.filter((t) => partOf(t.labels) && declared.has(t.name)).map((t) => t.name)
      : [];
  const undeclared = [...owned].flatMap(([ref, { current }]) =>
    current !== undefined && !byRef.has(ref) && ofProject(current.labels) ? [current] : [],
  );
  return { containers, undeclared, networks: named(observed.networks), volumes: named(observed.volumes) };
}

const nothing: Adoptable = { containers: [], undeclared: [], networks: [], volumes: [] };

/**
 * The meaning of tags that have none yet, by what the containers to be adopted run: a tag that has moved since they were
 * made is a proposal, never a reason to recreate. Where they run several, what the tag means now, if one of them does.
 */
export function adoptedPins(
  revision: Revision,
  observed: ObservedState,
  facts: Facts,
): Record<string, string> {
  const pins: Record<string, string> = {};
  const workloads = new Map(revision.resources.filter(isWorkload).map((w) => [refOf(w), w]));
  for (const { ref, container } of adoptable(revision, observed, facts).containers) {
    const workload = workloads.get(ref);
    if (workload === undefined) continue;
    const key = imageKey(workload);
    if (facts.pins[key] !== undefined || container.detail?.spec.image !== key) continue;
    if (pins[key] === undefined || container.imageId === observed.images[workload.container.image])
      pins[key] = container.imageId;
  }
  return pins;
}

/** Gives a container that docker run made, and that was adopted, the identity that its labels cannot carry. */
export function withAdoptedIdentity(
  container: ObservedContainer,
  platform: string,
  made: Facts['made'],
): ObservedContainer {
  const known = made[container.id];
  if (known?.adopted !== true || identityLabels.platform in container.labels) return container;
  const [kind = '', name = ''] = known.ref.split('/');
  const labels = {
    ...container.labels,
    [identityLabels.platform]: platform,
    [identityLabels.kind]: kind,
    [identityLabels.name]: name,
    [identityLabels.container]: container.name,
  };
  return { ...container, labels };
}

/** Says before an apply what it takes over. */
export function adoptionNotice(revision: Revision, observed: ObservedState, facts: Facts): Notice[] {
  const { containers, networks, volumes } = adoptable(revision, observed, facts);
  if (containers.length === 0) return [];
  const message = `${adoptedWords({ containers, networks, volumes })} that Compose made ${containers.length + networks.length + volumes.length === 1 ? 'is' : 'are'} taken over as they are; what differs is shown above, and reeve disown gives them back`;
  return [{ ref: `Platform/${revision.platform}`, reason: 'Adopts', message }];
}

/** `20 containers, 1 network and 2 volumes`. */
export function adoptedWords(what: Pick<Adoptable, 'containers' | 'networks' | 'volumes'>): string {
  const parts = (['container', 'network', 'volume'] as const).flatMap((kind) => {
    const { length } = what[`${kind}s`];
    return length === 0 ? [] : [`${length} ${kind}${length === 1 ? '' : 's'}`];
  });
  const last = parts.pop() ?? 'nothing';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}
