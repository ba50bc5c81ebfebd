// While a complete recovery is under way and the engine does not answer: runs the command of the policy that starts it, on
// this host. INVARIANT: once an outage. That it is run is stored before it is; who finds that stored waits, whoever ran it.

import type { Policy } from '../../desired-state/revision.ts';
import type { RecoveryContext } from '../../reconcilers/complete-recovery/context.ts';
import { completeRecovery } from '../../reconcilers/complete-recovery/definition.ts';
import type { EngineNews } from '../../reconcilers/complete-recovery/engine.ts';
import { restsIn } from '../../reconcilers/complete-recovery/words.ts';
import type { ProcedureRecord, Store } from '../store/store.ts';
import { runOnHost } from './run-on-host.ts';
import type { Runner } from './runner.ts';

interface EngineStartContext {
  readonly store: Pick<Store, 'facts' | 'setFacts'>;
  readonly runner: Pick<Runner, 'running' | 'tell'>;
  readonly now: () => number;
  readonly scrub: (text: string) => string;
  readonly onError: (error: unknown) => void;
}

/** An engine that is only being restarted, or is busy for a moment, needs nobody's help. */
const patienceMs = 5_000;
const key = 'outage';

export class EngineStart {
  readonly #c: EngineStartContext;
  #awaySince: number | undefined;
  #isRunning = false;

  constructor(context: EngineStartContext) {
    this.#c = context;
  }

  /** The engine could not be asked. */
  async away(settings: Policy['engine']): Promise<void> {
    const { store, now } = this.#c;
    this.#awaySince ??= now();
    const record = this.#underWay;
    // One that waits for a person needs no engine now: whoever has stopped that may have done it for a reason.
    if (record === undefined || restsIn.has(record.machine.state)) return;
    if (now() - this.#awaySince < patienceMs) return;
    const known = newsOf(record);
    const begun = (await store.facts()).engineStarts[key];
    if (begun !== undefined) return this.#wait(record, begun, known);
    if (settings !== undefined) return this.#begin(record, settings);
    if (known === undefined) await this.#tell(record, { is: 'away' });
  }

  /** A pass went through: what was is over. */
  async answered(): Promise<void> {
    const { store } = this.#c;
    this.#awaySince = undefined;
    const record = this.#underWay;
    if (record !== undefined && newsOf(record) !== undefined) await this.#tell(record, { is: 'back' });
    if ((await store.facts()).engineStarts[key] !== undefined && !this.#isRunning)
      await store.setFacts([{ fact: 'engineStarts', key, value: undefined }]);
  }

  get #underWay(): ProcedureRecord | undefined {
    return this.#c.runner.running.find(({ kind }) => kind === completeRecovery.kind);
  }

  async #begin(record: ProcedureRecord, settings: NonNullable<Policy['engine']>): Promise<void> {
    const { store, now, scrub, onError } = this.#c;
    const { startCommand, startTimeoutMs } = settings;
    const command = scrub(startCommand.join(' '));
    const value = { at: now(), by: record.id, command, timeoutMs: startTimeoutMs };
    await store.setFacts([{ fact: 'engineStarts', key, value }]);
    this.#isRunning = true;
    // Beside the passes, which go on looking whether the engine answers. That it cannot be told keeps nothing from running.
    await this.#tell(record, { is: 'starting', command, timeoutMs: startTimeoutMs }).catch(onError);
    runOnHost(startCommand, startTimeoutMs)
      .then(async (ran) => {
        this.#isRunning = false;
        const output = scrub(ran.output);
        await this.#tell(
          record,
          ran.status !== undefined
            ? { is: 'ended', command, status: ran.status, output }
            : { is: 'failed', command, why: scrub(ran.why ?? 'could not be run'), output },
        );
      })
      .catch(onError)
      .finally(() => {
        this.#isRunning = false;
      });
  }

  /** It was begun, by this controller or one before. */
  async #wait(
    record: ProcedureRecord,
    { at, command, timeoutMs }: { readonly at: number; readonly command: string; readonly timeoutMs: number },
    known: EngineNews | undefined,
  ): Promise<void> {
    const waitedMs = this.#c.now() - at;
    const isTold = known?.is === 'silent' || known?.is === 'failed';
    if (this.#isRunning || isTold || waitedMs < timeoutMs) return;
    await this.#tell(record, { is: 'silent', command, waitedMs: Math.round(waitedMs / 1_000) * 1_000 });
  }

  async #tell({ id }: ProcedureRecord, news: EngineNews): Promise<void> {
    await this.#c.runner.tell(id, { type: 'engine', news });
  }
}

function newsOf({ machine }: ProcedureRecord): EngineNews | undefined {
  return (machine.context as RecoveryContext).engine;
}
