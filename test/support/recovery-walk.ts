// A recovery's machine walked as the runner does, its clock and its storing included.

import {
  advance,
  begin,
  dueTimer,
  type StoredMachine,
  withoutTimer,
} from '../../reconcilers/procedures/advance.ts';
import type { RecoveryContext, RecoveryInput } from '../../reconcilers/recovery/context.ts';
import type { Evidence, Failure } from '../../reconcilers/recovery/evidence.ts';
import { machine, type RecoveryEvent } from '../../reconcilers/recovery/machine.ts';
import { noon } from './make.ts';

export const failure: Failure = { reason: 'Exited', at: noon, waitsFor: [], looping: false, blocked: false };
export const input: RecoveryInput = {
  ref: 'Service/web',
  needs: ['Service/db'],
  failure,
  settleMs: 30_000,
  verifyMs: 60_000,
  slowMs: 300_000,
};
export const evidence: Evidence = {
  at: noon,
  message: 'it exited with status 3',
  exitCode: 3,
  oomKilled: false,
  log: ['the last words'],
};

type Fed = RecoveryEvent extends infer E ? (E extends RecoveryEvent ? Omit<E, 'at'> : never) : never;

export class RecoveryWalk {
  machine: StoredMachine;
  now = noon;
  readonly asked: string[] = [];

  constructor(given: Partial<RecoveryInput> = {}) {
    const first = begin(machine, { ...input, ...given }, this.now);
    this.machine = first.machine;
  }

  get context(): RecoveryContext {
    return this.machine.context as RecoveryContext;
  }

  feed(event: Fed | { readonly type: string; readonly [key: string]: unknown }): this {
    const stored = JSON.parse(JSON.stringify(this.machine)) as StoredMachine;
    const next = advance(machine, stored, { ...event, at: this.now });
    this.machine = next.machine;
    this.asked.push(...next.effects.map((effect) => effect.type));
    return this;
  }

  evidence(more: Partial<Evidence> = {}): this {
    return this.feed({ type: 'evidence', evidence: { ...evidence, ...more } });
  }

  failed(more: Partial<Failure> = {}): this {
    return this.feed({ type: 'failed', failure: { ...failure, at: this.now, ...more } });
  }

  after(ms: number): this {
    this.now += ms;
    for (let timer = dueTimer(this.machine, this.now); timer !== undefined; ) {
      this.machine = withoutTimer(this.machine, timer.id);
      this.feed(timer.event);
      timer = dueTimer(this.machine, this.now);
    }
    return this;
  }

  decides(choice: string): this {
    return this.feed({ type: 'decide', choice, by: 'ana' });
  }
}

export const ready = { type: 'ready' };
export const restarted = { type: 'restarted', triedAt: noon + 200 };

/** What may stand in for it. */
export const failover = {
  to: 'Service/spare',
  alias: 'web',
  network: 'backend',
  startMs: 40_000,
  checkMs: 30_000,
} as const;
