// Asks registries what tags mean now, for an apply that would take it and for a controller that proposes it. What is
// learnt is a fact; that a registry could not be asked is one too, and never a reason to fail.

import { isWorkload, type Workload } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import type { Facts } from '../reconcilers/facts.ts';
import { imageKey } from '../reconcilers/image-key.ts';
import type { ImageAsks } from '../reconcilers/images.ts';
import type { Engine } from './engine.ts';
import type { FactChange, Store } from './store/store.ts';

export interface AskOptions {
  /** `--update-images`. */
  readonly updateImages: boolean;
  /** `--build`. */
  readonly build: boolean;
  readonly now: number;
}

export interface AskPorts {
  readonly store: Store;
  readonly engine: Pick<Engine, 'images' | 'repoDigest' | 'registryDigest'>;
}

const asksInFlight = 4;
/** A registry that is away must not hold up a plan for long. */
const askTimeoutMs = 15_000;

/** What an apply takes or builds anew, by its flags and by `pull_policy`; registries are asked for the former. */
export async function askForImages(
  ports: AskPorts,
  revision: Revision,
  { updateImages, build, now }: AskOptions,
): Promise<ImageAsks> {
  const facts = await ports.store.facts();
  const workloads = byKey(revision);
  const due = [...workloads].filter(([key, w]) => updateImages || isDue(w, facts, key, now));
  const take = new Map(due.filter(([, w]) => w.build === undefined && w.pullPolicy !== 'never'));
  await learn(ports, take, now);
  const rebuild = [...workloads].filter(
    ([, w]) => w.build !== undefined && (build || w.pullPolicy === 'build'),
  );
  return { take: new Set(take.keys()), rebuild: new Set(rebuild.map(([key]) => key)), since: now };
}

/** What the tags in force mean by now, of those not asked about lately; true: something was asked. */
export async function askForNews(ports: AskPorts, revision: Revision, now: number): Promise<boolean> {
  const facts = await ports.store.facts();
  const { checkEveryMs } = revision.policy.images;
  const old = [...byKey(revision)].filter(([key, { build, pullPolicy }]) => {
    if (build !== undefined || pullPolicy === 'never') return false;
    const everyMs = typeof pullPolicy === 'object' ? pullPolicy.everyMs : checkEveryMs;
    return everyMs > 0 && now - (facts.registry[key]?.at ?? 0) >= everyMs;
  });
  return learn(ports, new Map(old), now);
}

function byKey(revision: Revision): Map<string, Workload> {
  const workloads = revision.resources.filter(isWorkload);
  // A digest always means the same.
  return new Map(workloads.filter((w) => !w.container.image.includes('@')).map((w) => [imageKey(w), w]));
}

/** `always`, or the last answer is older than the policy's age: as Compose's `up` decides to pull. */
function isDue({ pullPolicy }: Workload, facts: Facts, key: string, now: number): boolean {
  if (pullPolicy === 'always') return true;
  return typeof pullPolicy === 'object' && now - (facts.registry[key]?.at ?? 0) >= pullPolicy.everyMs;
}

async function learn(ports: AskPorts, images: ReadonlyMap<string, Workload>, now: number): Promise<boolean> {
  const queue = [...images];
  const changes: FactChange[] = [];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      changes.push(...(await learnOne(ports, ...next, now)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(asksInFlight, queue.length) }, worker));
  if (changes.length > 0) await ports.store.setFacts(changes);
  return changes.length > 0;
}

async function learnOne(
  { store, engine }: AskPorts,
  key: string,
  { container: { image }, pullPolicy }: Workload,
  now: number,
): Promise<FactChange[]> {
  const facts = await store.facts();
  const pin = facts.pins[key];
  const local = await engine.images(pin === undefined ? [image] : [image, pin]);
  // Not here: it is pulled anyway.
  if (local[image] === undefined && (pin === undefined || local[pin] === undefined)) return [];
  const known = facts.digests[key] ?? (await engine.repoDigest(pin ?? image));
  const learnt: FactChange[] = known === undefined ? [] : [{ fact: 'digests', key, value: known }];
  // Made here and never pushed: no registry knows it, unless it is said to be one's.
  if (known === undefined && (pullPolicy ?? 'missing') === 'missing')
    return [{ fact: 'registry', key, value: { at: now } }];
  try {
    const digest = await engine.registryDigest(image, AbortSignal.timeout(askTimeoutMs));
    return [...learnt, { fact: 'registry', key, value: { at: now, digest } }];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const before = facts.registry[key]?.digest;
    const value = { at: now, error: why, ...(before === undefined ? {} : { digest: before }) };
    return [...learnt, { fact: 'registry', key, value }];
  }
}
