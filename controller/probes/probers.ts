// The probes of what does the work, and of what was started beside it to take its place: two answers to the same question.

import type { ObservedState } from '../../reconcilers/observed.ts';
import { byStanding, isPassing } from '../../reconcilers/ownership.ts';
import type { Engine } from '../engine.ts';
import { type Probed, Prober } from './prober.ts';

export class Probers {
  readonly own: Prober;
  readonly beside: Prober;

  constructor(engine: Engine, now: () => number, onChange: () => void) {
    const proven = new Set<string>();
    this.own = new Prober(
      engine,
      now,
      onChange,
      ([first]) => first,
      (ref) => this.beside.results.get(ref),
      proven,
    );
    this.beside = new Prober(
      engine,
      now,
      onChange,
      ([, ...others]) => others.find(isPassing),
      undefined,
      proven,
    );
  }

  async update(probed: Probed, observed: ObservedState): Promise<void> {
    const containers = [...observed.containers].sort(byStanding);
    const sorted = { ...observed, containers };
    await Promise.all([this.own.update(probed, sorted), this.beside.update(probed, sorted)]);
  }

  /** Each workload that is probed has a result. */
  get answered(): boolean {
    return this.own.answered;
  }

  /** A container started anew under the same id must prove itself again. */
  forget(containerId: string): void {
    this.own.forget(containerId);
    this.beside.forget(containerId);
  }

  close(): void {
    this.own.close();
    this.beside.close();
  }
}
