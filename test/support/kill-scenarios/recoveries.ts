// Recoveries of one workload in which a controller is killed.

import { rm } from 'node:fs/promises';
import { askedBy, breakFirst, mendFirst, pair, quickFailover } from '../failover.ts';
import { points } from '../kill-points.ts';
import { onceOnly } from '../once-only.ts';
import { service } from '../platform.ts';
import { patienceMs, until } from '../until.ts';
import {
  brokenPair,
  crash,
  decide,
  flagged,
  type Scenario,
  type Scenarios,
  sleeper,
  twoSleepers,
} from './scenario.ts';

/** Waits and budgets that a test has the time for. */
const quick =
  'policy: {resync: 2s, backoff: {initial: 100ms, max: 2s}, restartBudget: {restarts: 3, within: 1m}, recovery: {settle: 3s, verify: 4s}}';

/** As `onceOnly`, and says that it has no room: there is room on the engine's disk, so that nothing is freed. */
const withoutRoom = service('a', [
  'init: true',
  'tier: core',
  'command: [sh, -c, "echo no space left on device; test ! -e /was && touch /was && exec sleep 9999"]',
  'probe: {exec: {command: "test -e /was"}, every: 100ms}',
]);

const crashOfA: Scenario['begin'] = (p) => crash(p, 'a');

export const recoveries: Scenarios = {
  'a recovery': {
    kind: 'recovery',
    documents: twoSleepers,
    spec: quick,
    begin: crashOfA,
    states: {
      assessing: ['stored'],
      restarting: ['stored'],
      verifying: ['stored'],
      settling: ['stored'],
      recovered: ['stored'],
    },
    end: 'recovered',
    acts: { a: ['start'], b: [] },
  },
  'a recovery that no restart helps': {
    kind: 'recovery',
    documents: [withoutRoom, sleeper('b', 'depends_on: [a]')],
    spec: quick,
    begin: crashOfA,
    says: { escalated: decide('resolve') },
    states: { freeing: ['stored'], escalated: ['stored'], resolved: ['stored'] },
    end: 'resolved',
    acts: { b: [] },
  },
  'a recovery that is left to a person': {
    kind: 'recovery',
    documents: brokenPair,
    spec: quick,
    begin: crashOfA,
    says: { escalated: decide('hold') },
    states: { held: ['stored'] },
    end: 'held',
    acts: { b: [] },
  },
  'a recovery that a person gives up': {
    kind: 'recovery',
    documents: brokenPair,
    spec: quick,
    begin: crashOfA,
    says: { escalated: { type: 'abort' } },
    states: { aborted: ['stored'] },
    end: 'aborted',
    acts: { b: [] },
  },
  'a recovery of what is declared no more': {
    kind: 'recovery',
    documents: [onceOnly('a'), sleeper('b')],
    spec: quick,
    begin: crashOfA,
    does: { escalated: (p) => p.declare([sleeper('b')], quick) },
    states: { gone: ['stored'] },
    end: 'gone',
    acts: { b: [] },
  },
  'a recovery that waits for what it depends on': {
    kind: 'recovery',
    ref: 'Service/b',
    documents: [
      flagged('a', 'test ! -e /flags/a && exec sleep 9999', 'tier: core'),
      sleeper('b', 'depends_on: [a]'),
    ],
    spec: quick,
    begin: (p) => crash(p, 'b'),
    does: {
      settling: async (p) => {
        await p.write('flags/a', '');
        await crash(p, 'a');
        await crash(p, 'b');
      },
      waiting: (p) => rm(p.path('flags/a'), { force: true }),
    },
    states: { waiting: ['stored'] },
    end: 'recovered',
    acts: { b: ['start', 'start'] },
  },
};

const moves = /^\/networks\/[^/?]+\/(connect|disconnect)/;

export const failovers: Scenarios = {
  'a failover and its return': {
    kind: 'recovery',
    documents: pair(),
    spec: quickFailover,
    begin: breakFirst,
    does: { failedOver: mendFirst },
    says: { failedOver: decide('retry') },
    states: {
      startingStandby: points,
      movingAlias: points,
      failedOver: ['stored'],
      proving: ['stored'],
      returning: points,
      recovered: points,
    },
    end: 'recovered',
    after: async (p) => {
      await p.untilContainer('Service/spare', 'is stopped', (c) => !c.State.Running);
      await until(async () => (await askedBy(p, 'cache')) === 'first', patienceMs, 'the first answers again');
    },
    acts: { spare: ['start', 'stop'], client: [] },
  },
  // Its time is over before the engine has done what it was asked for: that is no fault of the standby.
  'a failover on an engine that takes its time': {
    kind: 'recovery',
    ref: 'Service/cache',
    documents: pair(),
    spec: quickFailover.replace('verify: 8s', 'verify: 3s'),
    begin: async (p, mortal) => {
      const { Id } = await p.container('Service/spare');
      mortal.engine.fault({ kind: 'hang', method: 'POST', path: new RegExp(`^/containers/${Id}/start`) });
      await breakFirst(p);
    },
    does: {
      confirmingStandby: (_, { engine }) => {
        engine.clear();
        engine.fault({ kind: 'hang', method: 'POST', path: moves });
      },
      confirmingAlias: (_, { engine }) => engine.clear(),
    },
    states: { confirmingStandby: ['stored'], confirmingAlias: ['stored'] },
    end: 'failedOver',
    after: (p) =>
      until(async () => (await askedBy(p, 'cache')) === 'standby', patienceMs, 'the standby answers'),
    acts: { spare: ['start'], client: [] },
  },
};
