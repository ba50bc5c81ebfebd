// Puts a revision in force: history, which source declared what, and what its image tags mean from now on.

import { commitWords } from '../desired-state/commit.ts';
import { isWorkload, refOf, type Workload } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import type { Facts } from '../reconcilers/facts.ts';
import { imageKey } from '../reconcilers/image-key.ts';
import { imagesOf } from '../reconcilers/images.ts';
import { overtakenBy } from '../reconcilers/rollout/quarantine.ts';
import { specHash } from '../reconcilers/spec-hash.ts';
import type { Engine } from './engine.ts';
import type { FactChange, NewEvent, Store } from './store/store.ts';

export interface InForceOptions {
  readonly by: string;
  readonly at: number;
  /** Take what the tags mean now, also for images that had a meaning before. */
  readonly updateImages: boolean;
}

/** Stores the revision with its facts; an unchanged one writes nothing but missing pins. */
export async function putInForce(
  store: Store,
  engine: Engine,
  revision: Revision,
  options: InForceOptions,
): Promise<void> {
  const facts = await store.facts();
  const before = await store.inForce();
  const pins = await pinsOf(engine, revision, facts, options.updateImages);
  const changes = [
    ...declaredBy(revision, facts),
    ...pins,
    ...newTries(revision, before?.revision, facts),
    ...overtakenBy(revision.id, facts.quarantined).map(
      (key): FactChange => ({ fact: 'quarantined', key, value: undefined }),
    ),
  ];
  if (changes.length > 0) await store.setFacts(changes);
  const images = imagesOf(revision, await store.facts());
  const sameSources = before?.sources.join('\n') === revision.sources.join('\n');
  const sameCommit = before?.revision.commit?.id === revision.commit?.id;
  if (before?.id === revision.id && sameSources && sameCommit) return store.saveImages(revision.id, images);
  const event: NewEvent = {
    at: options.at,
    type: 'Normal',
    ...inForceWords(revision, before?.revision),
    regarding: `Platform/${revision.platform}`,
    revision: revision.id,
    by: options.by,
  };
  // Asked for in one turn, in this order: one commit.
  await Promise.all([
    store.putInForce(withFirstCommit(revision, before?.revision), options.by, options.at),
    store.saveImages(revision.id, images),
    store.record([event]),
  ]);
}

/** Of a revision that stays in force over several commits the first is remembered: it is the one that made it so. */
function withFirstCommit(revision: Revision, before: Revision | undefined): Revision {
  const first = before?.id === revision.id ? (before.cameWith ?? before.commit) : undefined;
  return first === undefined || first.id === revision.commit?.id
    ? revision
    : { ...revision, cameWith: first };
}

/** With the commit, where it is one's; one that changes no resource comes in force all the same. */
function inForceWords(
  { id, commit, sources }: Revision,
  before: Revision | undefined,
): Pick<NewEvent, 'reason' | 'message'> {
  const from = sources.join(', ');
  if (commit === undefined) {
    const old = before === undefined || before.id === id ? '' : ` (before: ${before.id})`;
    return { reason: 'RevisionInForce', message: `revision ${id} is in force, from ${from}${old}` };
  }
  const words = `${commitWords(commit)} is in force, from ${from}`;
  if (before?.id === id) {
    return { reason: 'CommitInForce', message: `${words}; it changes no resource: revision ${id} as before` };
  }
  const old = before === undefined ? '' : ` (before: ${revisionWords(before)})`;
  return { reason: 'RevisionInForce', message: `${words}, as revision ${id}${old}` };
}

function revisionWords({ id, commit }: Revision): string {
  return commit === undefined ? id : `${commitWords(commit)}, ${id}`;
}

function declaredBy(revision: Revision, facts: Facts): FactChange[] {
  return revision.resources.flatMap((resource): FactChange[] => {
    const ref = refOf(resource);
    return facts.declared[ref] === resource.origin
      ? []
      : [{ fact: 'declared', key: ref, value: resource.origin }];
  });
}

/** A workload that was changed is tried anew, without the wait that the old form had earned. */
function newTries(revision: Revision, before: Revision | undefined, facts: Facts): FactChange[] {
  const hashOf = (w: Workload): string => `${specHash(w)} ${w.build?.hash ?? ''}`;
  const hashes = new Map(before?.resources.filter(isWorkload).map((w) => [refOf(w), hashOf(w)]));
  return revision.resources.filter(isWorkload).flatMap((workload): FactChange[] => {
    const ref = refOf(workload);
    const old = hashes.get(ref);
    if (old === undefined || old === hashOf(workload)) return [];
    return (['attempts', 'failures', 'completed'] as const).flatMap((fact): FactChange[] =>
      facts[fact][ref] === undefined ? [] : [{ fact, key: ref, value: undefined }],
    );
  });
}

/**
 * A tag keeps the meaning it had when it came in force; a new reference, or one whose image is gone and cannot be had
 * again, gets today's. What is built here counts as built from what it is built from now, if it was there before reeve.
 */
async function pinsOf(
  engine: Engine,
  revision: Revision,
  facts: Facts,
  updateImages: boolean,
): Promise<FactChange[]> {
  const workloads = new Map(revision.resources.filter(isWorkload).map((w) => [imageKey(w), w]));
  const names = [...workloads].flatMap(([key, w]) => [
    w.container.image,
    facts.pins[key] ?? w.container.image,
  ]);
  const local = await engine.images(names);
  const found = await Promise.all(
    [...workloads].map(async ([key, { container, build }]): Promise<FactChange[]> => {
      const now = local[container.image];
      const pin = facts.pins[key];
      if (now === undefined) return [];
      const isLost = pin !== undefined && local[pin] === undefined && facts.digests[key] === undefined;
      const isNew = now !== pin && (pin === undefined || updateImages || isLost);
      if (build !== undefined) {
        const hash = facts.builds[key] === undefined ? [builtBefore(key, build.hash)] : [];
        return isNew ? [...hash, { fact: 'pins', key, value: now }] : hash;
      }
      if (!isNew && (now !== pin || facts.digests[key] !== undefined || facts.registry[key] !== undefined))
        return [];
      const digest = await engine.repoDigest(container.image);
      return [
        { fact: 'pins', key, value: now },
        { fact: 'digests', key, value: digest },
        // That none is known need not be found out again at each apply.
        ...(digest === undefined ? [{ fact: 'registry', key, value: { at: 0 } } as const] : []),
      ];
    }),
  );
  return found.flat();
}

function builtBefore(key: string, hash: string): FactChange {
  return { fact: 'builds', key, value: { hash, at: 0 } };
}
