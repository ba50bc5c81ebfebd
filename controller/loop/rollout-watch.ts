// What a rollout under way means to an apply that is followed: it is not over before the last wave is in, and where a wave
// failed it ends when what was runs again, with the failures as they were.

import type { ResourceStatus } from '../../reconcilers/condition.ts';
import { aimOf } from '../../reconcilers/rollout/aim.ts';
import type { Kind, RolloutContext } from '../../reconcilers/rollout/context.ts';
import { outlook } from '../../reconcilers/rollout/words.ts';
import type { Rollouts } from '../procedures/rollouts.ts';
import type { ProcedureRecord } from '../store/store.ts';
import type { Verdict } from './apply-watch.ts';
import type { PassResult } from './reconciler.ts';

export class RolloutWatch {
  readonly #rollouts: Pick<Rollouts, 'underWay' | 'last'>;
  /** Under way when the apply began. */
  readonly #id: string | undefined;
  /** When it came to where it stood then. */
  readonly #changedAt: number | undefined;
  #failed: readonly ResourceStatus[] = [];

  constructor(rollouts: Pick<Rollouts, 'underWay' | 'last'>) {
    this.#rollouts = rollouts;
    this.#id = rollouts.underWay?.id;
    this.#changedAt = rollouts.underWay?.changedAt;
  }

  /** The revision that runs again, where it has gone back. */
  get rolledBackTo(): string | undefined {
    const record = this.#record;
    return record?.machine.state === 'rolledBack' ? contextOf(record).before : undefined;
  }

  /** Where it stands while it goes on; undefined: there is none, or it is over. */
  get outlook(): { readonly id: string; readonly reason: string; readonly message: string } | undefined {
    const record = this.#record;
    if (record === undefined || record.machine.ended) return undefined;
    const { machine } = record;
    const { message } = outlook(record.kind as Kind, machine.state, contextOf(record));
    const reason = machine.state === 'awaitingImages' ? 'ImagesNotPulled' : 'RolloutUnderWay';
    return { id: record.id, reason, message };
  }

  /** It brings revisions in by itself: each of its waves has its own time. */
  get goesOn(): boolean {
    const machine = this.#record?.machine;
    return machine !== undefined && !machine.ended && machine.state !== 'deciding';
  }

  /** `found`: how it stands as if nothing came in by waves. */
  judge(found: Verdict, result: PassResult): Verdict {
    const record = this.#record;
    if (record === undefined) return found;
    const { state, ended } = record.machine;
    const failures = contextOf(record).failed;
    // As the wave failed: of what has gone back they say nothing.
    if (this.#failed.length === 0)
      this.#failed = result.plan.statuses.filter((s) => failures[s.ref] !== undefined);
    if (state === 'rolledBack' || state === 'deciding')
      return { over: true, ok: false, failed: this.#failed };
    if (ended) return found;
    // Images that cannot be had: it tries on for its time, and who applied hears of the first try that failed since.
    if (state === 'awaitingImages')
      return record.changedAt === this.#changedAt ? { over: false } : { over: true, ok: false, failed: [] };
    const isBack = aimOf(state, contextOf(record))?.back === true || state === 'checking';
    // What nobody can mend but a person is told at once; the wave has its time all the same.
    return found.over && !found.ok && !isBack ? found : { over: false };
  }

  get #record(): ProcedureRecord | undefined {
    const { underWay, last } = this.#rollouts;
    if (this.#id === undefined) return undefined;
    return [underWay, last].find((r) => r?.id === this.#id);
  }
}

const contextOf = ({ machine }: ProcedureRecord): RolloutContext => machine.context as RolloutContext;
