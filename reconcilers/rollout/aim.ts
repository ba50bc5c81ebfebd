// What passes aim at while a revision comes in: each workload in its new form once its wave has begun, and until then in
// the form that it has. So the loop heals, gates and replaces as ever, and going back is aiming at what was. Pure.

import { isWorkload, type Ref, type Resource, refOf } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { dependenciesOf } from '../world.ts';
import { begunOf, type RolloutContext } from './context.ts';

export interface Aim {
  /** Unlike that of any other aim of this rollout: what is seen under another says nothing of this one. */
  readonly key: string;
  /** The revision that is aimed at. */
  readonly revision: string;
  /** Those that have the form of an older one still; `all`: whatever is a workload stays as it is. */
  readonly waiting: ReadonlySet<Ref> | 'all';
  /** The revision whose form each of those has; who has none is not there yet. */
  readonly forms: Readonly<Record<Ref, string>>;
  /** The id of the image that each of those keeps, whatever its tag means by now. */
  readonly keptImages: Readonly<Record<Ref, string>>;
  /** It goes back to what was. */
  readonly back: boolean;
}

const goesBack = new Set(['rollingBack', 'confirmingBack', 'rolledBack']);
/** Nothing has begun yet: images are had. */
const beforeFirst = new Set(['pulling', 'awaitingImages', 'unpulled']);

/**
 * What a rollout in this state has the passes aim at. A rollback may come while a revision is half in: until it is known
 * that it may go back, all of that stays as it was found, and nothing more of it comes in.
 */
export function aimOf(state: string, context: RolloutContext): Aim | undefined {
  const { revision, before, waves, reports, forms, asFound, question, keptImages = {} } = context;
  const asks = state === 'deciding' ? question : undefined;
  const isPausedFirst = state === 'paused' && reports.length === 0;
  const isFirst = beforeFirst.has(state) || asks === 'images' || isPausedFirst;
  // One that has come on the way has what is begun already, and nothing more of its own.
  if (isFirst && context.merged === true)
    return {
      key: `${revision}#images`,
      revision,
      waiting: new Set(waves.flatMap((w) => w.refs)),
      forms,
      keptImages,
      back: false,
    };
  const isBack = goesBack.has(state) || asks === 'back';
  if (isFirst || (reports.length === 0 && !isBack)) {
    const isAsked = isFirst || state === 'checking' || asks === 'check';
    if (!isAsked || asFound === undefined) return undefined;
    const key = `${before} as found`;
    return { key, revision: before, waiting: 'all', forms: asFound, keptImages, back: false };
  }
  if (isBack)
    return {
      key: `${revision}>${before}`,
      revision: before,
      waiting: new Set(),
      forms,
      keptImages,
      back: true,
    };
  const begun = new Set(begunOf(context));
  const waiting = new Set(waves.flatMap((w) => w.refs).filter((ref) => !begun.has(ref)));
  return { key: `${revision}#${context.index}`, revision, waiting, forms, keptImages, back: false };
}

/**
 * For a pass that was made for `revision`, on whose way another has come since: all stays as that one has found it. Aiming
 * at `revision` would bring in at once what still waited. undefined: it is what was in force before, and that stays.
 */
export function aimBefore(context: RolloutContext, revision: string): Aim | undefined {
  const { before, asFound, keptImages = {} } = context;
  if (revision === before || asFound === undefined) return undefined;
  const key = `${context.revision} not loaded`;
  return { key, revision, waiting: 'all', forms: asFound, keptImages, back: false };
}

/**
 * `next` with those that wait in their old form and with the image that they run, or not there yet if they are new. What `next` declares no more stays for
 * as long as one that waits needs it: networks, volumes and models with the first that waits, workloads where they are
 * depended on.
 */
export function compose(
  next: Revision,
  { waiting, forms, keptImages }: Pick<Aim, 'waiting' | 'forms' | 'keptImages'>,
  known: ReadonlyMap<string, Revision>,
): Revision {
  if (waiting !== 'all' && waiting.size === 0) return next;
  const waits = (r: Resource): boolean => isWorkload(r) && (waiting === 'all' || waiting.has(refOf(r)));
  const before = new Set(Object.values(forms));
  const oldOf = (ref: Ref): Resource | undefined => {
    const id = forms[ref];
    return id === undefined ? undefined : known.get(id)?.resources.find((r) => refOf(r) === ref);
  };
  const resources = new Map<Ref, Resource>();
  for (const resource of next.resources) {
    const ref = refOf(resource);
    const now = waits(resource) ? oldOf(ref) : resource;
    if (now !== undefined) resources.set(ref, waits(resource) ? withKeptImage(now, keptImages) : now);
  }
  const gone = [...before]
    .flatMap((id) => known.get(id)?.resources ?? [])
    .filter((r) => !next.resources.some((n) => refOf(n) === refOf(r)));
  const old = next.resources.filter(waits).flatMap((r) => oldOf(refOf(r)) ?? []);
  const needed = neededBy(old, gone);
  for (const resource of gone) {
    if (!isWorkload(resource) || needed.has(refOf(resource)))
      resources.set(refOf(resource), withKeptImage(resource, keptImages));
  }
  const sources = [...before].flatMap((id) => known.get(id)?.sources ?? []);
  return {
    ...next,
    sources: [...new Set([...next.sources, ...sources])].sort(),
    resources: [...resources.values()].sort((a, b) => (refOf(a) < refOf(b) ? -1 : 1)),
  };
}

export function withKeptImage<R extends Resource>(resource: R, kept: Aim['keptImages']): R {
  const keptImage = kept[refOf(resource)];
  return keptImage === undefined ? resource : { ...resource, keptImage };
}

/** Those of `gone` that `waiting` depend on, and what those depend on themselves. */
function neededBy(waiting: readonly Resource[], gone: readonly Resource[]): ReadonlySet<Ref> {
  const byRef = new Map(gone.map((r) => [refOf(r), r]));
  const needed = new Set<Ref>();
  const open = [...waiting];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (!isWorkload(one)) continue;
    for (const { on } of dependenciesOf(one)) {
      const found = byRef.get(on);
      if (found === undefined || needed.has(on)) continue;
      needed.add(on);
      open.push(found);
    }
  }
  return needed;
}
