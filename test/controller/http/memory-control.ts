// A Control that keeps everything in memory: what the API is tested with. Slow where a test says so.

import type {
  Act,
  ApplyOptions,
  ApplyOutcome,
  Control,
  DownOptions,
  PlanOptions,
  PlanReport,
  Progress,
  SyncOptions,
} from '../../../controller/control.ts';
import type { Procedures } from '../../../controller/procedures/procedures.ts';
import { defaultPolicy } from '../../../desired-state/revision.ts';
import type { Plan } from '../../../reconcilers/plan.ts';

export const emptyPlan: Plan = {
  platform: 'demo',
  revision: 'r1',
  steps: [],
  warnings: [],
  statuses: [],
  reported: [],
};

export const outcome: ApplyOutcome = {
  ok: true,
  revision: 'r1',
  stepsDone: 2,
  ready: 1,
  total: 1,
  ms: 12,
  failures: [],
};

export class MemoryControl implements Control {
  readonly calls: { readonly name: string; readonly options: unknown }[] = [];
  /** Thrown by the next call. */
  failure: Error | undefined;
  /** An apply goes on only when this is resolved. */
  gate: Promise<void> = Promise.resolve();
  finished = 0;

  async plan(options: PlanOptions): Promise<PlanReport> {
    this.#note('plan', options);
    return {
      revision: {
        id: 'r1',
        platform: 'demo',
        policy: defaultPolicy,
        sources: ['/srv/reeve.yaml'],
        resources: [],
        reads: [],
        warnings: [],
        files: [],
      },
      plan: emptyPlan,
      changedVariables: [],
      fingerprint: 'f1',
    };
  }

  async apply(
    options: ApplyOptions,
    progress: (p: Progress) => void,
    signal: AbortSignal,
  ): Promise<ApplyOutcome> {
    this.#note('apply', options);
    progress({ type: 'plan', plan: emptyPlan, planId: 'p1' });
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await Promise.race([this.gate, aborted]);
    progress({ type: 'note', ref: 'Service/web', message: signal.aborted ? 'aborted' : 'gate open' });
    this.finished += 1;
    return { ...outcome, ok: !signal.aborted };
  }

  async act(act: Act, by: string): Promise<string> {
    this.#note('act', { act, by });
    return `${act.verb} done`;
  }

  async sync(options: SyncOptions, by: string): Promise<string> {
    this.#note('sync', { ...options, by });
    return 'main is at commit 4c2e1f0 (Ana: raise redis memory), which is followed already';
  }

  async downPlan(options: DownOptions): Promise<Plan> {
    this.#note('downPlan', options);
    return emptyPlan;
  }

  async down(options: DownOptions, progress: (p: Progress) => void): Promise<ApplyOutcome> {
    this.#note('down', options);
    progress({ type: 'plan', plan: emptyPlan, planId: 'p2' });
    return outcome;
  }

  async statuses(): Promise<{ statuses: Plan['statuses']; plan: Plan }> {
    this.#note('statuses', {});
    return { statuses: [], plan: emptyPlan };
  }

  readonly procedures: Procedures = {
    restartPlan: async (options) => {
      this.#note('restartPlan', options);
      return {
        batches: [],
        settleMs: 0,
        adaptive: false,
        timeoutMs: 1,
        maxFailures: 0,
        leastMs: 0,
        held: [],
      };
    },
    restart: async (plan, by) => {
      this.#note('restart', { plan, by });
      return 'batched-restart-1';
    },
    recoverPlan: async (options) => {
      this.#note('recoverPlan', options);
      const { settleMs, timeoutMs, diskPercent = 90, memoryBytes = 0 } = options;
      return {
        batches: [],
        kept: [],
        held: [],
        core: [],
        room: {},
        unseen: false,
        adaptive: false,
        maxFailures: 0,
        expectedMs: 0,
        untimed: 0,
        ...{ settleMs, timeoutMs, diskPercent, memoryBytes, stopTimeoutMs: 1 },
      };
    },
    recover: async (plan, by) => {
      this.#note('recover', { plan, by });
      return 'complete-recovery-1';
    },
    rollbackPlan: async (options) => {
      this.#note('rollbackPlan', options);
      return {
        ...{ from: 'r2', to: 'r1', inForceAt: 0, by: 'ana', full: options.full, waves: [], removed: [] },
        ...{ missingImages: [], pulledImages: [], mismatches: [], backups: [], expectedMs: 0, untimed: 0 },
      };
    },
    rollback: async (plan, by) => {
      this.#note('rollback', { plan, by });
      return 'rollback-1';
    },
    say: async (id, word, by) => {
      this.#note('say', { id, word, by });
      return `${word.type} said`;
    },
    attend: async () => {
      throw new Error('the API has no way to this: a client looks at the procedure again and again');
    },
  };

  async close(): Promise<void> {}

  #note(name: string, options: unknown): void {
    this.calls.push({ name, options });
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
  }
}
