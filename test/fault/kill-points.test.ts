// A controller killed −9 in each state of each procedure, at each of four points: after the state's commit, after an act's
// intent, during the act, after it and before its outcome. Started again it comes to the same end, and no act is lost or done twice.

import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { platformFor } from '../support/kept.ts';
import { type Mortal, type Point, points, startMortal } from '../support/kill-points.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { patienceMs, until } from '../support/until.ts';
import { act } from '../support/world.ts';
import { isTorture } from './scale.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
  postgres = await startPostgres();
});
afterAll(() => postgres?.close());

const sleeper = (name: string, ...more: readonly string[]): string =>
  service(name, ['init: true', 'command: [sleep, "9999"]', ...more]);
/** Starts well the first time, and never again in the same container. */
const onceOnly = service('db', [
  'init: true',
  'tier: core',
  'command: [sh, -c, "test ! -e /was && touch /was && exec sleep 9999"]',
]);

interface Scenario {
  readonly kind: string;
  readonly documents: readonly string[];
  readonly spec?: string;
  /** Begins the procedure, from where everything is ready. */
  readonly begin: (p: TestPlatform, mortal: Mortal) => Promise<void>;
  /** What a person says in a state, once: the words after the id. */
  readonly says?: Readonly<Record<string, readonly string[]>>;
  /** States that are stored on its way, with the points that there are in each. */
  readonly states: Readonly<Record<string, readonly Point[]>>;
  readonly end: string;
  /** Acts that the engine sees, however often the controller is killed. */
  readonly acts: readonly string[];
}

async function command(mortal: Mortal, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await mortal.reeve(...args);
  expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
}

async function killAll(p: TestPlatform): Promise<void> {
  for (const { id, state } of await p.containers()) if (state === 'running') await act(p.socket, id, 'kill');
}

const scenarios: Readonly<Record<string, Scenario>> = {
  'a batched restart': {
    kind: 'batched-restart',
    documents: [sleeper('a'), sleeper('b', 'depends_on: [a]')],
    begin: (_p, mortal) =>
      command(mortal, 'restart', '--yes', '--no-wait', '-l', 'kind=Service', '--settle', '1s'),
    states: { restarting: points, settling: ['stored'], done: ['stored'] },
    end: 'done',
    acts: ['restart Service/a', 'restart Service/b'],
  },
  'a batched restart that is paused': {
    kind: 'batched-restart',
    documents: [sleeper('a'), sleeper('b', 'depends_on: [a]')],
    begin: (_p, mortal) =>
      command(mortal, 'restart', '--yes', '--no-wait', '-l', 'kind=Service', '--settle', '1s'),
    says: { restarting: ['pause'], paused: ['resume'] },
    states: { paused: ['stored'] },
    end: 'done',
    acts: ['restart Service/a', 'restart Service/b'],
  },
};

interface Round {
  readonly what: string;
  readonly scenario: Scenario;
  readonly state: string;
  readonly point: Point;
}

/** All points of all states; in the suite one of each state. */
const rounds: readonly Round[] = Object.entries(scenarios).flatMap(([what, scenario]) =>
  Object.entries(scenario.states).flatMap(([state, at], i) =>
    (isTorture ? at : at.slice(i % at.length).slice(0, 1)).map((point) => ({ what, scenario, state, point })),
  ),
);

async function stateOf(p: TestPlatform, kind: string): Promise<{ id: string; state: string } | undefined> {
  const found = await p.fromStore((s) => s.procedures({ limit: 20 }));
  const record = found.find((one) => one.kind === kind);
  return record && { id: record.id, state: record.machine.state };
}

/** Goes on until the end: says what is to be said, starts the controller again where it was killed. */
async function untilTheEnd(p: TestPlatform, mortal: Mortal, scenario: Scenario): Promise<void> {
  const said = new Set<string>();
  await until(
    async () => {
      const { process } = mortal.running;
      if (process.signalCode !== null) mortal.restart();
      const now = await stateOf(p, scenario.kind);
      const words = now && scenario.says?.[now.state];
      if (now !== undefined && words !== undefined && !said.has(now.state)) {
        const [verb = '', ...more] = words;
        const { code } = await mortal.reeve(verb, now.id, ...more);
        if (code === 0) said.add(now.state);
      }
      if (now?.state !== scenario.end) throw new Error(`it is ${now?.state}`);
      return process.exitCode === null && process.signalCode === null;
    },
    2 * patienceMs,
    `it is ${scenario.end}`,
  );
}

async function survive(t: TestContext, { scenario, state, point }: Round): Promise<void> {
  const database = await postgres.newDatabase();
  const store = postgres.url(database);
  const p = await platformFor(t, { store, env: { REEVE_STORE: store } });
  await p.declare(scenario.documents, scenario.spec);
  await p.apply();
  const mortal = await startMortal(p, postgres, database);
  t.onTestFinished(async () => {
    if (t.task.result?.state === 'fail') console.error(mortal.running.output().stderr, mortal.acts);
    await mortal.close();
  }, 60_000);
  await until(() => mortal.running.output().stderr.includes('"msg":"keeping"'), patienceMs, 'it keeps');
  mortal.arm({ kind: scenario.kind, state, point });
  await scenario.begin(p, mortal).catch((error: unknown) => {
    // Killed before its answer: the person sees the connection break.
    if (!mortal.wasKilled) throw error;
  });
  await untilTheEnd(p, mortal, scenario);
  expect(mortal.wasKilled, 'it came to where it is killed').toBe(true);
  for (const { ref, state: running } of await p.containers())
    expect([ref, running]).toEqual([ref, 'running']);
  expect([...mortal.acts].sort()).toEqual([...scenario.acts].sort());
}

describe.concurrent('killed −9', () => {
  for (const round of rounds) {
    test(`in ${round.what}: ${round.state}, ${round.point}`, (t) => survive(t, round));
  }
});

void killAll;
void onceOnly;
