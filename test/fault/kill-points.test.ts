// A controller killed −9 in each state of each procedure, at each of four points: after the state's commit, after an act's
// intent, during the act, after it and before its outcome. Started again it comes to the same end, and no act is lost or done twice.

import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import type { Word } from '../../controller/procedures/procedures.ts';
import { ensureEngine } from '../support/engine.ts';
import { askedBy, breakFirst, mendFirst, pair, quickFailover } from '../support/failover.ts';
import { ensureTestImage } from '../support/images.ts';
import { platformFor } from '../support/kept.ts';
import { type Mortal, type Point, points, startMortal } from '../support/kill-points.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { patienceMs, until } from '../support/until.ts';
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
const onceOnly = (name: string, ...more: readonly string[]): string =>
  service(name, [
    'init: true',
    'command: [sh, -c, "test ! -e /was && touch /was && exec sleep 9999"]',
    ...more,
  ]);
const twoSleepers = [sleeper('a', 'tier: core'), sleeper('b', 'depends_on: [a]')];
const brokenPair = [onceOnly('a', 'tier: core'), sleeper('b', 'depends_on: [a]')];
/** Waits and budgets that a test has the time for. */
const quick =
  'policy: {resync: 2s, backoff: {initial: 100ms, max: 2s}, restartBudget: {restarts: 3, within: 1m}, recovery: {settle: 3s, verify: 4s}}';

interface Scenario {
  readonly kind: string;
  readonly documents: readonly string[];
  readonly spec?: string;
  /** Begins the procedure, from where everything is ready. */
  readonly begin: (p: TestPlatform, mortal: Mortal) => Promise<void>;
  /** What a person says in a state, once. */
  readonly says?: Readonly<Record<string, Word>>;
  /** What is done in a state before that, once. */
  readonly does?: Readonly<Record<string, (p: TestPlatform) => Promise<unknown>>>;
  /** What is still to come after its end. */
  readonly after?: (p: TestPlatform) => Promise<unknown>;
  /** States that are stored on its way, with the points that there are in each. */
  readonly states: Readonly<Record<string, readonly Point[]>>;
  readonly end: string;
  /** Those of before are replaced: what runs in the end are others. */
  readonly replaces?: true;
  /** Acts that the engine sees on these, however often the controller is killed: none lost, none done twice. */
  readonly acts: Readonly<Record<string, readonly string[]>>;
}

const restart = (...more: readonly string[]): Scenario['begin'] => {
  return (_, mortal) => command(mortal, 'restart', '--yes', '--no-wait', '-l', 'kind=Service', ...more);
};
const recover = (...more: readonly string[]): Scenario['begin'] => {
  return (_, mortal) => command(mortal, 'recover', '--yes', '--no-wait', ...more);
};
/** Ends it past the engine, as a crash does. */
const crash = async (p: TestPlatform): Promise<void> => {
  process.kill((await p.container('Service/a')).State.Pid, 'SIGKILL');
};
const decide = (choice: string): Word => ({ type: 'decide', choice });

const scenarios: Readonly<Record<string, Scenario>> = {
  'a batched restart': {
    kind: 'batched-restart',
    documents: twoSleepers,
    begin: restart('--settle', '1s'),
    states: { restarting: points, settling: ['stored'], done: ['stored'] },
    end: 'done',
    acts: { a: ['restart'], b: ['restart'] },
  },
  'a batched restart that is paused': {
    kind: 'batched-restart',
    documents: twoSleepers,
    begin: restart('--settle', '5s'),
    says: { restarting: { type: 'pause' }, paused: { type: 'resume' } },
    states: { paused: ['stored'] },
    end: 'done',
    acts: { a: ['restart'], b: ['restart'] },
  },
  'a batched restart that cannot go on': {
    kind: 'batched-restart',
    documents: brokenPair,
    begin: restart('--settle', '0s', '--timeout', '3s'),
    says: { deciding: decide('abort') },
    states: { deciding: ['stored'], aborted: ['stored'] },
    end: 'aborted',
    acts: { b: [] },
  },
  'a complete recovery': {
    kind: 'complete-recovery',
    documents: twoSleepers,
    begin: recover('--settle', '1s'),
    states: {
      assessing: ['stored'],
      stopping: points,
      starting: points,
      settling: ['stored'],
      confirming: ['stored'],
      gating: ['stored'],
      verifying: ['stored'],
      done: ['stored'],
    },
    end: 'done',
    acts: { a: ['stop', 'start'], b: ['stop', 'start'] },
  },
  'a complete recovery that is paused': {
    kind: 'complete-recovery',
    documents: twoSleepers,
    begin: recover('--settle', '5s'),
    says: { starting: { type: 'pause' }, paused: { type: 'resume' } },
    states: { paused: ['stored'] },
    end: 'done',
    acts: { a: ['stop', 'start'], b: ['stop', 'start'] },
  },
  'a complete recovery that cannot go on': {
    kind: 'complete-recovery',
    documents: brokenPair,
    begin: recover('--settle', '0s', '--timeout', '4s'),
    says: { deciding: decide('abort') },
    states: { deciding: ['stored'], aborted: ['stored'] },
    end: 'aborted',
    acts: { b: ['stop'] },
  },
  'a recovery': {
    kind: 'recovery',
    documents: twoSleepers,
    spec: quick,
    begin: crash,
    states: {
      assessing: ['stored'],
      restarting: ['stored'],
      verifying: ['stored'],
      settling: ['stored'],
      recovered: ['stored'],
    },
    end: 'recovered',
    acts: { a: ['start'], b: [] },
  },
  'a recovery that no restart helps': {
    kind: 'recovery',
    documents: brokenPair,
    spec: quick,
    begin: crash,
    says: { escalated: decide('resolve') },
    states: { escalated: ['stored'], resolved: ['stored'] },
    end: 'resolved',
    acts: { b: [] },
  },
  'a failover and its return': {
    kind: 'recovery',
    documents: pair(),
    spec: quickFailover,
    begin: breakFirst,
    does: { failedOver: mendFirst },
    says: { failedOver: decide('retry') },
    states: {
      startingStandby: points,
      movingAlias: points,
      failedOver: ['stored'],
      proving: ['stored'],
      returning: points,
      recovered: points,
    },
    end: 'recovered',
    after: async (p) => {
      await p.untilContainer('Service/spare', 'is stopped', (c) => !c.State.Running);
      await until(async () => (await askedBy(p, 'cache')) === 'first', patienceMs, 'the first answers again');
    },
    acts: { spare: ['start', 'stop'], client: [] },
  },
  'a recovery that is left to a person': {
    kind: 'recovery',
    documents: brokenPair,
    spec: quick,
    begin: crash,
    says: { escalated: decide('hold') },
    states: { held: ['stored'] },
    end: 'held',
    acts: { b: [] },
  },
};

