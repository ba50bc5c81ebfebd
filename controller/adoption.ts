// Adoption and its end as stored facts: what Compose (or docker run) made is reeve's from now on, or no more. Touches
// nothing on the engine.

import { isWorkload, type Ref, refOf } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import { type Adoptable, adoptable, adoptedWords, withAdoptedIdentity } from '../reconcilers/adoption.ts';
import {
  carriedLabels,
  composeLabels,
  isMadeByCompose,
  isSuccessorOfCompose,
} from '../reconcilers/compose-identity.ts';
import { identityLabels, type ObservedContainer, type ObservedState } from '../reconcilers/observed.ts';
import type { Engine } from './engine.ts';
import { exitStatus, ReeveError } from './errors.ts';
import type { FactChange, Store } from './store/store.ts';

/** Takes over what of the Compose project is declared; nothing where there is none. Stored before anything is done. */
export async function takeOver(
  store: Store,
  revision: Revision,
  observed: ObservedState,
  by: string,
  at: number,
): Promise<Adoptable> {
  const found = adoptable(revision, observed, await store.facts());
  if (found.containers.length === 0) return found;
  const project = revision.platform;
  await store.setFacts([
    { fact: 'adopted', key: project, value: { at, by } },
    ...found.containers.map(
      ({ ref, container }): FactChange => ({
        fact: 'made',
        key: container.id,
        value: { ref, at, adopted: true, compose: carriedLabels(container.labels) },
      }),
    ),
  ]);
  const events = found.containers.map(({ ref, container }) => ({
    regarding: ref,
    message: `container ${container.name} (${container.id.slice(0, 12)}), made by ${versionOf(container)}, is reeve's from now on, as it is`,
  }));
  const words = `${adoptedWords(found)} of Compose project ${project} adopted by ${by}`;
  await store.record(
    [{ regarding: `Platform/${project}` as Ref, message: words }, ...events].map((e) => ({
      at,
      type: 'Normal' as const,
      reason: 'Adopted',
      by,
      revision: revision.id,
      ...e,
    })),
  );
  return found;
}

function versionOf({ labels }: ObservedContainer): string {
  const version = labels[composeLabels.version];
  return version === undefined ? 'Compose' : `Compose ${version}`;
}

/** Nothing to adopt: says what there is instead. */
export function nothingToAdopt(project: string, { containers }: ObservedState): ReeveError {
  const projects = new Set(containers.flatMap((c) => c.labels[composeLabels.project] ?? []));
  const there = [...projects].sort().join(', ');
  return new ReeveError(
    `there is no container of Compose project ${project} that is declared here and not adopted`,
    {
      status: exitStatus.usage,
      hint:
        there === ''
          ? 'no container on this engine was made by Compose; reeve adopt --container NAME takes one that docker run made'
          : `projects on this engine: ${there}; name one with -p, and its files with -f`,
    },
  );
}

/** What was done and what is left, as a sentence. */
export function adoptionSaid(adopted: Adoptable, changes: number): string {
  const { undeclared } = adopted;
  const left =
    undeclared.length === 0
      ? []
      : [`declared in none of these files, and still Compose's: ${undeclared.map((c) => c.name).join(', ')}`];
  const differs =
    changes === 0
      ? 'nothing differs from the manifests'
      : `${changes} change${changes === 1 ? '' : 's'} would follow: nothing is done before reeve apply`;
  return [`adopted ${adoptedWords(adopted)} as they are`, differs, ...left].join('; ');
}

/**
 * Takes one container that neither reeve nor Compose made: from now on it is what is declared under its name, else
 * Service/NAME of the platform.
 */
