// Frees one source of the engine's disk, and tells what it gained. Looks before and after: where there is room by now it
// does nothing, and asked again after a crash it frees only what is left. One after the other: of many that fail for want of
// room the first frees it, and the others find that.

import type { FreeDisk, HostRoom } from '../../reconcilers/procedures/definition.ts';
import type { Engine } from '../engine.ts';
import { readRoom } from '../host-room.ts';
import type { Store } from '../store/store.ts';

/** So many revisions back an image may be wanted again. */
const revisionsKept = 50;

interface FreedDisk {
  /** How much more is free than before. */
  readonly bytes: number;
  /** As it is now; absent: it cannot be looked at from here, and nothing was done. */
  readonly disk?: HostRoom['disk'];
}

interface DiskFreeingContext {
  readonly engine: Pick<Engine, 'info' | 'pruneBuildCache' | 'removeDanglingImages'>;
  readonly store: Pick<Store, 'facts' | 'revisions'>;
}

export class DiskFreeing {
  readonly #c: DiskFreeingContext;
  #last: Promise<unknown> = Promise.resolve();

  constructor(context: DiskFreeingContext) {
    this.#c = context;
  }

  free(work: FreeDisk, signal: AbortSignal): Promise<FreedDisk> {
    const freed = this.#last.then(() => this.#free(work, signal));
    this.#last = freed.catch(() => undefined);
    return freed;
  }

  async #free({ source, maxPercent }: FreeDisk, signal: AbortSignal): Promise<FreedDisk> {
    const { engine, store } = this.#c;
    const { disk: before } = await readRoom(await engine.info());
    if (before === undefined) return { bytes: 0 };
    if (before.usedPercent <= maxPercent) return { bytes: 0, disk: before };
    if (source === 'buildCache') await engine.pruneBuildCache(signal);
    else await engine.removeDanglingImages(await wantedImages(store), signal);
    const { disk = before } = await readRoom(await engine.info());
    return { bytes: Math.max(0, disk.freeBytes - before.freeBytes), disk };
  }
}

/** By id: what a revision was brought in force with is what its containers are made from again. */
async function wantedImages(store: DiskFreeingContext['store']): Promise<ReadonlySet<string>> {
  const [facts, revisions] = await Promise.all([store.facts(), store.revisions(revisionsKept)]);
  const past = revisions.flatMap(({ images }) => Object.values(images).map((image) => image.id));
  return new Set([...Object.values(facts.pins), ...past]);
}
