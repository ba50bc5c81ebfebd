// Begins a complete recovery by itself where the policy allows that and so much of the platform has been down for so long.
// Level-triggered: what it goes by is the conditions of the pass, and what is stored. An engine that does not answer is no
// outage: nothing is known of its containers, and somebody may have stopped it for a reason.
// INVARIANT: one an outage, none during a rollout or rollback, none shortly after a person gave one up.

import type { Revision } from '../../desired-state/revision.ts';
import { completeRecovery } from '../../reconcilers/complete-recovery/definition.ts';
import { judgeOutage, leftToPeople, outageOf } from '../../reconcilers/complete-recovery/outage.ts';
import type { Condition, ResourceStatus } from '../../reconcilers/condition.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import type { HostRoom } from '../../reconcilers/procedures/definition.ts';
import { rollback } from '../../reconcilers/rollback/definition.ts';
import { rollout } from '../../reconcilers/rollout/definition.ts';
import type { Store, StoredCondition } from '../store/store.ts';
import { readyTimes } from './ready-times.ts';
import { planRecovery, recoveryInputOf } from './recover-plan.ts';
import type { Runner } from './runner.ts';

interface OutageWatchContext {
  readonly store: Pick<Store, 'conditions' | 'procedures' | 'record' | 'saveCondition'>;
  readonly runner: Pick<Runner, 'running' | 'start'>;
  readonly platform: string;
  readonly now: () => number;
  readonly room: () => Promise<HostRoom>;
}

/** Who begins it: stands with the procedure and its events. */
export const byOutage = 'reeve (system-wide outage)';

/** The runbook's batches; what is well runs on, for nobody has said that it may be stopped. */
const options = {
  keepHealthy: true,
  adaptive: false,
  batchSize: 5,
  settleMs: 30_000,
  timeoutMs: 300_000,
} as const;

const quietMs = 3_600_000;
/** Procedures back in which the last complete recovery is looked for. */
const lookedAt = 500;

export class OutageWatch {
  readonly #c: OutageWatchContext;
  /** The condition may stand: nobody has looked yet whether it does. */
  #mayStand = true;
  /** Since when nothing has kept it from looking. */
  #seenSince: number | undefined;

  constructor(context: OutageWatchContext) {
    this.#c = context;
  }

  /** The engine does not answer: what it lasts till it does is not seen. */
  blind(): void {
    this.#seenSince = undefined;
  }

  /** After a pass that keeps; where nothing is down this asks nothing. */
  async look(revision: Revision, statuses: readonly ResourceStatus[], facts: Facts): Promise<void> {
    const { runner, now } = this.#c;
    const { policy, resources } = revision;
    const settings = policy.completeRecovery;
    if (settings === undefined && !this.#mayStand) return;
    const kinds = new Set(runner.running.map(({ kind }) => kind));
    if (kinds.has(rollout.kind) || kinds.has(rollback.kind)) return this.blind();
    const at = now();
    if (this.#seenSince === undefined || this.#seenSince > at) this.#seenSince = at;
    const underWay = settings !== undefined && kinds.has(completeRecovery.kind);
    const isOff = settings === undefined || facts.suspended !== undefined;
    const outage = isOff ? undefined : outageOf(resources, statuses, facts.onceReady, settings.outagePercent);
    if (outage === undefined && !underWay && !this.#mayStand) return;
    const stands = await this.#stands();
    const seenSince = this.#seenSince;
    const afterMs = settings?.afterMs ?? 0;
    const judged = judgeOutage({ at, seenSince, outage, underWay, afterMs, ...(stands && { stands }) });
    if (judged === 'begin') return this.#begin(revision, statuses, facts);
    if (judged !== undefined) await this.#turn(judged, stands);
    this.#mayStand = judged?.status ?? stands?.status ?? false;
  }

  async #begin(revision: Revision, statuses: readonly ResourceStatus[], facts: Facts): Promise<void> {
    const { store, runner, room, now } = this.#c;
    const last = (await store.procedures({ limit: lookedAt })).find((r) => r.kind === completeRecovery.kind);
    if (last?.machine.state === 'aborted' && now() - (last.endedAt ?? 0) < quietMs)
      return this.#turn(leftToPeople(last.id, quietMs), undefined);
    const sight = { statuses, facts, room: await room(), times: await readyTimes(store), now: now() };
    const plan = planRecovery(revision, sight, options);
    await runner.start(completeRecovery.kind, recoveryInputOf(plan, byOutage), byOutage);
  }

  async #stands(): Promise<StoredCondition | undefined> {
    const ref = `Platform/${this.#c.platform}`;
    return (await this.#c.store.conditions()).find((c) => c.ref === ref && c.type === 'Outage');
  }

  async #turn(condition: Condition, before: StoredCondition | undefined): Promise<void> {
    const { store, platform, now } = this.#c;
    const regarding = `Platform/${platform}` as const;
    const at = now();
    const { status, reason, message } = condition;
    const type = status ? 'Warning' : 'Normal';
    // A complete recovery tells of itself, its end included.
    const isTold = reason === 'CompleteRecovery' || (!status && before?.reason === 'CompleteRecovery');
    // In one turn: how it stands is not stored without being told.
    await Promise.all([
      store.saveCondition(regarding, condition, at),
      isTold ? undefined : store.record([{ at, type, reason, regarding, message, by: 'reeve' }]),
    ]);
  }
}
