// Looks now and then how much memory the engine's host has available, and keeps the platform's condition of that. How it
// stands is stored, so the next controller says nothing that was said.

import { type HostMarks, standardHost } from '../../desired-state/revision.ts';
import { type MemoryLook, memoryCondition } from '../../reconcilers/memory-low.ts';
import type { HostRoom } from '../../reconcilers/procedures/definition.ts';
import type { Store } from '../store/store.ts';

interface MemoryWatchContext {
  readonly store: Pick<Store, 'conditions' | 'record' | 'saveCondition'>;
  readonly platform: string;
  readonly now: () => number;
  readonly room: () => Promise<HostRoom>;
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
    const { store, platform, now, room } = this.#c;
    const at = now();
    if (at < this.#nextAt) return;
    this.#nextAt = at + everyMs;
    const { memoryAvailableBytes: availableBytes } = await room();
    const look = { minBytes: minMemoryBytes, ...(availableBytes === undefined ? {} : { availableBytes }) };
    const before = this.#before;
    this.#before = look;
    const ref = `Platform/${platform}` as const;
    const stored = (await store.conditions()).find((c) => c.ref === ref && c.type === 'MemoryLow');
    const condition = memoryCondition(look, before, stored?.reason);
    if (condition === undefined) return;
    await store.saveCondition(ref, condition, at);
    const { status, reason, message } = condition;
    // That there was enough all along is no news.
    if (!status && stored?.status !== true) return;
    const type = status ? 'Warning' : 'Normal';
    await store.record([{ at, type, reason, regarding: ref, message, by: 'reeve' }]);
  }
}
