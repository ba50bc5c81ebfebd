// What the controller before may still have under way, from what it stored; and how a change of the lead is told.

import { describe, expect, test } from 'vitest';
import { electionEvents } from '../../../controller/lease/election-events.ts';
import {
  callsOfTheDead,
  callTimeoutUnder,
  type FormerCall,
  formerCalls,
} from '../../../controller/lease/former-calls.ts';
import type { Leader, LeaseRow } from '../../../controller/lease/port.ts';
import type { BegunStep } from '../../../controller/store/store.ts';
import type { Step, StepOp } from '../../../reconcilers/plan.ts';
import { noon } from '../../support/make.ts';

const leaseMs = 15_000;
const at = { leaseMs, now: noon };

function begun(op: StepOp, startedAt = noon - 1_000): BegunStep {
  const args = { containerId: 'c', ...(op === 'stopContainer' ? { graceMs: 30_000 } : {}) };
  return { step: { id: `Service/web:${op}`, ref: 'Service/web', op, args } as unknown as Step, startedAt };
}

const waits = (calls: readonly FormerCall[]) => calls.map(({ step, ms }) => [step.op, ms]);

describe('of a leader before, which may live', () => {
  test('a step that began and did not end is waited for: its call’s time, and the grace of a stop', () => {
    const steps = [begun('startContainer'), begun('stopContainer'), begun('restartContainer')];
    expect(waits(formerCalls(steps, at))).toEqual([
      ['startContainer', 15_000],
      ['stopContainer', 45_000],
      ['restartContainer', 25_000],
    ]);
  });

  test.each<[string, readonly BegunStep[]]>([
    ['does no harm twice', [begun('pullImage'), begun('buildImage'), begun('pullModel')]],
    ['is older than any call', [begun('startContainer', noon - 3_600_000)]],
  ])('one that %s is not', (_what, steps) => {
    expect(formerCalls(steps, at)).toEqual([]);
  });
});

const here = { now: noon, sameClock: true };

describe('of a controller that is dead', () => {
  test('what would stop a container a second time is waited for until its own time is over', () => {
    const steps = [begun('restartContainer', noon - 30_000), begun('stopContainer'), begun('startContainer')];
    expect(waits(callsOfTheDead(steps, here))).toEqual([
      ['restartContainer', 40_000],
      ['stopContainer', 89_000],
    ]);
    expect(callsOfTheDead([begun('restartContainer', noon - 70_000)], here)).toEqual([]);
  });

  test('it is seen done only where the engine goes by the same clock', () => {
    const seen = (sameClock: boolean) =>
      callsOfTheDead([begun('restartContainer')], { now: noon, sameClock }).map((c) => c.sentOnce);
    expect([seen(true), seen(false)]).toEqual([[true], [undefined]]);
  });

  test('a clock that was set back makes nobody wait longer than that', () => {
    expect(waits(callsOfTheDead([begun('restartContainer', noon + 3_600_000)], here))).toEqual([
      ['restartContainer', 70_000],
    ]);
  });
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
  expect(told(before, formerCalls([begun('startContainer')], at))).toEqual([
    'Warning LostLead: root@b (run) (pid 12 on b) lost the lead: it was last heard of 15 s ago',
    'Normal LeaderElected: root@b (run) (pid 34 on b) leads now; what may still be under way of the one before is waited for: Service/web (startContainer, 15 s)',
  ]);
  const { leader: _, ...released } = before;
  expect(told(released)).toEqual(['Normal LeaderElected: root@b (run) (pid 34 on b) leads now']);
});
