// Row: one service changed among 100 and applied from the shell, against the acts that the change takes, done bare: the old
// container renamed, the new one made, the old one stopped, the new one started. From the first engine call to the start's
// answer: the old one goes when the new one has stayed up (minReadySeconds), and nobody waits for it.

import type { TestPlatform } from '../test/support/platform.ts';
import type { BareEngine } from './bare.ts';
import { keptContainers, small, smallConfig } from './kept.ts';
import { median, spread, timed } from './measure.ts';
import type { Row } from './table.ts';
import { type Applied, isAct, isStart, kindOf, tracedApply } from './traced.ts';

const pairs = 15;
const bound = 1.15;

/** While nobody keeps the platform: an apply beside a controller goes through it. */
export async function changeRow(engine: BareEngine, platform: TestPlatform): Promise<Row> {
  const declare = (round: number): Promise<void> =>
    platform.declare([
      ...Array.from({ length: keptContainers - 1 }, (_, i) => small(`s${i}`)),
      changing(`s${keptContainers - 1}`, round),
    ]);
  const bare = new BareReplacement(engine, platform.name);
  try {
    await bare.begin();
    const ours: Applied[] = [];
    const bares: number[] = [];
    for (let round = 0; round <= pairs; round++) {
      await declare(round);
      const applied = await tracedApply(platform, isStart);
      const ms = await timed(() => bare.replace(round));
      await bare.removeOld();
      // The first makes the changing one out of a small one.
      if (round === 0) continue;
      ours.push(applied);
      bares.push(ms);
    }
    const engineMs = ours.map((o) => o.engineMs);
    const middle = ours.find((o) => o.engineMs === median(engineMs)) ?? ours[0];
    const acts = middle?.calls.filter(isAct).map(kindOf) ?? [];
    return {
      name: `one change among ${keptContainers}`,
      measured: spread(engineMs),
      reference: `${spread(bares)}, its acts bare`,
      figure: median(engineMs) / median(bares),
      bound,
      unit: '×',
      notes: [
        `the whole command ${spread(ours.map((o) => o.commandMs))}`,
        `reeve's acts: ${acts.join(', ')}`,
      ],
      where: middle?.where ?? [],
    };
  } finally {
    await bare.close();
  }
}

/** Ends at once when stopped, so that no grace hides what reeve itself takes. */
function changing(name: string, round: number): string {
  return `${small(name)}  stop_signal: SIGKILL\n  environment: {ROUND: "${round}"}\n`;
}

class BareReplacement {
  readonly #engine: BareEngine;
  readonly #name: string;
  #id = '';
  #old = '';

  constructor(engine: BareEngine, platform: string) {
    this.#engine = engine;
    this.#name = `${platform}-bare-change`;
  }

  async begin(): Promise<void> {
    this.#id = await this.#create('-1');
    await this.#engine.call('POST', `/containers/${this.#id}/start`);
  }

  /** Reeve's acts in their order; without a restart policy of the old one there is none to be taken first. */
  async replace(round: number): Promise<void> {
    const old = this.#id;
    this.#old = old;
    await this.#engine.call('POST', `/containers/${old}/rename?name=${this.#name}.replaced`);
    this.#id = await this.#create(String(round));
    await this.#engine.call('POST', `/containers/${old}/stop?t=1`);
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

  async #create(round: string): Promise<string> {
    const body = { ...smallConfig, StopSignal: 'SIGKILL', Env: [`ROUND=${round}`] };
    const path = `/containers/create?name=${this.#name}`;
    return (await this.#engine.json<{ Id: string }>('POST', path, body)).Id;
  }
}
