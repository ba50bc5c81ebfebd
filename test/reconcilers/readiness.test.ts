// Ready, not Up: by healthcheck, by probe, or by running long enough; and when many probes fail at once.

import { describe, expect, test } from 'vitest';
import type { Probe } from '../../desired-state/resource.ts';
import { defaultPolicy } from '../../desired-state/revision.ts';
import type { ObservedContainer, ProbeResult } from '../../reconcilers/observed.ts';
import { readiness } from '../../reconcilers/readiness.ts';
import {
  condition,
  detailOf,
  facts,
  live,
  look,
  noon,
  on,
  ops,
  planOf,
  revision,
  service,
} from '../support/make.ts';

const probe: Probe = {
  http: { port: 80, path: '/' },
  everyMs: 10_000,
  timeoutMs: 1_000,
  threshold: 3,
  startPeriodMs: 0,
};
const plain = service('web');
const probed = service('web', { probe });
const checked = service('web', { container: { healthcheck: { test: ['CMD', 'true'], retries: 2 } } });
const id = live(plain).id;
const result = (outcome: ProbeResult['outcome'], failures = 0, passed = false): ProbeResult => ({
  at: noon,
  outcome,
  failures,
  passed,
  message: 'refused',
  containerId: id,
});
const young = { createdAt: noon - 500 };

describe('readiness', () => {
  test('a healthcheck that fails says what it has printed', () => {
    const detail = detailOf(checked, { failingStreak: 9, checkOutput: 'exec: "curl": not found' });
    const container = live(checked, { health: 'unhealthy', detail });
    expect(readiness(checked, container, undefined, facts(), defaultPolicy, noon).message).toBe(
      'its healthcheck fails: exec: "curl": not found',
    );
  });

  test('what ran when a look began is not ready because the look took long', () => {
    const r = revision([plain]);
    const p = planOf({ revision: r, observed: look(r, [live(plain, young)]), now: noon + 60_000 });
    expect(condition(p, 'Service/web', 'Ready')).toMatchObject({ status: false, reason: 'Starting' });
    expect(p.nextAt).toBe(noon + 500);
  });

  const rows: readonly [
    string,
    typeof plain,
    Partial<ObservedContainer>,
    ProbeResult | undefined,
    string,
    string,
  ][] = [
    ['neither healthcheck nor probe: running for minReadySeconds', plain, {}, undefined, 'ready', 'Running'],
    ['… and not yet', plain, young, undefined, 'starting', 'Starting'],
    ['its healthcheck passes', plain, { health: 'healthy' }, undefined, 'ready', 'Healthy'],
    ['its healthcheck fails', plain, { health: 'unhealthy' }, undefined, 'notReady', 'Unhealthy'],
    [
      'the engine calls it unhealthy, and no check of it has failed: it was paused',
      checked,
      { health: 'unhealthy', detail: detailOf(checked, { failingStreak: 0 }) },
      undefined,
      'starting',
      'HealthStarting',
    ],
    [
      'as many checks failed as make it unhealthy',
      checked,
      { health: 'unhealthy', detail: detailOf(checked, { failingStreak: 2 }) },
      undefined,
      'notReady',
      'Unhealthy',
    ],
    [
      'its healthcheck passes, its probe has not answered',
      probed,
      { health: 'healthy' },
      undefined,
      'starting',
      'ProbePending',
    ],
    [
      'its probe passes, its healthcheck fails',
      probed,
      { health: 'unhealthy' },
      result('pass'),
      'notReady',
      'Unhealthy',
    ],
    ['its probe passes', probed, {}, result('pass'), 'ready', 'ProbePassing'],
    ['its probe fails past the threshold', probed, {}, result('fail', 3), 'notReady', 'ProbeFailing'],
    [
      'a probe that reeve cannot reach is no failure',
      probed,
      {},
      result('unreachable', 9),
      'ready',
      'ProbeUnreachable',
    ],
    ['one that says it is loading is waited for', probed, {}, result('loading', 0), 'starting', 'Loading'],
    [
      'one that says it is loading is waited for, also where its healthcheck has given up',
      probed,
      { health: 'unhealthy' },
      result('loading', 0),
      'starting',
      'Loading',
    ],
    [
      'a result about another container is none',
      probed,
      {},
      { ...result('pass'), containerId: 'other' },
      'starting',
      'ProbePending',
    ],
    ['paused', plain, { state: 'paused' }, undefined, 'notReady', 'Paused'],
  ];
  test.each(rows)('%s', (_, workload, container, found, state, reason) => {
    expect(readiness(workload, live(workload, container), found, facts(), defaultPolicy, noon)).toMatchObject(
      { state, reason },
    );
  });

  test('says when time alone will make it ready', () => {
    expect(readiness(plain, live(plain, young), undefined, facts(), defaultPolicy, noon).nextAt).toBe(
      noon + 500,
    );
  });

  test('below the threshold it stays what it was', () => {
    const at = (passed: boolean) =>
      readiness(probed, live(probed), result('fail', 1, passed), facts(), defaultPolicy, noon).state;
    expect(at(true)).toBe('ready');
    expect(at(false)).toBe('starting');
  });

  test('the first pass ends the start period', () => {
    const patient = service('web', { probe: { ...probe, startPeriodMs: 7_200_000 } });
    const at = (failures: number) =>
      readiness(patient, live(patient), result('fail', failures, true), facts(), defaultPolicy, noon).state;
    expect([at(1), at(3)]).toEqual(['ready', 'notReady']);
  });

  test('within its start period a failing probe is a start', () => {
    const patient = service('web', { probe: { ...probe, startPeriodMs: 7_200_000 } });
    expect(readiness(patient, live(patient), result('fail', 9), facts(), defaultPolicy, noon).state).toBe(
      'starting',
    );
  });
});

