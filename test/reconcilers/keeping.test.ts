// Every row of the keeping table: a live state, and the smallest sufficient act with its cause.

import { describe, expect, test } from 'vitest';
import type { Workload } from '../../desired-state/resource.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import type { ObservedContainer, ObservedState } from '../../reconcilers/observed.ts';
import { identityLabels } from '../../reconcilers/observed.ts';
import type { PlanInput } from '../../reconcilers/planner.ts';
import { specHash } from '../../reconcilers/spec-hash.ts';
import {
  agent,
  condition,
  detailOf,
  facts,
  live,
  look,
  model,
  network,
  noon,
  on,
  ops,
  planOf,
  revision,
  service,
  source,
  volume,
} from '../support/make.ts';

const web = service('web');
const id = live(web).id;

interface Case {
  readonly workload?: Workload;
  readonly container?: Partial<ObservedContainer> | null;
  readonly facts?: Partial<Facts>;
  readonly input?: Partial<PlanInput>;
  readonly observed?: Partial<ObservedState>;
}

/** A plan for one workload and its container; `container: null` is none. */
function planFor({ workload = web, container = {}, facts: known = {}, input = {}, observed = {} }: Case) {
  const r = revision([workload]);
  const containers = container === null ? [] : [live(workload, container)];
  return planOf({ revision: r, observed: look(r, containers, observed), facts: facts(known), ...input });
}

const exited = (exitCode: number) => ({ state: 'exited' as const, exitCode });
const askedAgain: Partial<Facts> = {
  reruns: { 'Service/web': { at: noon - 1_000, by: 'ann@host (rerun)' } },
};
const stoppedBy = (by: Facts['stops'][string]['by'], exitCode = 137) => ({
  stops: { [id]: { at: noon - 5_000, by, exitCode } },
});

describe('a container that does not run', () => {
  const rows: readonly [name: string, given: Case, steps: readonly string[], reason: string][] = [
    [
      'removed: created and started',
      { container: null, facts: { onceReady: { 'Service/web': 1 } } },
      ['createContainer', 'startContainer'],
      'Removed',
    ],
    [
      'never there: created and started',
      { container: null },
      ['createContainer', 'startContainer'],
      'Created',
    ],
    [
      'stopped by hand: started',
      { container: exited(143), facts: stoppedBy('api', 143) },
      ['startContainer'],
      'StoppedByHand',
    ],
    [
      'killed by hand: started, though the engine has a restart policy',
      { container: exited(137), facts: stoppedBy('api') },
      ['startContainer'],
      'StoppedByHand',
    ],
    [
      'exited by itself: started',
      { container: exited(1), facts: stoppedBy('self', 1) },
      ['startContainer'],
      'Exited',
    ],
    ['exited, the events were lost: started', { container: exited(1) }, ['startContainer'], 'Exited'],
    [
      'out of memory: started',
      { container: exited(137), facts: stoppedBy('oom') },
      ['startContainer'],
      'OomKilled',
    ],
    [
      'stopped by reeve: started',
      { container: exited(143), facts: stoppedBy('reeve', 143) },
      ['startContainer'],
      'Stopped',
    ],
    ['dead: removed, for a new one', { container: { state: 'dead' } }, ['removeContainer'], 'Dead'],
    [
      'created and never started: started',
      { container: { state: 'created' } },
      ['startContainer'],
      'NotStarted',
    ],
    [
      'made by reeve and not started yet: started',
      { container: { state: 'created' }, facts: { made: { [id]: { ref: 'Service/web', at: noon } } } },
      ['startContainer'],
      'ReadyToStart',
    ],
    [
      'the engine restarts it: left to the engine',
      { container: { state: 'restarting' } },
      [],
      'EngineRestarting',
    ],
  ];
  test.each(rows)('%s', (_, given, steps, reason) => {
    const plan = planFor(given);
    expect(plan.steps.map((s) => s.op)).toEqual(steps);
    expect(plan.steps[0]?.cause.reason ?? condition(plan, 'Service/web', 'Ready').reason).toBe(reason);
  });

  test('where a person stopped it, the cause says how to keep it so', () => {
    const plan = planFor({ container: exited(143), facts: stoppedBy('api', 143) });
    expect(plan.steps[0]?.cause).toMatchObject({
      since: noon - 5_000,
      message: expect.stringContaining('reeve hold Service/web --for 30m'),
    });
  });

  test('its next start waits for the back-off, and the plan says when', () => {
    const attempts = {
      'Service/web': { at: [noon - 100], notBefore: noon + 900, lastFailure: 'exited with status 1' },
    };
    const plan = planFor({ container: exited(1), facts: { attempts } });
    expect(plan.steps).toEqual([]);
    expect(plan.nextAt).toBe(noon + 900);
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({ status: true, reason: 'BackOff' });
  });

  test('the engine loops past the budget: reeve stops it and takes over', () => {
    const attempts = {
      'Service/web': {
        at: [noon - 1],
        notBefore: noon + 60_000,
        crashLoopSince: noon - 9,
        lastFailure: 'exited with status 1',
      },
    };
    const plan = planFor({ container: { state: 'restarting' }, facts: { attempts } });
    expect(plan.steps.map((s) => [s.op, s.cause.reason])).toEqual([['stopContainer', 'CrashLoopBackOff']]);
  });

  test('a stop by a person during a crash loop is no failure: started at once', () => {
    const attempts = { 'Service/web': { at: [noon - 1], notBefore: noon + 60_000, lastFailure: 'x' } };
    expect(ops(planFor({ container: exited(143), facts: { attempts, ...stoppedBy('api', 143) } }))).toEqual([
      'startContainer Service/web',
    ]);
  });
});

