// One container replaced by another again and again, by bare calls: reeve's acts in their order.

import type { BareEngine } from './bare.ts';
import { smallConfig } from './kept.ts';

export class BareReplacement {
  readonly #engine: BareEngine;
  readonly #name: string;
  #id = '';
  #old = '';

  constructor(engine: BareEngine, platform: string) {
    this.#engine = engine;
    this.#name = `${platform}-bare-change`;
  }

  async begin(): Promise<void> {
    this.#id = await this.#create(this.#name, '-1');
    await this.#engine.call('POST', `/containers/${this.#id}/start`);
  }

  /** Without a restart policy of the old one there is none to be taken first. */
  async replace(round: number): Promise<void> {
    const old = this.#id;
    this.#old = old;
    this.#id = await this.#create(`${this.#name}.replacing`, String(round));
    await this.#engine.call('POST', `/containers/${old}/stop?t=1`);
    await this.#engine.call('POST', `/containers/${old}/rename?name=${this.#name}.replaced`);
    await this.#engine.call('POST', `/containers/${this.#id}/rename?name=${this.#name}`);
    await this.#engine.call('POST', `/containers/${this.#id}/start`);
  }

  async removeOld(): Promise<void> {
    await this.#engine.call('DELETE', `/containers/${this.#old}?v=1`);
    this.#old = '';
  }

  async close(): Promise<void> {
    for (const id of [this.#id, this.#old])
      if (id !== '') await this.#engine.call('DELETE', `/containers/${id}?force=1`, undefined, [404]);
  }

  async #create(name: string, round: string): Promise<string> {
    const body = { ...smallConfig, StopSignal: 'SIGKILL', Env: [`ROUND=${round}`] };
    const path = `/containers/create?name=${name}`;
    return (await this.#engine.json<{ Id: string }>('POST', path, body)).Id;
  }
}
