// What a recovery makes of a look: what is a failure of its own, what is news to each state, whose failures are nobody's.

import { describe, expect, test } from 'vitest';
import type { Ref } from '../../../desired-state/resource.ts';
import type { Condition, ResourceStatus } from '../../../reconcilers/condition.ts';
import type { Facts } from '../../../reconcilers/facts.ts';
import type { Sight } from '../../../reconcilers/procedures/definition.ts';
import type { RecoveryContext } from '../../../reconcilers/recovery/context.ts';
import { recovery } from '../../../reconcilers/recovery/definition.ts';
import { failureOf, recoverable, troubleOf } from '../../../reconcilers/recovery/failure.ts';
import { facts, noon, on, service } from '../../support/make.ts';

const ref: Ref = 'Service/web';

const context: RecoveryContext = {
  ref,
  needs: ['Service/db'],
  settleMs: 30_000,
  verifyMs: 30_000,
  slowMs: 300_000,
  beganAt: noon,
  failure: { reason: 'Exited', at: noon, waitsFor: [], containerId: 'c1', looping: false, blocked: false },
  times: [noon],
  failures: 1,
  escalations: 0,
  triedAt: noon + 100,
};

function status(ready: boolean, degraded?: string, more: Partial<ResourceStatus> = {}): ResourceStatus {
  const conditions: Condition[] = [
    { type: 'Ready', status: ready, reason: ready ? 'Running' : (degraded ?? 'Starting'), message: '' },
    { type: 'Degraded', status: degraded !== undefined, reason: degraded ?? 'AsDeclared', message: '' },
  ];
  return { ref, conditions, containerId: 'c1', ...more };
}

const attempts = (...at: readonly number[]): Facts['attempts'] => ({
  [ref]: { at, notBefore: noon, lastFailure: 'it exited with status 1' },
});

function seen(state: string, given: ResourceStatus, more: Partial<Sight> = {}, memory: Partial<Facts> = {}) {
  const sight: Sight = { at: noon + 60_000, statuses: [given], facts: facts(memory), ...more };
  return recovery.see(state, context, sight)?.type;
}

const upDb = status(true, undefined, { ref: 'Service/db' });
const downDb = status(false, 'Exited', { ref: 'Service/db' });