describe('probes that begin to fail at once', () => {
  const many = ['a', 'b', 'c', 'd', 'e'].map((name) => service(name, { probe }));
  const r = revision(many);
  const observe = (failing: readonly string[], ago: (index: number) => number) =>
    look(
      r,
      many.map((w) => live(w)),
      {
        probes: Object.fromEntries(
          many.map((w, index) => {
            const fails = failing.includes(w.name);
            const failures = fails ? 3 + Math.floor(ago(index) / probe.everyMs) : 0;
            return [
              `Service/${w.name}`,
              { ...result(fails ? 'fail' : 'pass', failures), containerId: live(w).id },
            ];
          }),
        ),
      },
    );

  test('more than 30 % of them: restarts wait', () => {
    const plan = planOf({ revision: r, observed: observe(['a', 'b'], () => 0) });
    expect(plan.steps).toEqual([]);
    expect(condition(plan, 'Service/a', 'Degraded').reason).toBe('ProbeSuspect');
  });

  test('those that depend on what is broken wait for it, and say so', () => {
    const root = service('root');
    const needy = many.map((w) => ({ ...w, dependsOn: [on('Service/root')] }));
    const plan = planOf({
      revision: revision([root, ...needy]),
      observed: observe(['a', 'b', 'c', 'd', 'e'], () => 0),
    });
    expect(condition(plan, 'Service/a', 'Degraded')).toMatchObject({
      reason: 'DependencyNotReady',
      message: expect.stringContaining('Service/root'),
    });
  });

  test('one of five: restarted', () => {
    expect(ops(planOf({ revision: r, observed: observe(['a'], () => 0) }))).toEqual([
      'restartContainer Service/a',
    ]);
  });

  test('one long after the other: restarted', () => {
    const plan = planOf({ revision: r, observed: observe(['a', 'b'], (index) => index * 300_000) });
    expect(ops(plan)).toEqual(['restartContainer Service/a', 'restartContainer Service/b']);
  });
});
