// What one workload's plan must know of all others: who is ready, what is broken, which images cannot be had.

import { isWorkload, type Ref, refOf, type Workload } from '../desired-state/resource.ts';
import { isBackingOff } from './backoff.ts';
import type { Blocker } from './blockers.ts';
import { isMadeByCompose } from './compose-identity.ts';
import type { Facts } from './facts.ts';
import { type ImageAsks, imageFailures, imageWant } from './images.ts';
import type { ObservedContainer } from './observed.ts';
import type { Owned } from './ownership.ts';
import type { Notice, Step } from './plan.ts';
import { probeOf, type Readiness, readiness } from './readiness.ts';
import { dependenciesOf, ownedBy, type World } from './world.ts';

/** How each workload that has a container is. */
export function readinessOfAll(world: World): Map<Ref, Readiness> {
  const { revision, observed, facts } = world;
  const all = new Map<Ref, Readiness>();
  for (const workload of revision.resources) {
    if (!isWorkload(workload)) continue;
    const ref = refOf(workload);
    const { current } = ownedBy(world, ref);
    if (current === undefined) continue;
    const probe = probeOf(observed, ref, current);
    all.set(ref, readiness(workload, current, probe, facts, revision.policy, observed.at));
  }
  return all;
}

/** Required dependencies that are not ready, in words: their dependents are held, not restarted. */
export function brokenDependencies(
  workload: Workload,
  world: World,
  ready: ReadonlyMap<Ref, Readiness>,
): string[] {
  return dependenciesOf(workload).flatMap(({ on, required }) => {
    const resource = world.byRef.get(on);
    if (!required || resource === undefined || !isWorkload(resource)) return [];
    const found = ready.get(on);
    if (found?.state === 'ready' || found?.state === 'done') return [];
    if (found === undefined && world.facts.completed[on] !== undefined) return [];
    return [`${on} (${found?.reason ?? 'missing'})`];
  });
}

/**
 * Images that cannot be had: what a pull or build failed to get a moment ago (the others that need it wait with the one
 * that tried), and what is not here and may not be pulled.
 */
export function missingImages(world: World, asks: ImageAsks): Map<string, Blocker> {
  const { revision, observed, facts, now } = world;
  const missing = new Map<string, Blocker>();
  for (const ref of Object.keys(facts.failures) as Ref[]) {
    const failure = facts.failures[ref];
    const attempts = facts.attempts[ref];
    const workload = world.byRef.get(ref);
    if (failure === undefined || !imageFailures.has(failure.reason)) continue;
    if (workload === undefined || !isWorkload(workload)) continue;
    const { image } = workload.container;
    if (observed.images[image] !== undefined || attempts === undefined || !isBackingOff(attempts, now))
      continue;
    missing.set(image, { reason: failure.reason, message: failure.message, nextAt: attempts.notBefore });
  }
  for (const workload of revision.resources) {
    if (!isWorkload(workload) || workload.pullPolicy !== 'never') continue;
    const want = imageWant(world, asks, workload);
    if (want.way === 'none') missing.set(workload.container.image, want.blocker);
  }
  return missing;
}

/** What is missing by manifest name; what is being made just now, and has not failed before, is only waited for. */
export function markPending(
  missing: ReadonlyMap<string, Blocker>,
  kind: 'Network',
  busy: ReadonlySet<Ref>,
  { failures }: Facts,
): ReadonlyMap<string, Blocker> {
  const marked = [...missing].map(([name, blocker]): [string, Blocker] => {
    const ref: Ref = `${kind}/${name}`;
    return [name, busy.has(ref) && failures[ref] === undefined ? { ...blocker, pending: true } : blocker];
  });
  return new Map(marked);
}

/** Refs whose last act failed, and until when they are left alone: networks and volumes go by this. */
export function backingOffRefs(world: World): Map<Ref, number> {
  const refs = new Map<Ref, number>();
  for (const ref of Object.keys(world.facts.failures) as Ref[]) {
    const attempts = world.facts.attempts[ref];
    if (attempts !== undefined && isBackingOff(attempts, world.now)) refs.set(ref, attempts.notBefore);
  }
  return refs;
}

/** What a workload's steps wait for. */
export interface Waiting {
  readonly reason: 'ModelNotReady' | 'DependencyNotReady';
  /** `Service/postgres (Exited), Model/tiny and 4 more` */
  readonly words: string;
}

const waitsNamed = 3;

/** What the steps of each ref wait for, by ref. */
export function waitsByRef(
  steps: readonly Step[],
  world: World,
  ready: ReadonlyMap<Ref, Readiness>,
): Map<Ref, Waiting> {
  const waits = new Map<Ref, Waiting>();
  // All of a tier wait for the same ones: named once.
  const known = new Map<Step['needs'], Waiting>();
  const waitingFor = (needs: Step['needs']): Waiting => {
    const named = needs.slice(0, waitsNamed).map((n) => {
      const found = ready.get(n.ref);
      const why =
        found?.reason ?? (world.byRef.get(n.ref)?.kind === 'Model' ? 'not pulled' : 'not there yet');
      return found?.state === 'ready' ? n.ref : `${n.ref} (${why})`;
    });
    const more = needs.length > waitsNamed ? ` and ${needs.length - waitsNamed} more` : '';
    const isModel = needs.some((n) => n.ref.startsWith('Model/'));
    return {
      reason: isModel ? 'ModelNotReady' : 'DependencyNotReady',
      words: named.join(', ') + more,
    };
  };
  for (const { ref, needs } of steps) {
    if (needs.length === 0) continue;
    const waiting = known.get(needs) ?? waitingFor(needs);
    known.set(needs, waiting);
    waits.set(ref, waiting);
  }
  return waits;
}

/**
 * Containers that inherited our labels (`docker commit`, `docker run`), or that Compose made beside ours: told of, never
 * touched. Of what Compose made and nobody adopted the rules tell.
 */
export function foreignCopies(ref: Ref, { foreign, current }: Owned): Notice[] {
  return foreign.flatMap((c): Notice[] => {
    const byCompose = isMadeByCompose(c.labels);
    if (byCompose && current === undefined) return [];
    return [{ ref, reason: 'ForeignCopy', message: byCompose ? besideOurs(c, current) : copied(ref, c) }];
  });
}

function besideOurs(copy: ObservedContainer, ours: ObservedContainer | undefined): string {
  return `Compose made container ${copy.name} (${copy.id.slice(0, 12)}) beside ${ours?.name ?? 'ours'}, which reeve keeps; it is left alone. Remove it, and leave Compose's up until: reeve disown`;
}

function copied(ref: Ref, c: ObservedContainer): string {
  return `container ${c.name} (${c.id.slice(0, 12)}) carries the labels of ${ref} and reeve did not make it; it is left alone. Remove it, or run copies without our labels`;
}