describe('a look', () => {
  test('at one whose time ran out says that it is ready, where it is', () => {
    const late = { ...context, failure: { ...context.failure, reason: 'NotReady' }, failures: 2 };
    const look = (given: ResourceStatus) =>
      recovery.see('assessing', late, { at: noon, statuses: [given], facts: facts() })?.type;
    expect([look(status(true)), look(status(false))]).toEqual(['ready', undefined]);
  });

  test.each([
    ['assessing', 'it is ready, and failed otherwise', status(true), {}, undefined],
    ['restarting', 'it waits for its next try', status(false, 'BackOff'), {}, undefined],
    ['restarting', 'it was tried', status(false), { attempts: attempts(noon + 200) }, 'restarted'],
    ['restarting', 'it comes up', status(false), {}, 'restarted'],
    ['restarting', 'it is ready', status(true), {}, 'ready'],
    ['verifying', 'it starts', status(false), {}, undefined],
    ['verifying', 'it is ready', status(true), {}, 'ready'],
    ['verifying', 'it exited', status(false, 'Exited'), {}, 'failed'],
    [
      'verifying',
      'it was tried again meanwhile',
      status(false),
      { attempts: attempts(noon + 500) },
      'failed',
    ],
    ['verifying', 'its dependency fell', status(false, 'DependencyNotReady'), {}, 'failed'],
    ['settling', 'all is well', status(true), {}, undefined],
    ['settling', 'it is replaced', status(false), {}, 'fell'],
    ['settling', 'it fails', status(false, 'Unhealthy'), {}, 'failed'],
    [
      'waiting',
      'what it waited for is ready, and it is given time',
      status(false, 'DependencyBack'),
      {},
      undefined,
    ],
    [
      'escalated',
      'it falls again',
      status(false, 'CrashLoopBackOff'),
      { attempts: attempts(noon + 900) },
      undefined,
    ],
    ['escalated', 'it is up for a moment', status(true), { runningSince: { c1: noon + 59_000 } }, undefined],
    ['escalated', 'it stays up', status(true), { runningSince: { c1: noon + 30_000 } }, 'well'],
    ['escalated', 'a new container fails', status(false, 'Exited', { containerId: 'c2' }), {}, 'failed'],
    [
      'escalated',
      'a person holds it',
      status(false, 'Exited'),
      { holds: { [ref]: { at: noon, stopped: false, by: 'ana' } } },
      'held',
    ],
    ['held', 'nobody holds it', status(false, 'Exited'), {}, 'released'],
    ['assessing', 'whatever', status(false, 'Exited'), {}, undefined],
  ] as const)('in %s: %s', (state, _, given, memory, type) => {
    expect(seen(state, given, {}, memory)).toBe(type);
  });

  test('a person has its failures forgotten: it is judged anew; what was only in the way is not', () => {
    expect(seen('escalated', status(false, 'Exited'))).toBe('failed');
    const blocked: RecoveryContext = { ...context, failure: { ...context.failure, blocked: true } };
    const sight = { at: noon, statuses: [status(false, 'PortTaken')], facts: facts({}) };
    expect(recovery.see('escalated', blocked, sight)).toBeUndefined();
  });

  test('says nothing while a step of it is under way', () => {
    expect(seen('verifying', status(false, 'Exited'), { busy: new Set([ref]) })).toBeUndefined();
  });

  test('one that is declared no more is gone', () => {
    expect(seen('escalated', upDb)).toBe('gone');
  });

  test('a standby that rests again is nobody’s to recover', () => {
    const rests = {
      ...status(true),
      conditions: [{ type: 'Ready', status: true, reason: 'StandsBy', message: '' }],
    };
    expect(seen('verifying', rests as ResourceStatus)).toBe('gone');
  });

  test('a database that says it loads is waited for, and is free when it stops saying so', () => {
    const loading = status(false);
    const says = {
      ...loading,
      conditions: [{ type: 'Ready', status: false, reason: 'Loading', message: '' }],
    } as const;
    expect(seen('verifying', says)).toBe('loading');
    expect(seen('waiting', says)).toBeUndefined();
    expect(seen('waiting', loading)).toBe('free');
  });

  test('what waits for a dependency is free when that is ready', () => {
    const waiting: RecoveryContext = {
      ...context,
      failure: { ...context.failure, waitsFor: ['Service/db'] },
    };
    const look = (db: ResourceStatus) =>
      recovery.see('waiting', waiting, { at: noon, statuses: [status(false), db], facts: facts({}) })?.type;
    expect([look(downDb), look(upDb)]).toEqual([undefined, 'free']);
  });
});

