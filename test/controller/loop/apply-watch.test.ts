// When an apply is over: nothing left to do, or nothing that waiting could mend.

import { describe, expect, test } from 'vitest';
import { ApplyWatch } from '../../../controller/loop/apply-watch.ts';
import type { PassResult } from '../../../controller/loop/reconciler.ts';
import type { Condition } from '../../../reconcilers/condition.ts';
import { facts, live, look, network, noon, on, planOf, revision, service } from '../../support/make.ts';

const second = 1_000;

/** The pass over a plan in which nothing was begun. */
function idlePass(limits: number): PassResult {
  const database = service('database', { container: { resources: { nanoCpus: limits * 1e9 } } });
  const backend = service('backend', { dependsOn: [on('Service/database')] });
  const worker = service('worker', { dependsOn: [on('Service/backend', { condition: 'started' })] });
  const r = revision([database, backend, worker]);
  const made = [live(backend, { state: 'created' }), live(worker, { state: 'created' })];
  const observed = look(r, made);
  const plan = planOf({ revision: r, observed });
  return { plan, observed, dispatched: [], turned: [], busy: new Set() };
}

describe('an apply of what cannot be', () => {
  test('ends at once where only a person can help, whoever waits for it', () => {
    const watch = new ApplyWatch(() => true, false);
    const verdict = watch.see(idlePass(1_000), false, noon);
    expect(verdict).toMatchObject({ over: true, ok: false, failed: [{ ref: 'Service/database' }] });
    const reasons = 'failed' in verdict ? verdict.failed.flatMap((s) => s.conditions) : [];
    expect(reasons.map((c: Condition) => c.reason)).toContain('LimitOutOfRange');
  });

  test('goes on while something starts', () => {
    const watch = new ApplyWatch(() => true, false);
    const starting = service('web', { container: { healthcheck: { test: ['CMD', 'true'] } } });
    const r = revision([starting], { progressDeadlineMs: Number.MAX_SAFE_INTEGER });
    const observed = look(r, [live(starting, { health: 'starting' })]);
    const plan = planOf({ revision: r, observed });
    const pass = { plan, observed, dispatched: [], turned: [], busy: new Set<never>() };
    for (const later of [0, 20, 40]) {
      expect(watch.see(pass, false, noon + later * second)).toEqual({ over: false });
    }
  });
});

test('an apply does not wait for what waits for its turn in a procedure, which a person may have to let go on', () => {
  const web = service('web');
  const r = revision([web]);
  const observed = look(r, [live(web, { state: 'exited', exitCode: 0 })]);
  const turns = { 'Service/web': { at: noon, by: 'complete-recovery-1', until: 'batch 1 of 1' } };
  const plan = planOf({ revision: r, observed, facts: facts({ turns }) });
  const pass = { plan, observed, dispatched: [], turned: [], busy: new Set<never>() };
  expect(new ApplyWatch(() => true, false).see(pass, false, noon)).toMatchObject({ over: true, ok: true });
});

describe('a down', () => {
  const backend = network('backend');
  const r = revision([backend]);
  /** Nothing is left but a network that could not be removed and waits for its next try. */
  const waiting = (reason: string): PassResult => {
    const lastFailure = 'it lost count';
    const failure = { reason, message: lastFailure, at: noon, count: 1, removing: true } as const;
    const known = facts({
      failures: { 'Network/backend': failure },
      attempts: { 'Network/backend': { at: [noon], notBefore: noon + 60 * second, lastFailure } },
    });
    const observed = look(r, []);
    const plan = planOf({ revision: r, observed, facts: known, mode: 'down' });
    return { plan, observed, dispatched: [], turned: [], busy: new Set() };
  };

  test('is not over well while what could not be removed waits for its next try', () => {
    const watch = new ApplyWatch(() => true, true);
    expect(waiting('NetworkInUse').plan.steps).toEqual([]);
    expect(watch.see(waiting('NetworkInUse'), false, noon)).toEqual({ over: false });
  });

  test('ends at once where only a person can help', () => {
    const verdict = new ApplyWatch(() => true, true).see(waiting('NetworkCountLost'), false, noon);
    expect(verdict).toMatchObject({ over: true, ok: false, failed: [{ ref: 'Network/backend' }] });
  });

  test('ends with the cause though each try moves something', () => {
    const watch = new ApplyWatch(() => true, true);
    watch.see(waiting('NetworkInUse'), false, noon);
    watch.see(waiting('NetworkInUse'), true, noon + 8 * second);
    const verdict = watch.see(waiting('NetworkInUse'), false, noon + 16 * second);
    expect(verdict).toMatchObject({ over: true, ok: false, failed: [{ ref: 'Network/backend' }] });
    const reasons = 'failed' in verdict ? verdict.failed.flatMap((s) => s.conditions) : [];
    expect(reasons).toContainEqual({
      type: 'Degraded',
      status: true,
      reason: 'RemovalFailed',
      message: 'it could not be removed: it lost count',
    });
  });
});
