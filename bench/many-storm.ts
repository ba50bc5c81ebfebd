// The many-engine's storm of events: so many a second over all containers, health changes and updates in turns, and once a
// second one container that really ends. How long each of those waits to be started tells whether the reader keeps up.

import { setTimeout as pause } from 'node:timers/promises';
import type { ManyContainer } from './many-containers.ts';

export interface StormWish {
  readonly perSecond: number;
  readonly seconds: number;
}

export interface StormReport {
  readonly sent: number;
  readonly ms: number;
  /** From the end of each container that ended until its start was asked for. */
  readonly waits: readonly number[];
  /** Ended, and never started. */
  readonly forgotten: number;
  /** Bytes of events that the reader had not taken in when it was over. */
  readonly unread: number;
}

export interface StormHost {
  readonly containers: readonly ManyContainer[];
  emit(action: string, container: ManyContainer, attributes?: Readonly<Record<string, string>>): void;
  end(container: ManyContainer): void;
  unread(): number;
}

/** After the last event, so long for what is still on its way. */
const graceMs = 5_000;

export class Storm {
  readonly #host: StormHost;
  readonly #endedAt = new Map<string, number>();
  readonly #waits: number[] = [];

  constructor(host: StormHost) {
    this.#host = host;
  }

  /** A start was asked for. */
  noteStart({ id }: ManyContainer): void {
    const endedAt = this.#endedAt.get(id);
    if (endedAt === undefined) return;
    this.#endedAt.delete(id);
    this.#waits.push(performance.now() - endedAt);
  }

  async run({ perSecond, seconds }: StormWish): Promise<StormReport> {
    const { containers } = this.#host;
    const startedAt = performance.now();
    let sent = 0;
    let ended = 0;
    for (let elapsed = 0; elapsed < seconds * 1_000; elapsed = performance.now() - startedAt) {
      for (; sent < (elapsed / 1_000) * perSecond; sent++)
        this.#stir(containers[sent % containers.length], sent);
      // From the other end of the list: the storm has not come to them yet, or long ago.
      if (ended < elapsed / 1_000) this.#end(containers[containers.length - 1 - ended++]);
      await pause(1);
    }
    const ms = performance.now() - startedAt;
    const deadline = performance.now() + graceMs;
    while (this.#endedAt.size > 0 && performance.now() < deadline) await pause(10);
    const unread = this.#host.unread();
    return { sent, ms, waits: this.#waits, forgotten: this.#endedAt.size, unread };
  }

  #stir(container: ManyContainer | undefined, turn: number): void {
    if (container !== undefined)
      this.#host.emit(turn % 2 === 0 ? 'health_status: healthy' : 'update', container);
  }

  #end(container: ManyContainer | undefined): void {
    if (container === undefined) return;
    this.#endedAt.set(container.id, performance.now());
    this.#host.end(container);
    this.#host.emit('kill', container, { signal: '9' });
    this.#host.emit('die', container, { exitCode: '137' });
  }
}
