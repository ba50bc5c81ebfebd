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
  readonly #underWay = new Map<string, { readonly work: string; readonly end: AbortController }>();
  readonly #closing = new AbortController();

  constructor(context: WorksContext) {
    this.#c = context;
  }

  /** Begins what this state asks for, unless that is under way. */
  engage({ id, machine }: ProcedureRecord, definition: ProcedureDefinition): void {
    const work = definition.work?.(machine.state, machine.context);
    if (work === undefined || this.#underWay.get(id)?.work === work.id || this.#closing.signal.aborted)
      return;
    const end = new AbortController();
    this.#underWay.set(id, { work: work.id, end });
    void this.#do(id, work, AbortSignal.any([end.signal, this.#closing.signal]));
  }

  /** The procedure is over: what is under way for it is cut off. */
  drop(id: string): void {
    this.#underWay.get(id)?.end.abort();
    this.#underWay.delete(id);
  }

  close(): void {
    this.#closing.abort();
  }

  async #do(id: string, work: Work, signal: AbortSignal): Promise<void> {
    const answer = await this.#c.perform(work, signal).catch((error: unknown) => ({
      error: error instanceof Error ? error.message : String(error),
    }));
    await this.#answer(id, work, answer, signal);
  }

  async #answer(id: string, work: Work, answer: object, signal: AbortSignal): Promise<void> {
    // Cut off because the process is to end: the next one does it again. Or because nobody asks any more.
    if (signal.aborted) return;
    const underWay = this.#underWay.get(id);
    const isLast = underWay?.work === work.id;
    // It may have come to other work since.
    if (isLast) this.#underWay.delete(id);
    const event = { type: 'worked', at: this.#c.now(), work: work.id, ...answer };
    await this.#c.feed(id, event).catch((error: unknown) => {
      this.#c.onError(error);
      if (isLast && !this.#underWay.has(id)) this.#underWay.set(id, underWay);
      setTimeout(() => void this.#answer(id, work, answer, signal), this.#c.retryMs).unref();
    });
  }
}
