// Looks now and then how much memory the engine's host has available, and keeps the platform's condition of that. How it
// stands is stored, so the next controller says nothing that was said.

import { type HostMarks, standardHost } from '../../desired-state/revision.ts';
import { type MemoryLook, memoryCondition } from '../../reconcilers/memory-low.ts';
import type { Store } from '../store/store.ts';

interface MemoryWatchContext {
  readonly store: Pick<Store, 'conditions' | 'record' | 'saveCondition'>;
  readonly platform: string;
  readonly now: () => number;
  /** Bytes available; undefined: nobody can tell from here. */
  readonly memory: () => Promise<number | undefined>;
}

const everyMs = 30_000;

export class MemoryWatch {
  readonly #c: MemoryWatchContext;
  #before: MemoryLook | undefined;
  #nextAt = 0;

  constructor(context: MemoryWatchContext) {
    this.#c = context;
  }

  /** After a pass; most find that it is not time yet. */
  async look({ minMemoryBytes }: HostMarks = standardHost): Promise<void> {
    const { store, platform, now, memory } = this.#c;
    const at = now();
    // Also where the clock was set back since.
    if (at < this.#nextAt && at >= this.#nextAt - everyMs) return;
    this.#nextAt = at + everyMs;
    const availableBytes = await memory();
    const look = { minBytes: minMemoryBytes, ...(availableBytes === undefined ? {} : { availableBytes }) };
    const before = this.#before;
    this.#before = look;
    const ref = `Platform/${platform}` as const;
    const stored = (await store.conditions()).find((c) => c.ref === ref && c.type === 'MemoryLow');
    const condition = memoryCondition(look, before, stored?.reason);
    if (condition === undefined) return;
    const { status, reason, message } = condition;
    const type = status ? 'Warning' : 'Normal';
    // That there was enough all along is no news.
    const isNews = status || stored?.status === true;
    // In one turn: how it stands is not stored without being told.
    await Promise.all([
      store.saveCondition(ref, condition, at),
      isNews ? store.record([{ at, type, reason, regarding: ref, message, by: 'reeve' }]) : undefined,
    ]);
  }
}
