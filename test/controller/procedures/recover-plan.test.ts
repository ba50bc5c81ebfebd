// What a complete recovery is planned to do: batches, what is kept and left, how little memory makes batches small, how
// long it is expected to take.

import { describe, expect, test } from 'vitest';
import {
  planRecovery,
  type RecoverOptions,
  type RecoverSight,
} from '../../../controller/procedures/recover-plan.ts';
import type { Ref } from '../../../desired-state/resource.ts';
import { facts, noon, on, revision, service } from '../../support/make.ts';

const mib = 2 ** 20;
const options: RecoverOptions = {
  keepHealthy: false,
  batchSize: 5,
  settleMs: 30_000,
  adaptive: false,
  timeoutMs: 300_000,
  diskPercent: 90,
  memoryBytes: 1_000 * mib,
};
const sightOf = (given: Partial<RecoverSight> = {}): RecoverSight => ({
  statuses: [],
  facts: facts({}),
  room: {},
  times: new Map(),
  now: noon,
  ...given,
});
const status = (name: string, reason: string, ready = true) => ({
  ref: `Service/${name}` as Ref,
  conditions: [{ type: 'Ready' as const, status: ready, reason, message: '' }],
});

const db = service('db', { tier: 'core' });
const migrate = service('migrate', { lifecycle: 'job', dependsOn: [on('Service/db')] });
const boss = service('boss', {
  tier: 'critical',
  dependsOn: [on('Service/migrate', { condition: 'completed' })],
});
const agents = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => service(name));
const shop = revision([db, migrate, boss, ...agents]);

const refsOf = (plan: ReturnType<typeof planRecovery>) => plan.batches.map((b) => b.refs.length);

describe('the plan', () => {
  test('core, critical and what they need, then the rest in batches; a job that is not done is one of them', () => {
    const plan = planRecovery(shop, sightOf(), options);
    expect(plan.batches.map((b) => [b.tier, b.refs.length])).toEqual([
      ['core', 1],
      ['critical', 1],
      ['critical', 1],
      ['standard', 5],
      ['standard', 1],
    ]);
    expect(plan.core).toEqual(['Service/db', 'Service/migrate', 'Service/boss']);
    expect(plan.maxFailures).toBe(5);
  });

  test('a job that is done is not run again; what a person holds is left; what is ready is stopped like all', () => {
    const holds = { 'Service/a': { at: noon, stopped: false, by: 'ana' } };
    const statuses = [status('migrate', 'Completed'), status('db', 'Healthy')];
    const plan = planRecovery(shop, sightOf({ statuses, facts: facts({ holds }) }), options);
    expect(plan).toMatchObject({ kept: ['Service/migrate'], held: ['Service/a'] });
    expect(refsOf(plan)).toEqual([1, 1, 5]);
  });

  test('with keepHealthy what is ready is kept, and a hold whose time is over holds nothing', () => {
    const holds = { 'Service/a': { at: noon - 2, until: noon - 1, stopped: false, by: 'ana' } };
    const statuses = [status('db', 'Healthy'), status('a', 'Running'), status('b', 'Exited', false)];
    const known = sightOf({ statuses, facts: facts({ holds }) });
    const plan = planRecovery(shop, known, { ...options, keepHealthy: true });
    expect(plan).toMatchObject({ kept: ['Service/a', 'Service/db'], held: [] });
  });

  test('with little memory a batch takes no more than what its members reserve fits into', () => {
    const big = ['x', 'y', 'z'].map((name) =>
      service(name, { container: { resources: { memoryReservationBytes: 400 * mib } } }),
    );
    const plan = (availableMib: number) =>
      planRecovery(revision(big), sightOf({ room: { memoryAvailableBytes: availableMib * mib } }), options);
    expect(refsOf(plan(2_000))).toEqual([3]);
    expect(refsOf(plan(900))).toEqual([2, 1]);
    expect(refsOf(plan(100))).toEqual([1, 1, 1]);
  });

  test('what is not said of the host is the policy of the platform', () => {
    const { diskPercent: _, memoryBytes: __, ...unsaid } = options;
    expect(planRecovery(shop, sightOf(), unsaid)).toMatchObject({
      diskPercent: 90,
      memoryBytes: 1_000 * mib,
    });
    const host = { maxDiskPercent: 70, minMemoryBytes: 1 };
    const strict = { ...shop, policy: { ...shop.policy, host } };
    expect(planRecovery(strict, sightOf(), unsaid)).toMatchObject({ diskPercent: 70, memoryBytes: 1 });
  });

  test('the time is what each batch took the last time, and the times to settle', () => {
    const times = new Map<Ref, number>([
      ['Service/db', 4_000],
      ['Service/a', 2_000],
      ['Service/b', 3_000],
    ]);
    const plan = planRecovery(shop, sightOf({ times }), options);
    expect(plan).toMatchObject({ expectedMs: 4_000 + 3_000 + 60_000, untimed: 6 });
  });

  test('while the engine does not answer nothing is known to be ready, and it is planned all the same', () => {
    const { statuses: _, ...unseen } = sightOf();
    const plan = planRecovery(shop, unseen, { ...options, keepHealthy: true });
    expect(plan).toMatchObject({ unseen: true, kept: [] });
  });

  test('nothing to recover is refused', () => {
    expect(() => planRecovery(revision([]), sightOf(), options)).toThrow('nothing to recover');
  });
});
