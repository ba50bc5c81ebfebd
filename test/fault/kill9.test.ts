// Fault 1: `kill -9` of an apply at any step. After each the next apply converges to exactly the desired containers: no
// duplicate, no leftover, and nothing lost that had been shown, neither step nor event.

import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { did } from '../../controller/cli/views/step-words.ts';
import type { StepRecord } from '../../controller/store/store.ts';
import type { StepOp } from '../../reconcilers/plan.ts';
import { askEngine } from '../../scripts/lib/docker-api.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { platformFor } from '../support/kept.ts';
import { document, service, type TestPlatform } from '../support/platform.ts';
import type { CliResult, Running } from '../support/reeve.ts';
import { act } from '../support/world.ts';
import { rounds, tell, timeoutFor } from './scale.ts';

beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
});

/** Every kind of step that a converging apply makes of containers, networks and volumes here. */
const stepKinds: readonly StepOp[] = [
  'createNetwork',
  'removeNetwork',
  'createVolume',
  'createContainer',
  'startContainer',
  'stopContainer',
  'restartContainer',
  'unpauseContainer',
  'renameContainer',
  'updateContainer',
  'connectNetwork',
  'removeContainer',
];

/** The platform's generation: what differs from one to the next asks for every kind of step. */
function generation(n: number): readonly string[] {
  const net = `net${n}`;
  return [
    document('Network', 'base'),
    document('Network', net),
    document('Volume', `data${n}`),
    // New environment, network and volume: recreated, its restart policy taken off the old one.
    ...numbers(0, 4).map((i) =>
      service(`s${i}`, [
        'restart: always',
        `environment: {GENERATION: "${n}"}`,
        `networks: [base, ${net}]`,
        `volumes: ["data${n}:/data"]`,
      ]),
    ),
    ...numbers(4, 8).map((i) => service(`s${i}`, [`mem_limit: ${32 + (n % 50)}m`, 'networks: [base]'])),
    service('s8', ['volumes: ["./watched.conf:/etc/watched.conf:ro"]', 'networks: [base]']),
    ...numbers(9, 17).map((i) => service(`s${i}`, ['networks: [base]'])),
    // Other names each time: made and removed.
    ...numbers(17, 20).map((i) => service(`s${i}-${n}`, ['networks: [base]'])),
  ];
}

async function declareGeneration(p: TestPlatform, n: number): Promise<void> {
  await p.write('watched.conf', `generation ${n}\n`);
  await p.declare(generation(n), 'policy: {maxDelete: 100%, minReadySeconds: 0, pauseGrace: 100ms}');
}

/** What a person may do between two applies. */
async function meddle(p: TestPlatform, n: number): Promise<void> {
  const at = (i: number) => p.container(`Service/s${i}`);
  await act(p.socket, (await at(9)).Id, 'pause');
  const { Id } = await at(10);
  await askEngine(p.socket, 'POST', `/networks/${p.name}_base/disconnect`, { Container: Id, Force: true });
  await act(p.socket, (await at(11)).Id, 'stop?t=0');
  const renamed = (await at(12)).Id;
  await askEngine(p.socket, 'POST', `/containers/${renamed}/rename?name=${p.name}-else-${n}`);
}