const changed = (name: string, ...more: readonly string[]): string =>
  sleeper(name, 'environment: {V: "2"}', ...more);
const comesIn =
  (documents: readonly string[], spec: string): Scenario['begin'] =>
  (p) =>
    p.declare(documents, spec);
const settles = 'policy: {rollout: {minReady: 1s}}';
const hasCanary = 'policy: {rollout: {maxUnavailable: 1, canaryFor: 1s, canaryErrors: {max: 5%}}}';

const rollouts: Readonly<Record<string, Scenario>> = {
  'a rollout': {
    kind: 'rollout',
    documents: twoSleepers,
    spec: settles,
    begin: comesIn([changed('a', 'tier: core'), changed('b', 'depends_on: [a]')], settles),
    states: {
      pulling: ['stored'],
      rolling: points,
      settling: ['stored'],
      confirming: ['stored'],
      done: ['stored'],
    },
    end: 'done',
    replaces: true,
    acts: { a: ['stop'], b: ['stop'] },
  },
  'a rollout with a canary': {
    kind: 'rollout',
    documents: [sleeper('a'), sleeper('b')],
    spec: hasCanary,
    begin: comesIn([changed('a'), changed('b')], hasCanary),
    states: { measuring: ['stored'] },
    end: 'done',
    replaces: true,
    acts: { a: ['stop'], b: ['stop'] },
  },
  'a rollout whose images cannot be had': {
    kind: 'rollout',
    documents: twoSleepers,
    begin: comesIn(
      [
        changed('a', 'tier: core'),
        changed('b', 'depends_on: [a]').replace('reeve-test:1', '127.0.0.1:1/none:1'),
      ],
      'policy: {progressDeadline: 1s}',
    ),
    states: { awaitingImages: ['stored'], rolledBack: ['stored'] },
    end: 'rolledBack',
    acts: { a: [], b: [] },
  },
};

async function command(mortal: Mortal, ...args: readonly string[]): Promise<void> {
  const { code, stderr } = await mortal.reeve(...args);
  expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
}

interface Round {
  readonly what: string;
  readonly scenario: Scenario;
  readonly state: string;
  readonly point: Point;
}

/** All points of all states; in the suite one of each state. */
const rounds: readonly Round[] = Object.entries({ ...scenarios, ...rollouts }).flatMap(([what, scenario]) =>
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
      if (now !== undefined && !said.has(now.state)) {
        await scenario.does?.[now.state]?.(p);
        if (words !== undefined) await mortal.say(now.id, words);
        said.add(now.state);
      }
      if (now?.state !== scenario.end) throw new Error(`it is ${now?.state}`);
      if (!mortal.wasKilled) throw new Error('it was not killed yet');
      // One that was told to die a moment ago is none that goes on.
      return process.exitCode === null && !process.killed;
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
  await scenario.after?.(p);
  for (const [name, expected] of Object.entries(scenario.acts)) {
    const ref = `Service/${name}`;
    const seen = mortal.acts.filter((one) => one.endsWith(` ${ref}`)).map((one) => one.split(' ')[0]);
    expect(seen, `acts on ${ref}`).toEqual(expected);
    const { State } = await p.container(ref);
    expect([ref, State.Running]).toEqual([ref, scenario.replaces === true || expected.at(-1) !== 'stop']);
  }
}

describe.concurrent('killed −9', () => {
  for (const round of rounds) {
    test(`in ${round.what}: ${round.state}, ${round.point}`, (t) => survive(t, round));
  }
});