describe('a job', () => {
  const job = service('web', { lifecycle: 'job', container: { restart: { name: 'no' } } });
  const compose = service('web', { lifecycle: 'compose', container: { restart: { name: 'no' } } });
  const hash = specHash(job);
  const rows: readonly [
    name: string,
    given: Case,
    steps: readonly string[],
    ready: readonly [boolean, string],
  ][] = [
    [
      'exited 0 by itself: completed, at rest',
      { workload: job, container: exited(0), facts: stoppedBy('self', 0) },
      [],
      [true, 'Completed'],
    ],
    [
      'exited 0, the events were lost: completed',
      { workload: job, container: exited(0) },
      [],
      [true, 'Completed'],
    ],
    [
      'stopped by hand with status 0: started again',
      { workload: job, container: exited(0), facts: stoppedBy('api', 0) },
      ['startContainer'],
      [false, 'StoppedByHand'],
    ],
    [
      'failed: at rest, a person decides',
      { workload: job, container: exited(3), facts: stoppedBy('self', 3) },
      [],
      [false, 'JobFailed'],
    ],
    [
      'failed, and a person asks for it again: started',
      { workload: job, container: exited(3), facts: { ...stoppedBy('self', 3), ...askedAgain } },
      ['startContainer'],
      [false, 'Rerun'],
    ],
    [
      'done, and a person asks for it again: started',
      { workload: job, container: exited(0), facts: { ...stoppedBy('self', 0), ...askedAgain } },
      ['startContainer'],
      [false, 'Rerun'],
    ],
    [
      'done, its container gone, and a person asks for it again: made anew',
      { workload: job, container: null, facts: { onceReady: { 'Service/web': 1 }, ...askedAgain } },
      ['createContainer', 'startContainer'],
      [false, 'Rerun'],
    ],
    [
      'cut off by the end of the engine: started again',
      { workload: job, container: exited(137), facts: stoppedBy('engine') },
      ['startContainer'],
      [false, 'EngineStopped'],
    ],
    [
      'done and its container removed: at rest',
      {
        workload: job,
        container: null,
        facts: { completed: { 'Service/web': { specHash: hash, at: 1, containerId: id } } },
      },
      [],
      [true, 'Completed'],
    ],
    [
      'exit 0 of what is to run for long: a failure',
      { container: exited(0), facts: stoppedBy('self', 0) },
      ['startContainer'],
      [false, 'Exited'],
    ],
    [
      'exit 0 of a Compose service without restart: at rest',
      { workload: compose, container: exited(0), facts: stoppedBy('self', 0) },
      [],
      [true, 'Completed'],
    ],
    [
      'exit 0 of a Compose service that was ready as a server: started',
      {
        workload: compose,
        container: exited(0),
        facts: { ...stoppedBy('self', 0), onceReady: { 'Service/web': 1 } },
      },
      ['startContainer'],
      [false, 'Exited'],
    ],
  ];
  test.each(rows)('%s', (_, given, steps, [status, reason]) => {
    const plan = planFor(given);
    expect(plan.steps.map((s) => s.op)).toEqual(steps);
    expect(condition(plan, 'Service/web', 'Ready')).toMatchObject({ status, reason });
  });

  test('its spec changed: the old one goes first and it runs again', () => {
    const changed = service('web', {
      lifecycle: 'job',
      container: { restart: { name: 'no' }, command: ['two'] },
    });
    const r = revision([changed]);
    const done = live(job, { ...exited(0), detail: detailOf(job) });
    expect(planOf({ revision: r, observed: look(r, [done]) }).steps.map((s) => s.op)).toEqual([
      'removeContainer',
      'createContainer',
      'startContainer',
    ]);
  });
});

