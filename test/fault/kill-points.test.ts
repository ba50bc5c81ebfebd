// A controller killed −9 in each state of each procedure, at each of four points: after the state's commit, after an act's
// intent, during the act, after it and before its outcome. Started again it comes to the same end, and no act is lost or done
// twice. And killed so at random moments, of which there is one at each thing that it hears or does.

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import type { Kill } from '../support/kill-points.ts';
import { survive } from '../support/kill-rounds.ts';
import { scenarios } from '../support/kill-scenarios/index.ts';
import type { Scenario } from '../support/kill-scenarios/scenario.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { isTorture, tell, timeoutFor } from './scale.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
  postgres = await startPostgres();
});
afterAll(() => postgres?.close());

/** All points of all states, each in a life of its own; in the suite one of each state, all in one life. */
function killsOf({ states }: Scenario): readonly (readonly Kill[])[] {
  if (isTorture)
    return Object.entries(states).flatMap(([state, at]) => at.map((point) => [{ state, point }]));
  return [
    Object.entries(states).flatMap(([state, at], i) =>
      at.slice(i % at.length, (i % at.length) + 1).map((point) => ({ state, point })),
    ),
  ];
}

/** Killed at each of them: at what one life did not come to, in another. */
async function dieOfAll(t: TestContext, scenario: Scenario, kills: readonly Kill[]): Promise<void> {
  for (let due = kills; due.length > 0; ) {
    const { left } = await survive(t, postgres, scenario, due);
    expect(left.length, `it came to none of ${JSON.stringify(left)}`).toBeLessThan(due.length);
    due = left;
  }
}

describe.concurrent('killed −9', () => {
  for (const [what, scenario] of Object.entries(scenarios)) {
    for (const kills of killsOf(scenario)) {
      const where = kills.map((kill) => ('state' in kill ? `${kill.state}, ${kill.point}` : '')).join('; ');
      test(`in ${what}: ${where}`, (t) => dieOfAll(t, scenario, kills), timeoutFor(kills.length, 300_000));
    }
  }
});

const randomRounds = 20;

/** From 0 to 1, the same for the same words. */
const drawn = (words: string): number =>
  createHash('sha256').update(words).digest().readUInt32BE() / 0x1_0000_0000;

/** In torture alone: 20 lives of each scenario. */
function dieAtRandom(): void {
  /** How many moments a life has that nobody takes, and that it ends so. Looked at once a scenario. */
  const lives = new Map<string, Promise<number>>();
  const lifeOf = (t: TestContext, what: string, scenario: Scenario): Promise<number> => {
    const life = lives.get(what) ?? survive(t, postgres, scenario, []).then(({ moments }) => moments);
    lives.set(what, life);
    return life;
  };
  for (const [what, scenario] of Object.entries(scenarios)) {
    for (let seed = 1; seed <= randomRounds; seed++) {
      test(`of ${what}, seed ${seed}`, async (t) => {
        const all = await lifeOf(t, what, scenario);
        const moment = Math.max(1, Math.ceil(drawn(`${what} ${seed}`) * all));
        tell(`${what}, seed ${seed}: is killed at moment ${moment} of ${all}`);
        const { diedIn } = await survive(t, postgres, scenario, [{ moment }]);
        tell(`${what}, seed ${seed}: was killed in ${diedIn}`);
      });
    }
  }
}

if (isTorture) describe.concurrent('killed −9 at a random moment', dieAtRandom);
