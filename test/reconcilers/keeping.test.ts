// The keeping table for what does not run: a live state, and the smallest sufficient act with its cause.

import { describe, expect, test } from 'vitest';
import { specHash } from '../../reconcilers/spec-hash.ts';
import { askedAgain, type Case, exited, id, planFor, stoppedBy } from '../support/keeping.ts';
import { condition, detailOf, live, look, noon, ops, planOf, revision, service } from '../support/make.ts';

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

  test('in a crash loop, one that was started and is not ready yet is given its time', () => {
    const attempts = {
      'Service/web': {
        at: [noon - 1],
        notBefore: noon + 60_000,
        crashLoopSince: noon - 9,
        lastFailure: 'its port was taken',
      },
    };
    const starting = planFor({
      container: { createdAt: noon - 60_000 },
      facts: { attempts, runningSince: { [id]: noon - 100 } },
    });
    expect(condition(starting, 'Service/web', 'Ready').status).toBe(false);
    expect(starting.steps).toEqual([]);
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
