// When an apply is over: nothing left to do, or nothing that waiting could mend.

import { describe, expect, test } from 'vitest';
import { ApplyWatch } from '../../../controller/loop/apply-watch.ts';
import type { PassResult } from '../../../controller/loop/reconciler.ts';
import type { Condition } from '../../../reconcilers/condition.ts';
import { facts, live, look, noon, on, planOf, revision, service } from '../../support/make.ts';

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
