// Several controllers on one Postgres: one leads, the others stand by. The leader is killed, frozen, cut off from Postgres:
// another leads within one and a half lease times, and nothing is done twice at the engine.

import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest';
import {
  type Contender,
  type Contenders,
  type ContendersOptions,
  leaseOf,
  startContenders,
  untilOneLeads,
} from '../support/controllers.ts';
import { ensureEngine } from '../support/engine.ts';
import { ensureTestImage } from '../support/images.ts';
import { platformFor } from '../support/kept.ts';
import { service, type TestPlatform } from '../support/platform.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { patienceMs, until } from '../support/until.ts';
import { act, inspect } from '../support/world.ts';
import { rounds, tell, timeoutFor } from './scale.ts';

let postgres: TestPostgres;
beforeAll(async () => {
  const { socket } = await ensureEngine();
  await ensureTestImage(socket);
  postgres = await startPostgres();
});
afterAll(() => postgres?.close());

interface Arena {
  readonly p: TestPlatform;
  readonly contenders: Contenders;
  readonly lease: () => ReturnType<typeof leaseOf>;
  readonly oneLeads: () => Promise<Contender>;
}

/** A platform of `documents`, applied, and `names` that want to keep it. */
async function arena(
  t: TestContext,
  documents: readonly string[],
  { names = ['a', 'b'], lease = '2s', ...more }: Partial<ContendersOptions> = {},
): Promise<Arena> {
  const database = await postgres.newDatabase();
  const store = postgres.url(database);
  const p = await platformFor(t, { store, env: { REEVE_STORE: store } });
  await p.declare(documents);
  await p.apply();
  const contenders = await startContenders(p, postgres, { names, database, lease, ...more });
  t.onTestFinished(async () => {
    if (t.task.result?.state === 'fail') {
      for (const c of contenders.all)
        console.error(`${c.name} (${c.running.pid}):\n${c.running.output().stderr}`);
    }
    await contenders.close();
  }, 60_000);
  const look = () => leaseOf(postgres, database, p.name);
  return { p, contenders, lease: look, oneLeads: () => untilOneLeads(contenders, look, patienceMs) };
}

test('one leads, another stands by, answers what is asked and says who leads; stopped, it hands over at once', async (t) => {
  const { p, contenders, oneLeads } = await arena(t, [service('web')]);
  const leader = await oneLeads();
  const standby = other(contenders, leader);

  const status = await standby.reeve('status', '-p', p.name);
  expect(status.stdout).toContain(`led by root@`);
  expect(status.stdout).toContain(`(pid ${leader.running.pid} on `);
  expect(status.stdout).toContain(`the controller here (pid ${standby.running.pid}) stands by`);
  expect(status.stdout).toContain('2 of 2 ready');
  // From where no controller runs, with the database alone.
  const elsewhere = await p.reeve('status', '-p', p.name);
  expect(elsewhere.stdout).toContain(`(pid ${leader.running.pid} on `);
  for (const line of [
    ['events', '-p', p.name],
    ['plan', '-f', p.manifests],
    ['procedures', '-p', p.name],
  ]) {
    expect((await standby.reeve(...line)).code, line.join(' ')).toBe(0);
  }
  for (const line of [
    ['hold', 'web', '-p', p.name],
    ['apply', '--yes', '-f', p.manifests],
    ['down', '--yes', '-p', p.name],
  ]) {
    for (const from of [standby, p]) {
      const { code, stderr } = await from.reeve(...line);
      expect([code, stderr], line.join(' ')).toEqual([
        75,
        expect.stringContaining(`is led by root@${hostname()} (run) (pid ${leader.running.pid}`),
      ]);
      expect(stderr).toContain(`--state ${leader.state}`);
    }
  }
  expect((await leader.reeve('hold', 'web', '-p', p.name)).code).toBe(0);
  expect((await leader.reeve('release', 'web', '-p', p.name)).code).toBe(0);

  leader.signal('SIGTERM');
  await until(() => standby.stands() === 'leads', patienceMs, 'the other leads');
  expect((await leader.running.ended).code).toBe(0);
  const web = await p.container('Service/web');
  await act(p.socket, web.Id, 'kill');
  await p.untilContainer('Service/web', 'runs again', (c) => c.State.Running);
  expect(contenders.acts.map((one) => one.by.name)).toEqual([standby.name]);
  await p.untilEvent(`Platform/${p.name}`, 'LeaderElected', new RegExp(`pid ${standby.running.pid} `));
  expect((await p.events()).filter((e) => e.reason === 'LostLead')).toEqual([]);
});