describe('a container that runs', () => {
  test('as declared: nothing is done', () => {
    expect(planFor({}).steps).toEqual([]);
  });

  test('paused: left alone for the grace, and looked at again when it is over', () => {
    const plan = planFor({ container: { state: 'paused' }, facts: { pausedSince: { [id]: noon - 500 } } });
    expect(plan.steps).toEqual([]);
    expect(plan.nextAt).toBe(noon + 1_500);
  });

  test('paused for longer: unpaused', () => {
    const plan = planFor({ container: { state: 'paused' }, facts: { pausedSince: { [id]: noon - 2_000 } } });
    expect(ops(plan)).toEqual(['unpauseContainer Service/web']);
  });

  test('renamed by hand: renamed back, no restart', () => {
    const plan = planFor({
      container: { name: 'mine' },
      facts: { made: { [id]: { ref: 'Service/web', at: 1 } } },
    });
    expect(plan.steps.map((s) => [s.op, s.interrupts])).toEqual([['renameContainer', false]]);
  });

  test('renamed by hand, and the store lost: known by its image', () => {
    expect(ops(planFor({ container: { name: 'mine' } }))).toEqual(['renameContainer Service/web']);
  });

  test('declared under another name: renamed, and not said to have been renamed by hand', () => {
    const labels = { ...live(web).labels, [identityLabels.container]: 'before' };
    const made = { made: { [id]: { ref: 'Service/web' as const, at: 1 } } };
    const [step] = planFor({ container: { name: 'before', labels }, facts: made }).steps;
    expect(step?.op).toBe('renameContainer');
    expect(step?.cause.message).toBe('declared under another name than before: renamed, without a restart');
  });

  test('under another name, and what only a recreate mends: recreated at once, which names it too', () => {
    const labels = { ...live(web).labels, [identityLabels.specHash]: 'before' };
    const plan = planFor({
      container: { name: 'before', labels, detail: detailOf(web, {}, { user: 'nobody' }) },
      facts: { made: { [id]: { ref: 'Service/web', at: 1 } } },
    });
    expect(new Set(plan.steps.map((s) => s.cause.reason))).toEqual(new Set(['SpecChanged']));
  });

  test('unhealthy: restarted', () => {
    expect(planFor({ container: { health: 'unhealthy' } }).steps.map((s) => [s.op, s.cause.reason])).toEqual([
      ['restartContainer', 'Unhealthy'],
    ]);
  });

  test('healthcheck not passed yet: waited for', () => {
    const plan = planFor({ container: { health: 'starting', createdAt: noon - 5_000 } });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Service/web', 'Ready')).toMatchObject({
      status: false,
      reason: 'HealthStarting',
    });
  });

  test('failing while its dependency is broken: held, not restarted', () => {
    const db = service('db', { tier: 'core' });
    const user = service('web', { dependsOn: [on('Service/db')] });
    const r = revision([db, user]);
    const plan = planOf({
      revision: r,
      observed: look(r, [live(db, { state: 'paused' }), live(user, { health: 'unhealthy' })]),
    });
    expect(ops(plan)).toEqual([]);
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({
      reason: 'DependencyNotReady',
      message: expect.stringContaining('Service/db (Paused)'),
    });
  });

  test('failing still when its dependency is back: given time to see that, then restarted', () => {
    const db = service('db', { tier: 'core' });
    const user = service('web', { dependsOn: [on('Service/db')] });
    const r = revision([db, user]);
    const observed = look(r, [live(db), live(user, { health: 'unhealthy' })]);
    const at = (freeAt?: number) =>
      planOf({
        revision: r,
        observed,
        facts: facts({
          heldFor: { 'Service/web': { at: noon, ...(freeAt === undefined ? {} : { freeAt }) } },
        }),
      });
    expect(ops(at())).toEqual([]);
    expect(ops(at(noon + 1))).toEqual([]);
    expect(at(noon + 1).nextAt).toBe(noon + 1);
    expect(condition(at(), 'Service/web', 'Degraded')).toMatchObject({ reason: 'DependencyBack' });
    expect(ops(at(noon))).toEqual(['restartContainer Service/web']);
  });

  test('a database whose healthcheck fails and that answers its probe is not restarted', () => {
    const probe = { everyMs: 1_000, timeoutMs: 1_000, threshold: 3, startPeriodMs: 0 };
    const db = service('db', { probe: { ...probe, redis: { port: 6379 } } });
    const web = service('web', { probe: { ...probe, tcp: { port: 80 } } });
    const r = revision([db, web]);
    const answers = (containerId: string) =>
      ({ at: noon, outcome: 'pass', failures: 0, passed: true, message: '', containerId }) as const;
    const all = [live(db, { health: 'unhealthy' }), live(web, { health: 'unhealthy' })] as const;
    const observed = look(r, all, {
      probes: { 'Service/db': answers(all[0].id), 'Service/web': answers(all[1].id) },
    });
    const plan = planOf({ revision: r, observed });
    expect(ops(plan)).toEqual(['restartContainer Service/web']);
    expect(condition(plan, 'Service/db', 'Degraded')).toMatchObject({ reason: 'DatabaseAnswers' });
  });

  test('limits changed by docker update: set back in place, no restart', () => {
    const limited = service('web', { container: { resources: { memoryBytes: 2 ** 28 } } });
    const plan = planFor({
      workload: limited,
      container: { detail: detailOf(limited, {}, { resources: { memoryBytes: 2 ** 29 } }) },
    });
    expect(plan.steps).toMatchObject([
      {
        op: 'updateContainer',
        interrupts: false,
        args: { resources: { memoryBytes: 2 ** 28, memorySwapBytes: 2 ** 29 } },
        cause: {
          reason: 'Drifted',
          fields: [{ field: 'mem_limit', old: '512MiB', new: '256MiB' }],
        },
      },
    ]);
  });

  test('the restart policy changed: set back in place', () => {
    const plan = planFor({ container: { detail: detailOf(web, {}, { restart: { name: 'no' } }) } });
    expect(plan.steps).toMatchObject([{ op: 'updateContainer', args: { restart: { name: 'always' } } }]);
  });

  test('a limit set by hand where the manifest has none: reported, since the engine cannot undo it', () => {
    const plan = planFor({
      container: { detail: detailOf(web, {}, { resources: { memoryBytes: 2 ** 29 } }) },
    });
    expect(plan.steps).toEqual([]);
    expect(plan.reported).toMatchObject([{ reason: 'LimitNotRemovable' }]);
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({ reason: 'LimitNotRemovable' });
    expect(condition(plan, 'Service/web', 'Ready').status).toBe(true);
  });

  test('a pids limit set by hand where the manifest has none: lifted in place', () => {
    const plan = planFor({ container: { detail: detailOf(web, {}, { resources: { pids: 10 } }) } });
    expect(plan.steps).toMatchObject([{ op: 'updateContainer', args: { resources: { pids: -1 } } }]);
  });

  test('a limit that the manifest took away: recreated', () => {
    const limited = service('web', { container: { resources: { memoryBytes: 2 ** 29 } } });
    const r = revision([web]);
    const plan = planOf({
      revision: r,
      previous: revision([limited]),
      observed: look(r, [live(limited, { detail: detailOf(limited) })]),
    });
    expect(ops(plan)).toContain('createContainer Service/web');
  });

  test('a network disconnected: connected again in place, with its aliases', () => {
    const member = service('web', { container: { networks: { backend: { aliases: ['www'] } } } });
    const r = revision([member, network('backend')]);
    const plan = planOf({ revision: r, observed: look(r, [live(member, { networks: {} })]) });
    expect(plan.steps).toMatchObject([
      {
        op: 'connectNetwork',
        interrupts: false,
        args: { network: 'shop_backend', attachment: { aliases: ['www'] } },
      },
    ]);
  });

  test('an alias missing: reconnected in place', () => {
    const member = service('web', { container: { networks: { backend: { aliases: ['www'] } } } });
    const r = revision([member, network('backend')]);
    const detail = detailOf(member, { aliases: { shop_backend: [] } }, { networks: { shop_backend: {} } });
    expect(ops(planOf({ revision: r, observed: look(r, [live(member, { detail })]) }))).toEqual([
      'disconnectNetwork Service/web',
      'connectNetwork Service/web',
    ]);
  });

  test('a network that it is declared on no more is left, and that is what it says', () => {
    const r = revision([web, network('front')]);
    const detail = detailOf(web, {}, { networks: { shop_front: {} } });
    const networks = { shop_front: { networkId: 'n', ipAddress: '' } };
    const plan = planOf({ revision: r, observed: look(r, [live(web, { detail, networks })]) });
    expect(ops(plan)).toEqual(['disconnectNetwork Service/web']);
    expect(plan.steps[0]?.cause.message).toContain('disconnected in place');
  });

  test('a network that is being made is waited for, and nothing is degraded', () => {
    const member = service('web', { container: { networks: { backend: {} } } });
    const r = revision([member, network('backend')]);
    const observed = look(r, [], { networks: [] });
    const plan = planOf({ revision: r, observed, busy: new Set(['Network/backend'] as const) });
    expect(ops(plan)).toEqual([]);
    expect(condition(plan, 'Service/web', 'Degraded').status).toBe(false);
    expect(condition(plan, 'Service/web', 'Progressing').reason).toBe('NetworkMissing');
  });

  test('its network removed: made anew, then its members reconnected', () => {
    const member = service('web', { container: { networks: { backend: {} } } });
    const r = revision([member, network('backend')]);
    const plan = planOf({
      revision: r,
      observed: look(r, [live(member, { networks: {} })], { networks: [] }),
    });
    expect(ops(plan)).toEqual(['createNetwork Network/backend', 'connectNetwork Service/web']);
    expect(plan.steps[1]?.after).toEqual(['Network/backend:createNetwork']);
  });

  test('a spec hash that differs, and no field: nothing is done', () => {
    const labels = { ...live(web).labels, 'reeve.spec-hash': 'of another reeve' };
    expect(planFor({ container: { labels, detail: detailOf(web) } }).steps).toEqual([]);
  });

  test('a spec hash that differs, not inspected: nothing is done before it is', () => {
    const plan = planFor({ container: { labels: { ...live(web).labels, 'reeve.spec-hash': 'x' } } });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Service/web', 'Progressing')).toMatchObject({ reason: 'NotInspected' });
  });
});

