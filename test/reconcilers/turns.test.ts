// Workloads that a procedure keeps down until their turn: which are stopped now, what is said of them, and that nothing
// else is held.

import { describe, expect, test } from 'vitest';
import type { Facts } from '../../reconcilers/facts.ts';
import { condition, facts, idOf, live, look, noon, on, planOf, revision, service } from '../support/make.ts';

const db = service('db', { tier: 'core' });
const boss = service('boss', { tier: 'critical', dependsOn: [on('Service/db')] });
const a = service('a', { dependsOn: [on('Service/boss')] });
const b = service('b', { dependsOn: [on('Service/a')] });
const outside = service('outside');
const r = revision([db, boss, a, b, outside]);

const turn = { at: noon, by: 'complete-recovery-1', until: 'batch 2 of 4' };
const turnsOf = (...names: readonly string[]): Facts['turns'] =>
  Object.fromEntries(names.map((name) => [`Service/${name}`, turn]));

/** The plan with these up, all others exited. */
function planWith(up: readonly string[], known: Partial<Facts>) {
  const all = [db, boss, a, b, outside];
  const containers = all.map((w) =>
    live(w, up.includes(w.name) ? {} : { state: 'exited' as const, exitCode: 137 }),
  );
  const stops = Object.fromEntries(all.map((w) => [idOf(w.name), { at: noon, by: 'reeve' as const }]));
  return planOf({ revision: r, observed: look(r, containers), facts: facts({ stops, ...known }) });
}
const steps = (plan: ReturnType<typeof planWith>) => plan.steps.map((s) => `${s.op} ${s.ref}`);
const all = ['db', 'boss', 'a', 'b'];

describe('what is stopped', () => {
  test('dependents first, and one tier after the other', () => {
    const turns = turnsOf(...all);
    expect(steps(planWith([...all, 'outside'], { turns }))).toEqual(['stopContainer Service/b']);
    expect(steps(planWith(['db', 'boss', 'a', 'outside'], { turns }))).toEqual(['stopContainer Service/a']);
    expect(steps(planWith(['db', 'boss', 'outside'], { turns }))).toEqual(['stopContainer Service/boss']);
    expect(steps(planWith(['db', 'outside'], { turns }))).toEqual(['stopContainer Service/db']);
    expect(steps(planWith(['outside'], { turns }))).toEqual([]);
  });

  test('what is not to be stopped holds up nobody and is left running', () => {
    expect(steps(planWith([...all, 'outside'], { turns: turnsOf('db') }))).toEqual([
      'stopContainer Service/db',
    ]);
  });

  test('a person’s hold comes first', () => {
    const holds = { 'Service/b': { at: noon, stopped: false, by: 'ana' } };
    expect(steps(planWith([...all, 'outside'], { turns: turnsOf(...all), holds }))).toEqual([
      'stopContainer Service/a',
    ]);
  });

  test('while it may run it is not stopped, and once it is down it is not started', () => {
    const turns = Object.fromEntries(
      Object.entries(turnsOf(...all)).map(([ref, t]) => [ref, { ...t, mayRun: true as const }]),
    );
    expect(steps(planWith(['db', 'boss', 'outside'], { turns }))).toEqual([]);
  });
});

test('what waits for its turn says so, and only that waits: the rest is healed meanwhile', () => {
  const plan = planWith(['db'], { turns: turnsOf('a', 'b') });
  expect(steps(plan)).toEqual(['startContainer Service/boss', 'startContainer Service/outside']);
  expect(condition(plan, 'Service/a', 'Progressing')).toMatchObject({
    status: true,
    reason: 'AwaitsTurn',
    message: expect.stringContaining('waits for its turn: batch 2 of 4 of complete-recovery-1'),
  });
});

test('let go, it is started as ever', () => {
  expect(steps(planWith(['db', 'boss', 'outside'], {}))).toContain('startContainer Service/a');
});