test('frozen between the intent and the act, and woken when another leads: the act is refused by its own lease', async (t) => {
  let onCommit: ((to: Contender) => Promise<void>) | undefined;
  const { p, contenders, lease, oneLeads } = await arena(t, [service('web')], {
    mayDeliver: async (piece, to) => {
      if (piece.includes('COMMIT\0')) await onCommit?.(to);
      return true;
    },
  });
  const leader = await oneLeads();
  const successor = other(contenders, leader);
  const { token } = await lease();
  const web = await p.container('Service/web');
  let isFrozen = false;
  onCommit = async (to) => {
    const plans = await p.fromStore((s) => s.plans(1));
    const isIntended = plans[0]?.steps.some(
      (step) => step.op === 'startContainer' && step.startedAt !== undefined && step.endedAt === undefined,
    );
    if (to !== leader || isIntended !== true) return;
    onCommit = undefined;
    // The answer comes to a process that stands still: it reads it when it is woken.
    leader.signal('SIGSTOP');
    isFrozen = true;
  };
  await act(p.socket, web.Id, 'kill');
  await until(() => isFrozen, patienceMs, 'it is frozen');
  await until(async () => (await lease()).token > token, patienceMs, 'another leads');
  const wokenAt = Date.now();
  leader.signal('SIGCONT');
  await until(() => leader.stands() === 'stands by', patienceMs, 'it stands by');
  await p.untilContainer('Service/web', 'runs again', (c) => c.State.Running);
  expect(contenders.acts.map(({ by, path }) => `${by.name} ${path}`)).toEqual([
    `${successor.name} /containers/${web.Id}/start`,
  ]);
  expect(leader.running.output().stderr).toContain('may not lead any more');
  // Not before the first one's call could not come any more.
  expect((contenders.acts[0]?.at ?? 0) - wokenAt).toBeGreaterThan(9_000);
  await p.untilEvent(`Platform/${p.name}`, 'LeaderElected', /Service\/web \(startContainer, 10 s\)/);
});

const ways = ['killed', 'frozen', 'cut off', 'unheard'] as const;
type Way = (typeof ways)[number];

const leaseMs = 2_000;
const count = rounds(ways.length, 100);

test(
  'the leader killed −9, frozen and woken, cut off from Postgres, unheard by it: another leads in time, and each act is done once',
  async (t) => {
    const workloads = ['web', 'db', 'queue'];
    const a = await arena(
      t,
      workloads.map((name) => service(name)),
      { names: ['a', 'b', 'c'], lease: `${leaseMs}ms` },
    );
    const took = new Map<Way, number[]>(ways.map((way) => [way, []]));
    for (let round = 0; round < count; round++) {
      const way = ways[round % ways.length] ?? 'killed';
      took.get(way)?.push(await failover(a, way, workloads, `round ${round}, ${way}`));
    }
    for (const [way, ms] of took) {
      const sorted = [...ms].sort((x, y) => x - y);
      tell(
        `a leader ${way} ${ms.length} times, leases of ${leaseMs} ms: another led after ${sorted[sorted.length >> 1]} ms (median), ${sorted.at(-1)} ms at most`,
      );
      expect(sorted.at(-1), way).toBeLessThanOrEqual(1.5 * leaseMs);
    }
  },
  timeoutFor(count, 40_000),
);

/** Kills containers, and the leader while it starts them again; how long nobody led, ms. */
async function failover(a: Arena, way: Way, workloads: readonly string[], when: string): Promise<number> {
  const { p, contenders } = a;
  const leader = await a.oneLeads();
  const { token } = await a.lease();
  const before = await Promise.all(workloads.map((name) => p.container(`Service/${name}`)));
  const sofar = contenders.acts.length;
  await Promise.all(before.map(({ Id }) => act(p.socket, Id, 'kill')));
  await pause(Math.random() * 500);
  const hitAt = Date.now();
  hit(leader, way);
  const electedAt = await until(
    async () => (await a.lease()).token > token && Date.now(),
    patienceMs,
    `${when}: another leads`,
  );
  await pause(Math.random() * 300);
  const mendedAt = Date.now();
  mend(leader, way);
  for (const { Id, State } of before) {
    await until(
      async () => {
        const now = await inspect(p.socket, Id);
        return now.State.Running && now.State.StartedAt !== State.StartedAt;
      },
      patienceMs,
      `${when}: ${Id.slice(0, 12)} runs again`,
    );
  }
  await a.oneLeads();
  const acts = contenders.acts.slice(sofar);
  const shown = acts.map(({ by, method, path, at }) => `${at - hitAt} ${by.name} ${method} ${path}`);
  for (const { Id } of before) {
    expect(acts.filter((one) => one.path.includes(Id)).length, `${when}: ${Id}\n${shown.join('\n')}`).toBe(1);
  }
  expect(acts.length, `${when}:\n${shown.join('\n')}`).toBe(before.length);
  if (way !== 'killed') {
    const late = acts.filter((one) => one.by === leader && one.at > mendedAt);
    expect(late, `${when}: acts of the leader before`).toEqual([]);
  }
  return electedAt - hitAt;
}

function hit(leader: Contender, way: Way): void {
  if (way === 'killed') leader.signal('SIGKILL');
  else if (way === 'frozen') leader.signal('SIGSTOP');
  else leader.gate.shut(way === 'cut off' ? 'cut' : 'hole');
}

function mend(leader: Contender, way: Way): void {
  if (way === 'killed') leader.start();
  else if (way === 'frozen') leader.signal('SIGCONT');
  else leader.gate.open();
}

function other({ all }: Contenders, one: Contender): Contender {
  const found = all.find((c) => c !== one);
  if (found === undefined) throw new Error('there is no other');
  return found;
}