describe('what does not converge', () => {
  test.each([5_000, 86_400_000])(
    'made by reeve for this very spec and yet different: told, not recreated for ever',
    (age) => {
      const detail = detailOf(web, {}, { hostname: 'x', tty: true });
      const known = { made: { [id]: { ref: 'Service/web' as const, at: 1 } } };
      const plan = planFor({ container: { createdAt: noon - age, detail }, facts: known });
      expect(plan.steps).toEqual([]);
      expect(plan.reported).toMatchObject([{ reason: 'NotTakenByEngine', fields: [{ field: 'tty' }] }]);
    },
  );

  test.each([
    ['a network', network('backend'), 'Network/backend'],
    ['a volume', volume('data'), 'Volume/data'],
  ] as const)('%s that could not be made is not tried again before its time', (_, resource, ref) => {
    const r = revision([resource]);
    const known = facts({
      failures: { [ref]: { reason: 'EngineRefused', message: 'no', at: noon - 1, count: 1 } },
      attempts: { [ref]: { at: [noon - 1], notBefore: noon + 999, lastFailure: 'no' } },
    });
    const plan = planOf({ revision: r, observed: look(r, [], { networks: [], volumes: [] }), facts: known });
    expect(plan.steps).toEqual([]);
    expect(plan.nextAt).toBe(noon + 999);
    expect(condition(plan, ref, 'Degraded')).toMatchObject({ status: true, reason: 'EngineRefused' });
  });

  test.each(['renameContainer', 'removeContainer', 'connectNetwork'])(
    '%s that failed waits as well',
    (op) => {
      const member = service('web', { container: { networks: { backend: {} } } });
      const r = revision([member, network('backend')]);
      const states: Record<string, Partial<ObservedContainer>> = {
        renameContainer: { name: 'mine' },
        removeContainer: { state: 'dead' },
        connectNetwork: { networks: {} },
      };
      const given = { revision: r, observed: look(r, [live(member, states[op])]) };
      expect(planOf(given).steps.map((s) => s.op)).toEqual([op]);
      const known = facts({
        failures: { 'Service/web': { reason: 'EngineRefused', message: 'no', at: noon - 1, count: 1 } },
        attempts: { 'Service/web': { at: [noon - 1], notBefore: noon + 999, lastFailure: 'no' } },
      });
      expect(planOf({ ...given, facts: known }).steps).toEqual([]);
    },
  );
});

