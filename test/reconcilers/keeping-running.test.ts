// The keeping table for what runs: what differs of it, and the smallest act that mends it; what does not converge is told.

import { describe, expect, test } from 'vitest';
import type { ObservedContainer } from '../../reconcilers/observed.ts';
import { identityLabels } from '../../reconcilers/observed.ts';
import { id, planFor, web } from '../support/keeping.ts';
import {
  condition,
  detailOf,
  facts,
  live,
  look,
  network,
  noon,
  on,
  ops,
  planOf,
  revision,
  service,
  volume,
} from '../support/make.ts';

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
