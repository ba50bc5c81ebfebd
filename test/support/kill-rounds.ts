// A round of kills: a scenario on a platform of its own, its controller killed −9 as often as it is said, and started again each
// time, until its end; what the engine saw on the way is what it sees of one that nobody kills.

import { expect, type TestContext } from 'vitest';
import { platformFor } from './kept.ts';
import { type Kill, type Mortal, startMortal, type Which } from './kill-points.ts';
import type { Scenario } from './kill-scenarios/scenario.ts';
import type { TestPlatform } from './platform.ts';
import type { TestPostgres } from './postgres.ts';
import { patienceMs, until } from './until.ts';

export interface Life {
  /** From its begin to its end. */
  readonly moments: number;
  /** States in which it was found dead. */
  readonly diedIn: readonly string[];
  /** What it did not come to: how long something takes decides which of the states there are on its way. */
  readonly left: readonly Kill[];
}

export async function survive(
  t: TestContext,
  postgres: TestPostgres,
  scenario: Scenario,
  kills: readonly Kill[],
): Promise<Life> {
  const database = await postgres.newDatabase();
  const store = postgres.url(database);
  const p = await platformFor(t, { store, env: { REEVE_STORE: store } });
  await p.declare(scenario.documents, scenario.spec);
  await p.apply();
  await scenario.before?.(p);
  const mortal = await startMortal(p, postgres, database);
  t.onTestFinished(async () => {
    if (t.task.result?.state === 'fail')
      console.error(mortal.running.output().stderr, mortal.acts, 'not come to:', mortal.left);
    await mortal.close();
  }, 60_000);
  await until(() => mortal.running.output().stderr.includes('"msg":"keeping"'), patienceMs, 'it keeps');
  mortal.arm(scenario, kills);
  const life = await untilTheEnd(p, mortal, scenario);
  await scenario.after?.(p);
  for (const [name, expected] of Object.entries(scenario.acts)) {
    const ref = `Service/${name}`;
    const seen = mortal.acts.filter((one) => one.endsWith(` ${ref}`)).map((one) => one.split(' ')[0]);
    expect(seen, `acts on ${ref}`).toEqual(expected);
    const { State } = await p.container(ref);
    expect([ref, State.Running]).toEqual([ref, expected.at(-1) !== 'stop']);
  }
  return life;
}

/** What follows from its end is done by then. */
const lastWordsMs = patienceMs / 4;

async function stateOf(
  p: TestPlatform,
  { kind, ref }: Which,
): Promise<{ id: string; state: string } | undefined> {
  const found = await p.fromStore((s) => s.procedures({ limit: 20 }));
  const record = found.find(
    (one) =>
      one.kind === kind && (ref === undefined || (one.machine.context as { ref?: string }).ref === ref),
  );
  return record && { id: record.id, state: record.machine.state };
}

/** Begins it and goes on until its end: says what is to be said, starts the controller again where it was killed. */
async function untilTheEnd(p: TestPlatform, mortal: Mortal, scenario: Scenario): Promise<Life> {
  const [said, done] = [new Set<string>(), new Set<string>()];
  const diedIn: string[] = [];
  let ended: { readonly at: number; readonly moments: number } | undefined;
  let isBegun = false;
  const begin = async (): Promise<void> => {
    await scenario.begin(p, mortal);
    isBegun = true;
  };
  await begin().catch((error: unknown) => {
    // Killed before its answer: the person sees the connection break.
    if (mortal.running.process.signalCode === null) throw error;
  });
  await until(
    async () => {
      const { process } = mortal.running;
      const now = await stateOf(p, scenario);
      if (process.signalCode !== null) {
        diedIn.push(now?.state ?? 'none');
        mortal.restart();
      }
      // Of what was asked for and never stored nobody knows: it is asked for again, until there is who takes it.
      if (now === undefined && !isBegun) await begin();
      if (now !== undefined && !done.has(now.state)) {
        await scenario.does?.[now.state]?.(p, mortal);
        done.add(now.state);
      }
      const words = now && scenario.says?.[now.state];
      if (now !== undefined && words !== undefined && !said.has(now.state)) {
        await mortal.say(now.id, words);
        said.add(now.state);
      }
      if (now?.state !== scenario.end) throw new Error(`it is ${now?.state}`);
      ended ??= { at: Date.now(), moments: mortal.moments };
      if (mortal.left.length > 0 && Date.now() - ended.at < lastWordsMs)
        throw new Error(`it was not killed yet at ${JSON.stringify(mortal.left)}`);
      // One that was told to die a moment ago is none that goes on.
      return process.exitCode === null && process.signalCode === null && !process.killed;
    },
    (2 + mortal.left.length) * patienceMs,
    `it is ${scenario.end}`,
  );
  return { moments: ended?.moments ?? 0, diedIn, left: mortal.left };
}