describe('a recreate', () => {
  const two = service('web', { container: { image: 'app:2' } });
  const r = revision([two]);
  const old = live(web, { detail: detailOf(web) });
  const waiting = { ...old, name: `shop-web-1.replaced-${old.id.slice(0, 12)}` };
  const successor = (parts: Partial<ObservedContainer> = {}) =>
    live(two, { id: 'b'.repeat(64), createdAt: noon - 1_000, ...parts });

  test('keeps the old one, renamed and without its restart policy, until the new one is ready', () => {
    const plan = planOf({ revision: r, observed: look(r, [old]) });
    expect(plan.steps.map((s) => s.op)).toEqual([
      'renameContainer',
      'updateContainer',
      'createContainer',
      'stopContainer',
      'startContainer',
    ]);
    expect(plan.steps[0]).toMatchObject({
      args: { name: waiting.name },
      cause: { reason: 'SpecChanged', fields: [{ field: 'image', old: 'app:1', new: 'app:2' }] },
    });
    expect(plan.steps[1]).toMatchObject({ args: { restart: { name: 'no' } } });
    for (const [index, step] of plan.steps.slice(1).entries())
      expect(step.after).toContain(plan.steps[index]?.id);
  });

  const crashes: readonly [
    name: string,
    containers: readonly ObservedContainer[],
    known: Partial<Facts>,
    steps: readonly string[],
  ][] = [
    [
      'after the rename: goes on',
      [waiting],
      {},
      ['updateContainer', 'createContainer', 'stopContainer', 'startContainer'],
    ],
    [
      'after the create: the two change places',
      [
        { ...waiting, detail: detailOf(web, {}, { restart: { name: 'no' } }) },
        successor({ state: 'created', detail: detailOf(two) }),
      ],
      {},
      ['stopContainer', 'startContainer'],
    ],
    [
      'while the new one starts: waits',
      [{ ...waiting, state: 'exited' }, successor({ health: 'starting' })],
      {},
      [],
    ],
    [
      'when the new one is ready: the old one goes',
      [{ ...waiting, state: 'exited' }, successor({ createdAt: noon - 60_000 })],
      {},
      ['removeContainer'],
    ],
    [
      'when the new one exits: the old one comes back',
      [{ ...waiting, state: 'exited' }, successor({ ...exited(1), detail: detailOf(two) })],
      {},
      ['removeContainer', 'renameContainer', 'updateContainer', 'startContainer'],
    ],
    [
      'when the new one could not be started: the old one comes back',
      [{ ...waiting, state: 'exited' }, successor({ state: 'created', detail: detailOf(two) })],
      {
        failures: {
          'Service/web': { reason: 'CommandNotFound', message: 'no such program', at: noon, count: 1 },
        },
      },
      ['removeContainer', 'renameContainer', 'updateContainer', 'startContainer'],
    ],
    [
      'when the new one is not ready by the deadline: the old one comes back',
      [{ ...waiting, state: 'exited' }, successor({ health: 'starting', createdAt: noon - 700_000 })],
      {},
      ['stopContainer', 'removeContainer', 'renameContainer', 'updateContainer', 'startContainer'],
    ],
    [
      'when it failed before and the new one is gone: the old one comes back',
      [waiting],
      { failedReplacements: { 'Service/web': { specHash: specHash(two), at: 1, message: 'x' } } },
      ['renameContainer', 'updateContainer'],
    ],
  ];
  test.each(crashes)('%s', (_, containers, known, steps) => {
    const plan = planOf({ revision: r, observed: look(r, containers), facts: facts(known) });
    expect(plan.steps.map((s) => s.op)).toEqual(steps);
  });

  test('that could not be started says why, in the words of the engine', () => {
    const failure = {
      reason: 'CommandNotFound',
      message: 'exec: "nosuch": not found in $PATH',
      at: noon,
      count: 1,
    };
    const plan = planOf({
      revision: r,
      observed: look(r, [{ ...waiting, state: 'exited' }, successor({ state: 'created' })]),
      facts: facts({ failures: { 'Service/web': failure } }),
    });
    const { message } = condition(plan, 'Service/web', 'Degraded');
    expect(message).toContain('CommandNotFound: exec: "nosuch": not found in $PATH; the old one comes back');
  });

  test('the manifest is what it was again: the old one comes back', () => {
    const back = revision([web]);
    const plan = planOf({ revision: back, observed: look(back, [{ ...waiting, state: 'exited' }]) });
    expect(plan.steps.map((s) => s.op)).toEqual(['renameContainer', 'updateContainer', 'startContainer']);
  });

  test('that failed for this spec is not tried again, and the old one runs on', () => {
    const failed = {
      'Service/web': { specHash: specHash(two), at: noon - 1, message: 'it exited with status 1' },
    };
    const plan = planOf({
      revision: r,
      observed: look(r, [old]),
      facts: facts({ failedReplacements: failed }),
    });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({
      reason: 'ReplacementFailed',
      message: expect.stringContaining('status 1'),
    });
    expect(condition(plan, 'Service/web', 'Ready').status).toBe(true);
  });

  test('is forbidden by protect, and told', () => {
    const safe = service('web', { protect: true, container: { image: 'app:2' } });
    const p = revision([safe]);
    const plan = planOf({ revision: p, observed: look(p, [old]) });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({ reason: 'Protected' });
  });

  test('pulls a missing image before the old one is touched', () => {
    const plan = planOf({ revision: r, observed: look(r, [old], { images: {} }) });
    expect(plan.steps.slice(0, 2)).toMatchObject([
      { op: 'pullImage' },
      { op: 'renameContainer', after: ['Service/web:pullImage'] },
    ]);
  });

  test('a tag that means another image than when it came in force is made by what it meant', () => {
    const pins = { 'app:1': 'sha256:then' };
    const plan = planOf({
      revision: revision([web]),
      observed: look(revision([web]), [], {
        images: { 'app:1': 'sha256:now', 'sha256:then': 'sha256:then' },
      }),
      facts: facts({ pins }),
    });
    expect(plan.steps[0]).toMatchObject({ op: 'createContainer', args: { imageId: 'sha256:then' } });
  });

  test('moves anonymous volumes along', () => {
    const detail = detailOf(web, { anonymousVolumes: { '/data': 'v1' } });
    const plan = planOf({ revision: r, observed: look(r, [{ ...old, detail }]) });
    expect(plan.steps.find((s) => s.op === 'createContainer')).toMatchObject({
      args: { inheritVolumes: { '/data': 'v1' } },
    });
  });

  test('waits until its dependencies are ready: the old one is not stopped for nothing', () => {
    const db = service('db');
    const user = service('web', { dependsOn: [on('Service/db')], container: { image: 'app:2' } });
    const both = revision([db, user]);
    const plan = planOf({ revision: both, observed: look(both, [live(db, exited(1)), old]) });
    expect(plan.steps.find((s) => s.op === 'renameContainer')?.needs).toEqual([
      { ref: 'Service/db', condition: 'ready' },
    ]);
  });
});