export async function takeContainer(
  store: Store,
  engine: Engine,
  { platform, resources }: Revision,
  name: string,
  by: string,
  at: number,
): Promise<string> {
  const container = await freeContainer(engine, name);
  const declared = resources.find((r) => isWorkload(r) && r.containerName === container.name);
  const ref: Ref = declared === undefined ? `Service/${container.name}` : refOf(declared);
  const taken = Object.entries((await store.facts()).made).find(
    ([id, made]) => made.ref === ref && id !== container.id && made.adopted === true,
  );
  if (taken !== undefined) {
    throw new ReeveError(`${ref} of platform ${platform} is container ${taken[0].slice(0, 12)} already`, {
      status: exitStatus.usage,
      hint: 'rename one of the two, or name another platform with -p',
    });
  }
  await store.setFacts([{ fact: 'made', key: container.id, value: { ref, at, adopted: true } }]);
  const message = `container ${container.name} (${container.id.slice(0, 12)}) is ${ref} of platform ${platform} from now on, as it is`;
  await store.record([{ at, type: 'Normal', reason: 'Adopted', regarding: ref, message, by }]);
  return message;
}

/** What differs waits for an apply; without differences the platform is kept from now on. */
export async function settleAdoption(store: Store, steps: number, at: number): Promise<void> {
  const { suspended } = await store.facts();
  if (suspended?.reason === 'Suspended') return;
  const value = steps === 0 ? undefined : ({ at, by: 'reeve', reason: 'NotApplied' } as const);
  await store.setFacts([{ fact: 'suspended', value }]);
}

/** Gives everything that was adopted back; says, as a sentence, what Compose will find. */
export async function disown(
  store: Store,
  platform: string,
  containers: readonly ObservedContainer[],
  by: string,
  at: number,
): Promise<string> {
  const facts = await store.facts();
  const ours = containers
    .map((c) => withAdoptedIdentity(c, platform, facts.made))
    .filter((c) => c.labels[identityLabels.platform] === platform);
  const given = ours.filter((c) => facts.made[c.id]?.adopted === true);
  if (given.length === 0 && facts.adopted[platform] === undefined) {
    throw new ReeveError(`nothing of platform ${platform} was adopted, so there is nothing to give back`, {
      status: exitStatus.usage,
      hint: 'reeve adopt takes over what Compose made',
    });
  }
  const successors = ours.filter((c) => isSuccessorOfCompose(c.labels));
  const own = ours.filter((c) => !given.includes(c) && !successors.includes(c) && !isMadeByCompose(c.labels));
  const message = [
    `${given.length === 1 ? '1 container is' : `${given.length} containers are`} no longer reeve's, and untouched`,
    ...named(successors, 'made anew by reeve since, which Compose makes anew on its next up'),
    ...named(own, "made by reeve and not Compose's: remove them before Compose's next up"),
  ].join('; ');
  await store.setFacts([
    // First, so that no pass in between makes anew what is known no more.
    { fact: 'suspended', value: { at, by, reason: 'Disowned' } },
    { fact: 'adopted', key: platform, value: undefined },
    ...given.map((c): FactChange => ({ fact: 'made', key: c.id, value: undefined })),
  ]);
  const regarding: Ref = `Platform/${platform}`;
  await store.record([{ at, type: 'Normal', reason: 'Disowned', regarding, message, by }]);
  return message;
}

function named(containers: readonly ObservedContainer[], words: string): string[] {
  return containers.length === 0 ? [] : [`${containers.map((c) => c.name).join(', ')} ${words}`];
}

/** The container of that name or id; refused where it is somebody's already. */
export async function freeContainer(engine: Engine, name: string): Promise<ObservedContainer> {
  const all = await engine.containers();
  const found =
    all.find((c) => c.name === name) ?? all.find((c) => name.length >= 6 && c.id.startsWith(name));
  if (found === undefined) {
    throw new ReeveError(`there is no container ${name}`, {
      status: exitStatus.usage,
      hint: 'docker ps -a lists those of this engine',
    });
  }
  const owner = found.labels[identityLabels.platform];
  if (owner === undefined) return found;
  const byCompose = isMadeByCompose(found.labels);
  throw new ReeveError(
    byCompose ? `${name} is of Compose project ${owner}` : `${name} is of reeve platform ${owner} already`,
    {
      status: exitStatus.usage,
      ...(byCompose ? { hint: `take the project: reeve adopt -p ${owner}` } : {}),
    },
  );
}