describe('a look while a standby stands in', () => {
  const spare: Ref = 'Service/spare';
  const failover = { to: spare, alias: 'web', network: 'net', startMs: 1, checkMs: 1 } as const;
  const withStandby: RecoveryContext = { ...context, failover, triedAt: noon + 100 };
  const standby = (reason: string, ready = true): ResourceStatus => ({
    ref: spare,
    conditions: [{ type: 'Ready', status: ready, reason, message: '' }],
  });
  const seenBy = (
    state: string,
    statuses: readonly ResourceStatus[],
    more: Partial<Sight> = {},
    memory: Partial<Facts> = {},
  ) => recovery.see(state, withStandby, { at: noon + 60_000, statuses, facts: facts(memory), ...more })?.type;
  const down = status(false, 'CrashLoopBackOff');
  const held = { holds: { [ref]: { at: noon, stopped: false, by: 'ana' } } };
  const newly = { runningSince: { c1: noon + 59_000 } };

  test.each([
    ['startingStandby', 'it stands by still', [down, standby('StandsBy')], {}, {}, undefined],
    ['startingStandby', 'it comes up', [down, standby('ProbePending', false)], {}, {}, undefined],
    ['startingStandby', 'it is ready', [down, standby('ProbePassing')], {}, {}, 'standbyReady'],
    [
      'startingStandby',
      'it is ready, and its step is under way',
      [down, standby('ProbePassing')],
      { busy: new Set([spare]) },
      {},
      undefined,
    ],
    ['startingStandby', 'it is declared no more', [down], {}, {}, 'standbyGone'],
    ['startingStandby', 'the first is held', [down, standby('StandsBy')], {}, held, 'held'],
    [
      'startingStandby',
      'the first is up for a moment',
      [status(true), standby('StandsBy')],
      {},
      newly,
      undefined,
    ],
    ['startingStandby', 'the first is up for good', [status(true), standby('StandsBy')], {}, {}, 'well'],
    [
      'confirmingStandby',
      'its start is still to come',
      [down, standby('StandsBy')],
      { planned: new Set([spare]) },
      {},
      'unacted',
    ],
    ['confirmingStandby', 'it is not ready', [down, standby('ProbeFailing', false)], {}, {}, 'late'],
    ['confirmingStandby', 'it is ready after all', [down, standby('ProbePassing')], {}, {}, 'standbyReady'],
    [
      'confirmingAlias',
      'the first is still to lose it',
      [down, standby('ProbePassing')],
      { planned: new Set([ref]) },
      {},
      'unacted',
    ],
    ['confirmingAlias', 'all is done', [down, standby('ProbePassing')], {}, {}, 'late'],
    ['failedOver', 'the first fails on', [down, standby('ProbePassing')], {}, {}, undefined],
    ['failedOver', 'the first is held', [down, standby('ProbePassing')], {}, held, undefined],
    ['failedOver', 'the first is ready', [status(true), standby('ProbePassing')], {}, {}, 'ready'],
    ['proving', 'it stays so', [status(true), standby('ProbePassing')], {}, {}, undefined],
    ['proving', 'it falls', [down, standby('ProbePassing')], {}, {}, 'fell'],
    [
      'proving',
      'it fell between two looks and was started again',
      [status(true), standby('ProbePassing')],
      {},
      { attempts: attempts(noon + 500) },
      'fell',
    ],
    ['returning', 'it falls', [down, standby('ProbePassing')], {}, {}, 'fell'],
    ['failedOver', 'the first is declared no more', [standby('ProbePassing')], {}, {}, 'gone'],
  ] as const)('in %s: %s', (state, _, statuses, more, memory, type) => {
    expect(seenBy(state, statuses, more, memory)).toBe(type);
  });
});

describe('a failure', () => {
  test('knows what is down below, whether the budget is used up, and whether anything was tried', () => {
    const web = service('web', { dependsOn: [on('Service/db')] });
    const sight = { statuses: [status(false, 'PortTaken'), downDb], facts: facts({}) };
    expect(failureOf(web, sight, noon)).toMatchObject({
      reason: 'PortTaken',
      waitsFor: ['Service/db'],
      looping: false,
      blocked: true,
    });
  });

  test.each([
    'DriftReported',
    'Protected',
    'ReplacementFailed',
    'JobFailed',
    'ProbeSuspect',
    'DependencyNotReady',
  ])('%s is none', (reason) => expect(troubleOf(status(false, reason))).toBeUndefined());

  test('nor is what is degraded and does its work', () => {
    expect(troubleOf(status(true, 'ImagePullFailed'))).toBeUndefined();
  });

  test('a job is never recovered', () => {
    expect([...recoverable([service('job', { lifecycle: 'job' }), service('web')]).keys()]).toEqual([ref]);
  });
});
