// Work that a procedure's state stands for (freeing the disk): begun once the state is stored, its answer fed back as an
// event. A state that is found stored has it done again, so it must look before it acts.

import type { ProcedureDefinition, ProcedureEvent, Work } from '../../reconcilers/procedures/definition.ts';
import type { ProcedureRecord } from '../store/store.ts';

export interface WorksContext {
  readonly perform: (work: Work, signal: AbortSignal) => Promise<object>;
  readonly now: () => number;
  /** Feeds the answer; rejects where it cannot be stored. */
  readonly feed: (procedureId: string, event: ProcedureEvent) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Wait before an answer that could not be stored (a full disk) is tried again. */
  readonly retryMs: number;
}

export class Works {
  readonly #c: WorksContext;
  /** Procedure → the work that is under way for it. */
  readonly #underWay = new Map<string, string>();
  readonly #closing = new AbortController();

  constructor(context: WorksContext) {
    this.#c = context;
  }

  /** Begins what this state asks for, unless that is under way. */
  engage({ id, machine }: ProcedureRecord, definition: ProcedureDefinition): void {
    const work = definition.work?.(machine.state, machine.context);
    if (work === undefined || this.#underWay.get(id) === work.id || this.#closing.signal.aborted) return;
    this.#underWay.set(id, work.id);
    void this.#do(id, work);
  }

  close(): void {
    this.#closing.abort();
  }

  async #do(id: string, work: Work): Promise<void> {
    const answer = await this.#c.perform(work, this.#closing.signal).catch((error: unknown) => ({
      error: error instanceof Error ? error.message : String(error),
    }));
    await this.#answer(id, work, answer);
  }

  async #answer(id: string, work: Work, answer: object): Promise<void> {
    // Cut off because the process is to end: the next one does it again.
    if (this.#closing.signal.aborted) return;
    this.#underWay.delete(id);
    const event = { type: 'worked', at: this.#c.now(), work: work.id, ...answer };
    await this.#c.feed(id, event).catch((error: unknown) => {
      this.#c.onError(error);
      this.#underWay.set(id, work.id);
      setTimeout(() => void this.#answer(id, work, answer), this.#c.retryMs).unref();
    });
  }
}
