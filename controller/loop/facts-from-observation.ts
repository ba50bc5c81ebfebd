// What a look at the engine lets us remember beyond the events: first sights, volumes that exist, jobs that are done.
// Pure. Returns only what changes, so that a pass with nothing new writes nothing.

import { isWorkload, type Ref, refOf, type Workload } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import type { ObservedContainer, ObservedState } from '../../reconcilers/observed.ts';
import { claimedRef, identityLabels } from '../../reconcilers/observed.ts';
import type { FactChange } from '../store/store.ts';
import { forgetContainer, goneAt } from './facts-from-event.ts';

/** The facts that change by this observation. `busy`: what a step under way makes of them it remembers itself. */
export function factsFromObservation(
  revision: Revision,
  observed: ObservedState,
  facts: Facts,
  busy: ReadonlySet<Ref> = new Set(),
): FactChange[] {
  const ours = observed.containers.filter((c) => c.labels[identityLabels.platform] === revision.platform);
  return [
    ...ours.flatMap((c) => sightOf(c, observed.at, facts)),
    ...ours.flatMap((c) => restartOf(c, facts, busy)),
    ...goneContainers(observed, facts),
    ...volumesOf(revision, observed, facts),
    ...networksOf(revision, observed, facts),
    ...filesOfAdopted(revision, ours, facts),
  ];
}

/**
 * The `start` event of what is seen running comes at latest so long after its stop, or was missed. Until then the stop
 * is kept: by it the event tells a restart by the engine's policy.
 */
const startEventMs = 5_000;

function sightOf(container: ObservedContainer, at: number, facts: Facts): FactChange[] {
  const changes: FactChange[] = [];
  const { id, state } = container;
  if (state === 'running' && facts.runningSince[id] === undefined) {
    changes.push({ fact: 'runningSince', key: id, value: container.detail?.startedAt || at });
  }
  if (state !== 'running' && state !== 'paused' && isOld(facts.runningSince[id], at)) {
    changes.push({ fact: 'runningSince', key: id, value: undefined });
  }
  if (state === 'paused' && facts.pausedSince[id] === undefined) {
    changes.push({ fact: 'pausedSince', key: id, value: at });
  }
  if (state !== 'paused' && facts.pausedSince[id] !== undefined) {
    changes.push({ fact: 'pausedSince', key: id, value: undefined });
  }
  changes.push(...rerunOf(container, at, facts));
  const stop = facts.stops[id];
  if (state === 'running' && isOld(stop?.at, at)) changes.push({ fact: 'stops', key: id, value: undefined });
  return changes;
}

/** What runs when it is looked at after it was asked for again need not be started for that. */
function rerunOf({ labels, state }: ObservedContainer, at: number, facts: Facts): FactChange[] {
  const ref = claimedRef(labels);
  const asked = facts.reruns[ref];
  return asked !== undefined && state === 'running' && at > asked.at
    ? [{ fact: 'reruns', key: ref, value: undefined }]
    : [];
}

/** Started since a restart was asked for: it was made, and its outcome lost with the controller that made it. */
function restartOf(
  { labels, detail, state }: ObservedContainer,
  facts: Facts,
  busy: ReadonlySet<Ref>,
): FactChange[] {
  const ref = claimedRef(labels);
  const asked = facts.restarts[ref];
  const isMade = state === 'running' && asked !== undefined && (detail?.startedAt ?? 0) > asked.at;
  return isMade && !busy.has(ref) ? [{ fact: 'restarts', key: ref, value: undefined }] : [];
}

/** A look corrects what an event said only when that is no news: the look may have begun before the event. */
function isOld(time: number | undefined, lookedAt: number): boolean {
  return time !== undefined && lookedAt - time > startEventMs;
}

/**
 * Facts by container id whose container is no more (its `destroy` may have been missed). That it was made is known until
 * another one is: so a container that a person removed is told from one that never was.
 */
function goneContainers(observed: ObservedState, facts: Facts): FactChange[] {
  const there = new Set(observed.containers.map((c) => c.id));
  const { stops, runningSince, pausedSince, fileDigests, broughtTo, made } = facts;
  const gone = new Set<string>();
  for (const known of [stops, runningSince, pausedSince, fileDigests, broughtTo, made])
    for (const id of Object.keys(known)) if (!there.has(id)) gone.add(id);
  if (gone.size === 0) return [];
  const replaced = new Set(Object.entries(made).flatMap(([id, { ref }]) => (there.has(id) ? [ref] : [])));
  const isLast = (id: string): boolean => {
    const last = made[id];
    return last !== undefined && !replaced.has(last.ref);
  };
  return [...gone].flatMap((id) => {
    const forgotten = forgetContainer(id).filter((c) => c.fact !== 'made' || !isLast(id));
    return [
      ...forgotten.filter((c) => isKnown(c, facts)),
      ...(isLast(id) ? goneAt(id, facts, observed.at) : []),
    ];
  });
}

function isKnown(change: FactChange, facts: Facts): boolean {
  if (change.fact === 'suspended') return true;
  return (facts[change.fact] as Readonly<Record<string, unknown>>)[change.key] !== undefined;
}

function volumesOf(revision: Revision, observed: ObservedState, facts: Facts): FactChange[] {
  const there = new Map(observed.volumes.map((v) => [v.name, v]));
  const changes: FactChange[] = [];
  for (const resource of revision.resources) {
    if (resource.kind !== 'Volume') continue;
    const volume = there.get(resource.engineName);
    if (volume === undefined || facts.volumesSeen[resource.engineName] !== undefined) continue;
    changes.push({
      fact: 'volumesSeen',
      key: resource.engineName,
      value: { at: observed.at, createdAt: volume.createdAt },
    });
    if (facts.acceptedLoss[resource.engineName] !== undefined) {
      changes.push({ fact: 'acceptedLoss', key: resource.engineName, value: undefined });
    }
  }
  return changes;
}

function networksOf(revision: Revision, observed: ObservedState, facts: Facts): FactChange[] {
  const there = new Set(observed.networks.map((n) => n.name));
  return revision.resources.flatMap((resource): FactChange[] => {
    if (resource.kind !== 'Network' || resource.external) return [];
    const key = resource.engineName;
    const isNew = there.has(key) && facts.networksSeen[key] === undefined;
    return isNew ? [{ fact: 'networksSeen', key, value: observed.at }] : [];
  });
}

/** A container without remembered file contents (lost store, adopted): what the files are now counts as what it saw. */
function filesOfAdopted(revision: Revision, ours: readonly ObservedContainer[], facts: Facts): FactChange[] {
  const byRef = new Map<Ref, Workload>();
  for (const r of revision.resources) if (isWorkload(r) && r.files.length > 0) byRef.set(refOf(r), r);
  const changes: FactChange[] = [];
  for (const container of ours) {
    if (container.state === 'created' || facts.fileDigests[container.id] !== undefined) continue;
    const ref = claimedRef(container.labels);
    const workload = byRef.get(ref);
    if (workload === undefined) continue;
    changes.push({ fact: 'fileDigests', key: container.id, value: digestsOf(workload.files) });
  }
  return changes;
}

/** Path → digest of watched files. */
export function digestsOf(
  files: readonly { readonly path: string; readonly digest: string }[],
): Record<string, string> {
  return Object.fromEntries(files.map((f) => [f.path, f.digest]));
}