describe('volumes', () => {
  const user = service('web', { container: { mounts: [{ type: 'volume', source: 'data', target: '/d' }] } });
  const r = revision([user, volume('data')]);
  const seen = { volumesSeen: { shop_data: { at: noon - 9_000, createdAt: 1 } } };

  test('one that existed and is gone is not made anew, nor is anything started on it', () => {
    const plan = planOf({ revision: r, observed: look(r, [], { volumes: [] }), facts: facts(seen) });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Volume/data', 'Degraded')).toMatchObject({
      reason: 'VolumeLost',
      message: expect.stringContaining('--accept-data-loss'),
    });
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({ reason: 'VolumeLost' });
    expect(plan.warnings).toMatchObject([{ ref: 'Volume/data', reason: 'VolumeLost' }]);
  });

  test('its loss accepted: made anew', () => {
    const plan = planOf({
      revision: r,
      observed: look(r, [], { volumes: [] }),
      facts: facts({ ...seen, acceptedLoss: { shop_data: noon } }),
    });
    expect(ops(plan)).toEqual([
      'createVolume Volume/data',
      'createContainer Service/web',
      'startContainer Service/web',
    ]);
    expect(plan.steps[1]).toMatchObject({
      args: { mustExist: ['shop_data'] },
      after: ['Volume/data:createVolume'],
    });
  });

  test('one that differs is never recreated', () => {
    const wanted = revision([volume('data', { driver: 'nfs' })]);
    const plan = planOf({ revision: wanted, observed: look(wanted, []) });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Volume/data', 'Degraded')).toMatchObject({ reason: 'VolumeDiffers' });
  });
});

describe('containers with our identity that are too many', () => {
  const copy = live(web, { id: 'c'.repeat(64), name: 'nice_copy', image: 'backup:1', imageId: 'sha256:b' });

  test('a copy that reeve made goes', () => {
    const r = revision([web]);
    const made = {
      [copy.id]: { ref: 'Service/web' as const, at: 1 },
      [id]: { ref: 'Service/web' as const, at: 1 },
    };
    const plan = planOf({ revision: r, observed: look(r, [live(web), copy]), facts: facts({ made }) });
    expect(plan.steps).toMatchObject([
      { op: 'stopContainer', args: { containerId: copy.id } },
      { op: 'removeContainer', args: { containerId: copy.id } },
    ]);
  });

  test('any other is reported and never touched', () => {
    const r = revision([web]);
    const plan = planOf({ revision: r, observed: look(r, [live(web), copy]) });
    expect(plan.steps).toEqual([]);
    expect(plan.warnings).toMatchObject([
      { reason: 'ForeignCopy', message: expect.stringContaining('nice_copy') },
    ]);
  });

  test('a copy alone is not taken for the one that was removed', () => {
    const r = revision([web]);
    expect(ops(planOf({ revision: r, observed: look(r, [copy]) }))).toEqual([
      'createContainer Service/web',
      'startContainer Service/web',
    ]);
  });
});

