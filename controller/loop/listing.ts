// What is known of the engine's list of containers, and what of it must be asked anew. Events name what changed, so that
// a look while they arrive lists these alone: a whole list of 100 takes the engine 8 to 14 ms, in which it starts nothing,
// one of a few takes 1. Wherever an event may have been missed, the whole list is due. No IO.

import type { ObservedContainer } from '../../reconcilers/observed.ts';

/** Beyond this many the whole list costs no more, and the request's line stays short. */
const mostNamed = 50;
/**
 * What was named is listed in every look for so long after it: the engine tells of a pause before its list shows it, and
 * a look may have begun before the event.
 */
const settleMs = 500;

export class Listing {
  #all: readonly ObservedContainer[] = [];
  /** Container id → when it was last named. */
  readonly #named = new Map<string, number>();
  /** Container id → when it will have run long enough to count as ready. */
  readonly #awaited = new Map<string, number>();
  #isWhole = false;
  #follows = false;

  /** Events arrive one after the other from now on, or do no more; either way some may have been missed before. */
  follow(follows: boolean): void {
    this.#follows = follows;
    this.#isWhole = false;
  }

  /** Something about this container changed at `at`, epoch ms. */
  name(id: string, at: number): void {
    this.#named.set(id, at);
  }

  /** By `at`, epoch ms, it will have run for its time, if it still runs then: that is to be seen, not reckoned. */
  await(id: string, at: number): void {
    this.#awaited.set(id, at);
  }

  /** Nothing that was listed is believed any more. */
  forget(): void {
    this.#isWhole = false;
  }

  /** Ids that the look which begins `at`, epoch ms, must list; undefined: all there are. */
  due(at: number): readonly string[] | undefined {
    const ids = new Set(this.#named.keys());
    for (const [id, readyAt] of this.#awaited) if (readyAt <= at) ids.add(id);
    if (this.#follows && this.#isWhole && ids.size > 0 && ids.size <= mostNamed) return [...ids];
    // Whatever is forgotten while the answer is on its way stays forgotten.
    this.#isWhole = true;
    return undefined;
  }

  /** The answer to what was `due` at `askedAt`; gives all containers, newest first as the engine lists them. */
  take(
    ids: readonly string[] | undefined,
    listed: readonly ObservedContainer[],
    askedAt: number,
  ): readonly ObservedContainer[] {
    for (const noted of [this.#named, this.#awaited])
      for (const [id, at] of noted) if (at < askedAt - settleMs) noted.delete(id);
    this.#all = ids === undefined ? listed : merged(this.#all, new Set(ids), listed);
    return this.#all;
  }
}

function merged(
  before: readonly ObservedContainer[],
  asked: ReadonlySet<string>,
  listed: readonly ObservedContainer[],
): readonly ObservedContainer[] {
  const now = new Map(listed.map((c) => [c.id, c]));
  const kept = before.flatMap((c) => (asked.has(c.id) ? (now.get(c.id) ?? []) : [c]));
  const known = new Set(before.map((c) => c.id));
  return [...listed.filter((c) => !known.has(c.id)), ...kept];
}
