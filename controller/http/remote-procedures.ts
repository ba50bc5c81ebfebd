// Procedures of a running controller, over its socket.

import { attend } from '../procedures/attend.ts';
import type { Procedures, Word } from '../procedures/procedures.ts';
import type { RecoverOptions, RecoverPlan } from '../procedures/recover-plan.ts';
import type { RestartOptions, RestartPlan } from '../procedures/restart-plan.ts';
import type { RollbackOptions, RollbackPlan } from '../procedures/rollback-plan.ts';
import type { ProcedureReport } from '../reports/procedures.ts';

/** Asks and gives the parsed answer; throws what the controller refused with. */
export type Ask = (method: 'GET' | 'POST', path: string, body?: object) => Promise<unknown>;

export class RemoteProcedures implements Procedures {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async restartPlan(options: RestartOptions): Promise<RestartPlan> {
    return (await this.#ask('POST', '/v1/restart-plan', options)) as RestartPlan;
  }

  async restart(plan: RestartPlan, by: string): Promise<string> {
    return ((await this.#ask('POST', '/v1/restart', { plan, by })) as { id: string }).id;
  }

  async recoverPlan(options: RecoverOptions): Promise<RecoverPlan> {
    return (await this.#ask('POST', '/v1/recover-plan', options)) as RecoverPlan;
  }

  async recover(plan: RecoverPlan, by: string): Promise<string> {
    return ((await this.#ask('POST', '/v1/recover', { plan, by })) as { id: string }).id;
  }

  async rollbackPlan(options: RollbackOptions): Promise<RollbackPlan> {
    return (await this.#ask('POST', '/v1/rollback-plan', options)) as RollbackPlan;
  }

  async rollback(
    { from, to, full }: Pick<RollbackPlan, 'from' | 'to' | 'full'>,
    by: string,
  ): Promise<string> {
    return ((await this.#ask('POST', '/v1/rollback', { from, to, full, by })) as { id: string }).id;
  }

  async say(id: string, word: Word, by: string): Promise<string> {
    return ((await this.#ask('POST', '/v1/say', { id, word, by })) as { message: string }).message;
  }

  attend(id: string, tell: (report: ProcedureReport) => void, signal: AbortSignal): Promise<ProcedureReport> {
    const path = `/v1/procedures/${encodeURIComponent(id)}`;
    return attend(async () => (await this.#ask('GET', path)) as ProcedureReport, tell, signal);
  }
}
