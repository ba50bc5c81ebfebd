// Frees one source of the engine's disk, and tells what it gained. Looks before and after: where there is room by now it
// does nothing, and asked again after a crash it frees only what is left.

import type { FreeDisk } from '../../reconcilers/procedures/definition.ts';
import type { Engine } from '../engine.ts';
import { readRoom } from '../host-room.ts';
import type { Store } from '../store/store.ts';

/** So many revisions back an image may be wanted again. */
const revisionsKept = 50;

/** How much more is free than before. */
export async function freeDisk(
  { source, maxPercent }: FreeDisk,
  engine: Engine,
  store: Store,
  signal: AbortSignal,
): Promise<{ readonly bytes: number }> {
  const { disk: before } = await readRoom(await engine.info());
  if (before === undefined || before.usedPercent <= maxPercent) return { bytes: 0 };
  if (source === 'buildCache') await engine.pruneBuildCache(signal);
  else await engine.removeDanglingImages(await wantedImages(store), signal);
  const { disk: after } = await readRoom(await engine.info());
  return { bytes: Math.max(0, (after?.freeBytes ?? 0) - before.freeBytes) };
}

/** By id: what a revision was brought in force with is what its containers are made from again. */
async function wantedImages(store: Store): Promise<ReadonlySet<string>> {
  const [facts, revisions] = await Promise.all([store.facts(), store.revisions(revisionsKept)]);
  const past = revisions.flatMap(({ images }) => Object.values(images).map((image) => image.id));
  return new Set([...Object.values(facts.pins), ...past]);
}
