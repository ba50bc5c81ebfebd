// A rollout or a rollback of three workloads in two waves, walked as the runner does.

import { rollback } from '../../reconcilers/rollback/definition.ts';
import { aimOf } from '../../reconcilers/rollout/aim.ts';
import type { RolloutContext, RolloutInput } from '../../reconcilers/rollout/context.ts';
import { rollout } from '../../reconcilers/rollout/definition.ts';
import { ProcedureWalk } from './procedure-walk.ts';

export const input: RolloutInput = {
  revision: 'r2',
  before: 'r1',
  waves: [
    { tier: 'core', refs: ['Service/db'] },
    { tier: 'standard', refs: ['Service/a', 'Service/b'] },
  ],
  forms: { 'Service/db': 'r1', 'Service/a': 'r1', 'Service/b': 'r1' },
  images: { 'app:1': { id: 'sha256:old', digest: 'sha256:d' } },
  checks: [],
  backups: [],
  minReadyMs: 0,
  canaryMs: 60_000,
  onFailure: 'rollback',
  deadlineMs: 600_000,
};

/** A rollback comes while r2 is half in. */
export const asFound = { 'Service/db': 'r2', 'Service/a': 'r1', 'Service/b': 'r1', 'Service/same': 'r1' };

export class Walk extends ProcedureWalk<RolloutContext> {
  look(ready: readonly string[], failed: Record<string, string> = {}, more: object = {}): this {
    return this.feed({ type: 'seen', ready, failed, ...more });
  }

  worked(mismatches: readonly string[] = [], more: object = {}): this {
    return this.feed({ type: 'worked', work: `prepare-${this.context.asked}`, mismatches, ...more });
  }

  get aim() {
    return aimOf(this.state, this.context);
  }
}

export const begun = (more: Partial<RolloutInput> = {}): Walk =>
  new Walk(rollout.machine, { ...input, ...more });
export const back = (more: Partial<RolloutInput> = {}): Walk =>
  new Walk(rollback.machine, { ...input, revision: 'r1', before: 'r2', asFound, ...more });
