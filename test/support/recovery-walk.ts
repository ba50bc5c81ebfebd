// A recovery's machine walked as the runner does.

import type { RecoveryContext, RecoveryInput } from '../../reconcilers/recovery/context.ts';
import type { Evidence, Failure } from '../../reconcilers/recovery/evidence.ts';
import { machine, type RecoveryEvent } from '../../reconcilers/recovery/machine.ts';
import { noon } from './make.ts';
import { ProcedureWalk } from './procedure-walk.ts';

export const failure: Failure = { reason: 'Exited', at: noon, waitsFor: [], looping: false, blocked: false };
export const input: RecoveryInput = {
  ref: 'Service/web',
  needs: ['Service/db'],
  failure,
  settleMs: 30_000,
  verifyMs: 60_000,
  slowMs: 300_000,
  diskPercent: 90,
};
export const evidence: Evidence = {
  at: noon,
  message: 'it exited with status 3',
  exitCode: 3,
  oomKilled: false,
  log: ['the last words'],
};

type Fed = RecoveryEvent extends infer E ? (E extends RecoveryEvent ? Omit<E, 'at'> : never) : never;

export class RecoveryWalk extends ProcedureWalk<RecoveryContext> {
  constructor(given: Partial<RecoveryInput> = {}) {
    super(machine, { ...input, ...given });
    // That it begins is no news to these tests.
    this.asked.length = 0;
  }

  override feed(event: Fed | { readonly type: string; readonly [key: string]: unknown }): this {
    return super.feed(event);
  }

  evidence(more: Partial<Evidence> = {}): this {
    return this.feed({ type: 'evidence', evidence: { ...evidence, ...more } });
  }

  failed(more: Partial<Failure> = {}): this {
    return this.feed({ type: 'failed', failure: { ...failure, at: this.now, ...more } });
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