function numbers(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

const least = rounds(6, 100);
const random = rounds(2, 50);
/** Further rounds for what chance has left out: a kind of step each at least. */
const most = rounds(2 * stepKinds.length, 200);

test(
  'an apply of 20, killed −9 at any step, converges with the next apply',
  async (t) => {
    const p = await platformFor(t);
    await declareGeneration(p, 0);
    const { ms: whole } = await p.apply();
    const kills = new Map<string, number>(stepKinds.map((op) => [op, 0]));
    let between = 0;
    let done = 0;
    for (let round = 1; round <= least || (missing(kills).length > 0 && round <= most); round++) {
      await declareGeneration(p, round);
      await meddle(p, round);
      const shown = p.spawn('events', '-f', '-o', 'json');
      const apply = p.spawn('apply', '--yes', '-f', p.manifests);
      // At random first; then aimed at what no random kill has hit yet.
      if (round <= random) await pause(300 + Math.random() * whole);
      else await untilInFlight(p, apply, missing(kills));
      apply.process.kill('SIGKILL');
      const killed = await apply.ended;
      const inFlight = await stepsInFlight(p);
      for (const { op } of inFlight) kills.set(op, (kills.get(op) ?? 0) + 1);
      if (inFlight.length === 0) between++;
      await expectShownIsStored(p, killed, shown);
      shown.process.kill('SIGKILL');
      const again = await p.reeve('apply', '--yes', '-f', p.manifests);
      expect(
        again.code,
        `round ${round}, killed at ${words(inFlight)}:\n${again.stdout}\n${again.stderr}`,
      ).toBe(0);
      await expectExactly(p, round, `round ${round}, killed at ${words(inFlight)}`);
      done = round;
    }
    tell(
      `kill -9 of an apply of 20, ${done} times; kills per step in flight: ${[...kills].map(([op, n]) => `${op} ${n}`).join(', ')}; between steps ${between}`,
    );
    expect(missing(kills)).toEqual([]);
  },
  timeoutFor(most, 15_000),
);

function missing(kills: ReadonlyMap<string, number>): readonly string[] {
  return [...kills].filter(([, n]) => n === 0).map(([op]) => op);
}

/** Resolves while a step of one of these kinds is under way, or when the apply has ended. */
async function untilInFlight(p: TestPlatform, apply: Running, ops: readonly string[]): Promise<void> {
  while (apply.process.exitCode === null) {
    const now = await stepsInFlight(p).catch(() => []);
    if (ops.length === 0 ? now.length > 0 : now.some(({ op }) => ops.includes(op))) return;
    await pause(1);
  }
}

/** Steps that began and did not end, of the newest plans: what the kill has cut. */
async function stepsInFlight(p: TestPlatform): Promise<readonly StepRecord[]> {
  const plans = await p.fromStore((s) => s.plans(3));
  return plans
    .filter((plan) => plan.endedAt === undefined)
    .slice(0, 1)
    .flatMap((plan) => plan.steps)
    .filter((s) => s.startedAt !== undefined && s.endedAt === undefined);
}

function words(steps: readonly StepRecord[]): string {
  return steps.map((s) => `${s.op} of ${s.ref}`).join(', ') || 'no step';
}

/** Every step that was printed is done in the store, every event that was printed is there. */
async function expectShownIsStored(p: TestPlatform, killed: CliResult, follower: Running): Promise<void> {
  const plans = await p.fromStore((s) => s.plans(40));
  const stored = new Set(
    plans.flatMap((plan) =>
      plan.steps.filter((s) => s.outcome === 'done').map((s) => `${s.ref} ${did(s.op)}`),
    ),
  );
  for (const [, ref, did] of killed.stdout.matchAll(/^wave \d+ {2}(\S+) ([a-z ]+)(?: \(.*\))?$/gm)) {
    expect(stored).toContain(`${ref} ${did}`);
  }
  const events = new Set((await p.events()).map((e) => `${e.regarding} ${e.reason} ${e.message}`));
  for (const line of follower.output().stdout.split('\n').slice(0, -1)) {
    const { regarding, reason, message } = JSON.parse(line) as Record<string, string>;
    expect(events).toContain(`${regarding} ${reason} ${message}`);
  }
}

/** Exactly the containers and networks of the generation, running, as declared, with nothing left to do. */
async function expectExactly(p: TestPlatform, n: number, when: string): Promise<void> {
  const documents = generation(n);
  const named = (kind: string) =>
    documents
      .filter((text) => text.includes(`kind: ${kind}\n`))
      .map((text) => /name: ([\w-]+)\}/.exec(text)?.[1] ?? '')
      .sort();
  const containers = await p.containers();
  expect(containers.map((c) => c.ref).sort(), when).toEqual(
    named('Service').map((name) => `Service/${name}`),
  );
  expect(
    containers.filter((c) => c.state !== 'running'),
    when,
  ).toEqual([]);
  for (const i of numbers(0, 4)) {
    const c = await p.container(`Service/s${i}`);
    expect(c.Config.Env, when).toContain(`GENERATION=${n}`);
    expect(c.HostConfig.RestartPolicy.Name, when).toBe('always');
  }
  const { body } = await askEngine(
    p.socket,
    'GET',
    `/networks?filters=${encodeURIComponent(JSON.stringify({ label: [`reeve.platform=${p.name}`] }))}`,
  );
  const networks = (JSON.parse(body) as { Name: string }[]).map((network) => network.Name).sort();
  expect(networks, when).toEqual(named('Network').map((name) => `${p.name}_${name}`));
  const plan = await p.reeve('plan', '--detailed-exitcode', '-f', p.manifests);
  expect(plan.code, `${when}: ${plan.stdout}`).toBe(0);
}
