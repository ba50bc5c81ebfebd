// For how long an apply counts no time of its own: as long as a rollout goes on by itself.

import { expect, test } from 'vitest';
import type { PassResult } from '../../../controller/loop/reconciler.ts';
import { RolloutWatch } from '../../../controller/loop/rollout-watch.ts';
import type { ProcedureRecord } from '../../../controller/store/store.ts';
import { noon } from '../../support/make.ts';

function rollout(state: string, ended = false): ProcedureRecord {
  return {
    ...{ id: 'rollout-1', kind: 'rollout', version: 1, by: 'ana', beganAt: noon, changedAt: noon },
    machine: { state, context: {}, timers: [], ended },
  };
}

test('a rollout goes on by itself until it has ended or asks a person', () => {
  const rollouts: { underWay: ProcedureRecord | undefined; last: ProcedureRecord | undefined } = {
    underWay: rollout('rolling'),
    last: undefined,
  };
  const watch = new RolloutWatch(rollouts);
  const going = ['rolling', 'settling', 'confirming', 'checking', 'rollingBack', 'paused'].map((state) => {
    rollouts.underWay = rollout(state);
    return watch.goesOn;
  });
  expect(new Set(going)).toEqual(new Set([true]));
  rollouts.underWay = rollout('deciding');
  expect(watch.goesOn).toBe(false);
  Object.assign(rollouts, { underWay: undefined, last: rollout('done', true) });
  expect(watch.goesOn).toBe(false);
});

test('an apply hears of the first try for images that failed since it began, not of one before', () => {
  const waiting = {
    ...rollout('awaitingImages'),
    machine: { ...rollout('awaitingImages').machine, context: { failed: {} } },
  };
  const rollouts = { underWay: waiting, last: undefined };
  const watch = new RolloutWatch(rollouts);
  const result = { plan: { statuses: [] } } as unknown as PassResult;
  const judged = () => watch.judge({ over: false }, result);
  expect(judged()).toEqual({ over: false });
  rollouts.underWay = { ...waiting, changedAt: noon + 1 };
  expect(judged()).toEqual({ over: true, ok: false, failed: [] });
});

test('an apply that brings nothing in by waves has its own time only', () => {
  expect(new RolloutWatch({ underWay: undefined, last: undefined }).goesOn).toBe(false);
});
