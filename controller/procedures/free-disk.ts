// Frees one source of the engine's disk, and tells what it gained. Looks before and after: where there is room by now it
// does nothing, and asked again after a crash it frees only what is left. One after the other: of many that fail for want of
// room the first frees it, and the others find that.

import type { FreeDisk, HostRoom } from '../../reconcilers/procedures/definition.ts';
import type { Engine } from '../engine.ts';
import { readRoom } from '../host-room.ts';
import type { Store } from '../store/store.ts';

/** So many revisions back an image may be wanted again. */
const revisionsKept = 50;

/** Less is what a disk in use loses and gains from one moment to the next. */
const leastGain = 32 * 2 ** 20;

interface FreedDisk {
  /** How much more is free than when it was asked for: what others that failed with it have gained meanwhile is gained. */
  readonly bytes: number;
  /** As it is now; absent: it cannot be looked at from here, and nothing was done. */
  readonly disk?: HostRoom['disk'];
  /** Why it was not freed whole. */
  readonly error?: string;
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
    const asked = this.#disk();
    const freed = Promise.all([asked, this.#last]).then(([before]) => this.#free(work, before, signal));
    this.#last = freed.catch(() => undefined);
    return freed;
  }

  async #free(
    { source, maxPercent }: FreeDisk,
    asked: HostRoom['disk'],
    signal: AbortSignal,
  ): Promise<FreedDisk> {
    const before = await this.#disk();
    if (asked === undefined || before === undefined) return { bytes: 0 };
    const { engine, store } = this.#c;
    let error: string | undefined;
    if (before.usedPercent > maxPercent) {
      try {
        if (source === 'buildCache') await engine.pruneBuildCache(signal);
        else await engine.removeDanglingImages(await wantedImages(store), signal);
      } catch (cause) {
        if (signal.aborted) throw cause;
        error = cause instanceof Error ? cause.message : String(cause);
      }
    }
    const disk = (await this.#disk()) ?? before;
    const gained = Math.max(0, disk.freeBytes - asked.freeBytes);
    const bytes = gained < leastGain ? 0 : gained;
    return { bytes, disk, ...(error === undefined ? {} : { error }) };
  }

  async #disk(): Promise<HostRoom['disk']> {
    return (await readRoom(await this.#c.engine.info())).disk;
  }
}

/** By id: what a revision was brought in force with is what its containers are made from again. */
async function wantedImages(store: DiskFreeingContext['store']): Promise<ReadonlySet<string>> {
  const [facts, revisions] = await Promise.all([store.facts(), store.revisions(revisionsKept)]);
  const past = revisions.flatMap(({ images }) => Object.values(images).map((image) => image.id));
  const stable = Object.values(facts.stable).flatMap(({ images }) =>
    Object.values(images).map(({ id }) => id),
  );
  return new Set([...Object.values(facts.pins), ...past, ...stable]);
}