describe('declared no more', () => {
  const gone = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) =>
    service(name, index > 0 ? { dependsOn: [on('Service/a')] } : {}),
  );
  const declared = Object.fromEntries(gone.map((w) => [`Service/${w.name}`, source]));
  const left = (names: string) => revision(gone.filter((w) => names.includes(w.name)));
  const running = gone.map((w) => live(w));

  test('removed after its dependents, where its source is part of the load', () => {
    const r = left('cdef');
    const plan = planOf({
      revision: r,
      previous: revision(gone),
      observed: look(r, running),
      facts: facts({ declared }),
      allowDelete: true,
    });
    expect(ops(plan)).toEqual([
      'stopContainer Service/b',
      'removeContainer Service/b',
      'stopContainer Service/a',
      'removeContainer Service/a',
    ]);
    expect(plan.steps[2]?.after).toEqual([plan.steps[1]?.id]);
  });

  test('removed although its last starts failed: only a removal that failed is waited for', () => {
    const attempts = { at: [noon - 1], notBefore: noon + 60_000, lastFailure: 'no' };
    const failure = { reason: 'StartFailed', message: 'no', at: noon - 1, count: 3 };
    const planWith = (removing: object) =>
      planOf({
        revision: revision([]),
        observed: look(revision([]), [live(web, { state: 'created' })]),
        facts: facts({
          declared: { 'Service/web': source },
          attempts: { 'Service/web': attempts },
          failures: { 'Service/web': { ...failure, ...removing } },
        }),
        mode: 'down',
      });
    expect(ops(planWith({}))).toEqual(['removeContainer Service/web']);
    expect(ops(planWith({ removing: true }))).toEqual([]);
  });

  test('taken down, what has steps in flight is named too, and its network does not stay for it', () => {
    const networks = { shop_default: { networkId: 'net-default', ipAddress: '' } };
    const r = revision([web, network('default')]);
    const observed = look(r, [live(web, { networks })]);
    const plan = planOf({ revision: r, observed, mode: 'down', busy: new Set(['Service/web'] as const) });
    expect(ops(plan)).toEqual([
      'stopContainer Service/web',
      'removeContainer Service/web',
      'removeNetwork Network/default',
    ]);
    expect(plan.warnings).toEqual([]);
  });

  test('taken down, what a protected one uses stays with it, and says so; the rest goes', () => {
    const mounts = [{ type: 'volume' as const, source: 'data', target: '/d' }];
    const guarded = service('guarded', { protect: true, container: { mounts } });
    const networks = { shop_default: { networkId: 'net-default', ipAddress: '' } };
    const r = revision([guarded, web, volume('data'), volume('other'), network('default')]);
    const observed = look(r, [live(guarded, { volumes: ['shop_data'], networks }), live(web)]);
    const plan = planOf({ revision: r, observed, mode: 'down', removeVolumes: true });
    expect(ops(plan)).toEqual([
      'stopContainer Service/web',
      'removeContainer Service/web',
      'removeVolume Volume/other',
    ]);
    expect(plan.warnings.map((w) => `${w.ref} ${w.reason}`).sort()).toEqual([
      'Network/default NetworkInUse',
      'Service/guarded Protected',
      'Volume/data VolumeInUse',
    ]);
  });

  test('a volume that could not be removed is not tried again at once', () => {
    const r = revision([volume('data')]);
    const failure = {
      reason: 'EngineRefused',
      message: 'in use',
      at: noon - 1,
      count: 1,
      removing: true as const,
    };
    const planWith = (notBefore: number) =>
      planOf({
        revision: r,
        observed: look(r, []),
        facts: facts({
          attempts: { 'Volume/data': { at: [noon - 1], notBefore, lastFailure: 'in use' } },
          failures: { 'Volume/data': failure },
        }),
        mode: 'down',
        removeVolumes: true,
      });
    expect(ops(planWith(noon + 1_000))).toEqual([]);
    expect(ops(planWith(noon - 1))).toEqual(['removeVolume Volume/data']);
  });

  test('kept where another source declared it', () => {
    const r = left('bcdef');
    const plan = planOf({
      revision: r,
      observed: look(r, running),
      facts: facts({ declared: { ...declared, 'Service/a': '/other.yaml' } }),
    });
    expect(plan.steps).toEqual([]);
    expect(plan.warnings).toMatchObject([{ ref: 'Service/a', reason: 'NotPruned' }]);
  });

  test.each([
    ['more than maxDelete: nothing goes', 'cdef', true],
    ['no more than maxDelete: it goes', 'bcdef', false],
    ['an empty load: nothing goes', '', true],
  ])('%s', (_, names, blocked) => {
    const r = left(names);
    const plan = planOf({
      revision: r,
      observed: look(r, running),
      facts: facts({ declared }),
      mode: 'apply',
    });
    expect(plan.blocked?.reason).toBe(blocked ? 'DeletionBlocked' : undefined);
    expect(plan.steps.length > 0).toBe(!blocked);
  });

  test('while keeping, too many deletions are a warning and everything else goes on', () => {
    const r = left('ef');
    const broken = running.map((c) => (c.name === 'shop-f-1' ? { ...c, ...exited(1) } : c));
    const plan = planOf({ revision: r, observed: look(r, broken), facts: facts({ declared }) });
    expect(ops(plan)).toEqual(['startContainer Service/f']);
    expect(plan.warnings).toMatchObject([{ reason: 'DeletionBlocked' }]);
  });

  test('a protected one stays, and is told', () => {
    const kept = live(service('a', { protect: true }), {
      labels: { ...live(gone[0] ?? web).labels, 'reeve.protect': 'true' },
    });
    const r = left('bcdef');
    const plan = planOf({
      revision: r,
      observed: look(r, [kept, ...running.slice(1)]),
      facts: facts({ declared }),
    });
    expect(plan.steps).toEqual([]);
    expect(plan.warnings).toMatchObject([{ reason: 'Protected' }]);
  });
});

describe('what others hold', () => {
  const foreign = (parts: Partial<ObservedContainer>) =>
    live(service('x'), { id: 'f'.repeat(64), labels: {}, name: 'theirs', ...parts });

  test('a foreign container has the name: told, never touched', () => {
    const r = revision([web]);
    const plan = planOf({ revision: r, observed: look(r, [foreign({ name: 'shop-web-1' })]) });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({
      reason: 'NameTaken',
      message: expect.stringContaining('shop-web-1'),
    });
  });

  const publishing = service('web', {
    container: { ports: [{ target: 80, protocol: 'tcp', published: 8080 }] },
  });
  const port = { hostIp: '0.0.0.0', published: 8080, target: 80, protocol: 'tcp' };

  test('a foreign container has the host port: told, never touched', () => {
    const r = revision([publishing]);
    const plan = planOf({ revision: r, observed: look(r, [foreign({ ports: [port] })]) });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Service/web', 'Degraded')).toMatchObject({
      reason: 'PortTaken',
      message: expect.stringContaining('theirs'),
    });
  });

  test('what is to go has the port: started after it is gone', () => {
    const before = service('old');
    const r = revision([publishing, service('b'), service('c')]);
    const holder = live(before, { ports: [port] });
    const plan = planOf({
      revision: r,
      observed: look(r, [holder, live(service('b')), live(service('c'))]),
      facts: facts({ declared: { 'Service/old': source } }),
    });
    expect(plan.steps.find((s) => s.op === 'createContainer')?.after).toContain(
      `Service/old:removeContainer:${holder.id.slice(0, 12)}`,
    );
  });

  test('limits above the host are told before anything is made', () => {
    const huge = service('web', { container: { resources: { nanoCpus: 99e9 } } });
    expect(condition(planFor({ workload: huge, container: null }), 'Service/web', 'Degraded')).toMatchObject({
      reason: 'LimitOutOfRange',
    });
  });
});

