// What the leader before may still have under way, from what it stored; and how a change of the lead is told.

import { expect, test } from 'vitest';
import { electionEvents } from '../../../controller/lease/election-events.ts';
import { callTimeoutUnder, formerCalls } from '../../../controller/lease/former-calls.ts';
import type { Leader, LeaseRow } from '../../../controller/lease/port.ts';
import type { PlanRecord, StepRecord } from '../../../controller/store/store.ts';
import type { Plan } from '../../../reconcilers/plan.ts';
import { noon } from '../../support/make.ts';

const leaseMs = 15_000;
const at = { leaseMs, now: noon };

function plan(steps: readonly StepRecord[], more: Partial<PlanRecord> = {}): PlanRecord {
  const planned = steps.map(({ id, ref, op }) => ({
    id,
    ref,
    op,
    args: op === 'stopContainer' ? { containerId: 'c', graceMs: 30_000 } : { containerId: 'c' },
  }));
  const whole = { steps: planned } as unknown as Plan;
  return { id: 'p', at: noon, by: 'reeve', revision: 'r', plan: whole, steps, ...more };
}

function step(op: string, more: Partial<StepRecord> = {}): StepRecord {
  return { id: `Service/web:${op}`, ref: 'Service/web', op, startedAt: noon - 1_000, ...more };
}

test('a step that began and did not end is waited for: its call’s time, and the grace of a stop', () => {
  expect(formerCalls([plan([step('startContainer'), step('stopContainer')])], at)).toEqual([
    { ref: 'Service/web', op: 'startContainer', ms: 15_000 },
    { ref: 'Service/web', op: 'stopContainer', ms: 45_000 },
  ]);
});

test.each<[string, PlanRecord]>([
  ['has ended', plan([step('startContainer', { endedAt: noon })])],
  ['has not begun', plan([{ id: 'x', ref: 'Service/web', op: 'startContainer' }])],
  ['does no harm twice', plan([step('pullImage'), step('buildImage'), step('pullModel')])],
  ['is of a plan that is over', plan([step('startContainer')], { endedAt: noon })],
  ['is older than any call', plan([step('startContainer', { startedAt: noon - 3_600_000 })])],
])('one that %s is not', (_what, record) => {
  expect(formerCalls([record], at)).toEqual([]);
});

test('a short lease does not make calls hopelessly short', () => {
  expect([callTimeoutUnder(1_000), callTimeoutUnder(60_000)]).toEqual([10_000, 60_000]);
});

test('the successor tells who lost the lead, since when it was silent, and what is waited for', () => {
  const leader = (pid: number): Leader => ({
    host: 'b',
    pid,
    command: 'root@b (run)',
    stateDir: '/s',
    since: noon,
    machine: 'm',
    boot: 'b',
    pidNamespace: 'n',
    startTime: '1',
    container: '',
    id: 'i',
    key: 'k',
  });
  const before: LeaseRow = { store: 's', token: 6, renewal: 9, ageMs: 15_400, leaseMs, leader: leader(12) };
  const told = (row: LeaseRow, calls = formerCalls([], at)) =>
    electionEvents({ leader: leader(34), token: 7 }, row, calls, { platform: 'shop', at: noon }).map(
      ({ type, reason, message }) => `${type} ${reason}: ${message}`,
    );
  expect(told(before, formerCalls([plan([step('startContainer')])], at))).toEqual([
    'Warning LostLead: root@b (run) (pid 12 on b) lost the lead: it was last heard of 15 s ago',
    'Normal LeaderElected: root@b (run) (pid 34 on b) leads now; what may still be under way of the one before is waited for: Service/web (startContainer, 15 s)',
  ]);
  const { leader: _, ...released } = before;
  expect(told(released)).toEqual(['Normal LeaderElected: root@b (run) (pid 34 on b) leads now']);
});