describe('models', () => {
  const ollama = service('ollama', { tier: 'core' });
  const user = agent('bot', { model: 'tiny' });
  const r = revision([ollama, user, model('tiny', 'Service/ollama'), service('web')]);
  const server = (names: readonly string[]) => ({
    modelServers: {
      'Service/ollama': { at: noon, reachable: true, models: names.map((name) => ({ name, digest: 'd' })) },
    },
  });

  test('missing on its server: pulled; those that need it wait, the rest goes on', () => {
    const plan = planOf({ revision: r, observed: look(r, [live(ollama)], server([])) });
    expect(plan.steps.filter((s) => s.needs.length === 0).map((s) => `${s.op} ${s.ref}`)).toEqual(
      expect.arrayContaining([
        'pullModel Model/tiny',
        'startContainer Service/web',
        'createContainer Agent/bot',
      ]),
    );
    expect(plan.steps.find((s) => s.id === 'Agent/bot:startContainer')?.needs).toEqual([
      { ref: 'Model/tiny', condition: 'ready' },
    ]);
    expect(condition(plan, 'Agent/bot', 'Ready').reason).toBe('ModelNotReady');
  });

  test('asked in vain before its server was ready: no reason to worry, and not again after', () => {
    const asked = (at: number) => ({
      modelServers: { 'Service/ollama': { at, reachable: false, models: [], error: 'connection refused' } },
      probes: {
        'Service/ollama': {
          at: noon,
          outcome: 'pass' as const,
          failures: 0,
          passed: true,
          message: '',
          containerId: live(ollama).id,
        },
      },
    });
    const at = (time: number) => planOf({ revision: r, observed: look(r, [live(ollama)], asked(time)) });
    expect(condition(at(noon - 500), 'Model/tiny', 'Ready').reason).toBe('ModelServerNotReady');
    expect(at(noon - 500).warnings).toEqual([]);
    expect(condition(at(noon + 500), 'Model/tiny', 'Degraded').reason).toBe('ModelServerUnreachable');
  });

  test('on its server: nothing to do', () => {
    expect(
      planOf({
        revision: r,
        observed: look(r, [live(ollama), live(user), live(service('web'))], server(['tiny:latest'])),
      }).steps,
    ).toEqual([]);
  });
});

describe('a watched file', () => {
  const file = (onChange: 'restart' | 'ignore' | { signal: string }) =>
    service('web', { files: [{ path: '/c.json', digest: 'new', onChange }] });
  const seen = { fileDigests: { [id]: { '/c.json': 'old' } } };
  test.each([
    ['changed: restarts', 'restart', ['restartContainer']],
    ['changed, signal declared: signalled', { signal: 'SIGHUP' }, ['signalContainer']],
    ['changed, ignored: nothing', 'ignore', []],
  ] as const)('%s', (_, onChange, steps) => {
    const plan = planFor({ workload: file(onChange), facts: seen });
    expect(plan.steps.map((s) => s.op)).toEqual(steps);
  });

  test('never seen before (the store was lost): nothing', () => {
    expect(planFor({ workload: file('restart') }).steps).toEqual([]);
  });
});

describe("a person's hand", () => {
  const hold = (stopped: boolean, until?: number) => ({
    holds: { 'Service/web': { at: noon, stopped, by: 'ann', ...(until === undefined ? {} : { until }) } },
  });

  test('held: nothing is done, and it is shown', () => {
    const plan = planFor({ container: exited(1), facts: hold(false, noon + 1_000) });
    expect(plan.steps).toEqual([]);
    expect(plan.nextAt).toBe(noon + 1_000);
    expect(condition(plan, 'Service/web', 'Held')).toMatchObject({
      status: true,
      reason: 'Held',
      message: expect.stringContaining('ann'),
    });
  });

  test('held until a time that is past: mended', () => {
    expect(ops(planFor({ container: exited(1), facts: hold(false, noon - 1) }))).toEqual([
      'startContainer Service/web',
    ]);
  });

  test('held stopped: stopped, and then at rest', () => {
    expect(ops(planFor({ facts: hold(true) }))).toEqual(['stopContainer Service/web']);
    expect(planFor({ container: exited(0), facts: hold(true) }).steps).toEqual([]);
  });

  test('the platform is suspended: seen, nothing done', () => {
    const plan = planFor({
      container: exited(1),
      facts: { suspended: { at: 1, by: 'ann', reason: 'StoreLost' } },
    });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Service/web', 'Held')).toMatchObject({ status: true, reason: 'StoreLost' });
  });

  test.each(['report', 'ignore'] as const)(
    'drift: %s leaves a live change, a new revision is still applied',
    (mode) => {
      const loose = service('web', { drift: { mode, fields: {} }, container: { resources: { pids: 5 } } });
      const changed = detailOf(loose, {}, { resources: { pids: 9 } });
      const plan = planFor({ workload: loose, container: { detail: changed } });
      expect(plan.steps).toEqual([]);
      expect(plan.reported.length).toBe(mode === 'report' ? 1 : 0);
      const labels = { ...live(loose).labels, 'reeve.spec-hash': 'before' };
      expect(ops(planFor({ workload: loose, container: { labels, detail: changed } }))).toEqual([
        'updateContainer Service/web',
      ]);
    },
  );

  test('drift: report leaves a stopped one stopped while keeping', () => {
    const loose = service('web', { drift: { mode: 'report', fields: {} } });
    const given = {
      workload: loose,
      container: exited(1),
      facts: { onceReady: { 'Service/web': 1 } },
    } as const;
    expect(planFor(given).steps).toEqual([]);
    expect(ops(planFor({ ...given, input: { mode: 'apply' } }))).toEqual(['startContainer Service/web']);
  });

  test('steps in flight: none for them', () => {
    expect(
      planFor({ container: exited(1), input: { busy: new Set(['Service/web' as const]) } }).steps,
    ).toEqual([]);
  });
});
