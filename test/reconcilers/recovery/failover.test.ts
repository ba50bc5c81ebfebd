// Failover in recovery's machine: when a standby is asked for, what is done before anybody is told, and who has the alias
// whatever happens on the way there and back.

import { describe, expect, test } from 'vitest';
import { recovery } from '../../../reconcilers/recovery/definition.ts';
import { noon } from '../../support/make.ts';
import { failover, failure, RecoveryWalk, ready, restarted } from '../../support/recovery-walk.ts';

/** The standby serves; what was asked for on the way is forgotten. */
function failedOver(): RecoveryWalk {
  const walk = new RecoveryWalk({ failover, failure: { ...failure, looping: true } }).evidence();
  walk.feed({ type: 'standbyReady' }).feed({ type: 'worked', work: 'alias-1' });
  walk.asked.length = 0;
  return walk;
}

describe('the machine', () => {
  test.each([
    ['the budget is used up', { looping: true }, ['failOver']],
    ['no restart can help', { reason: 'CommandNotFound' }, ['slowDown', 'failOver']],
  ])('%s, and a standby is declared: it is started, given the alias, looked at', (_, more, asked) => {
    const walk = new RecoveryWalk({ failover, failure: { ...failure, ...more } }).evidence();
    expect([walk.machine.state, walk.asked]).toEqual(['startingStandby', asked]);
    walk.asked.length = 0;
    walk.feed({ type: 'standbyReady' });
    expect([walk.machine.state, walk.asked]).toEqual(['movingAlias', ['failOver']]);
    // Nobody is told before it was seen to answer.
    walk.feed({ type: 'worked', work: 'alias-1' });
    expect([walk.machine.state, walk.asked]).toEqual(['failedOver', ['failOver', 'tellFailedOver']]);
  });

  test('ready again it must stay so; then it gets the alias back, is looked at, and the standby is let go', () => {
    const walk = failedOver();
    walk.feed(ready).after(29_999);
    expect(walk.machine.state).toBe('proving');
    walk.feed({ type: 'fell' }).feed(ready).after(29_999);
    expect([walk.machine.state, walk.asked]).toEqual(['proving', []]);
    walk.after(1);
    expect([walk.machine.state, walk.asked]).toEqual(['returning', ['failOver']]);
    // Of the look before, when the standby got it.
    expect(walk.feed({ type: 'worked', work: 'alias-1' }).machine.state).toBe('returning');
    walk.feed({ type: 'worked', work: 'alias-2' });
    expect(walk.machine).toMatchObject({ state: 'recovered', ended: true });
    expect(walk.asked).toEqual(['failOver', 'endFailover', 'tellGivenBack']);
  });

  test.each([
    ['it falls while it gets the alias back', { type: 'fell' }],
    ['it does not answer with the alias', { type: 'worked', work: 'alias-2', error: 'its probe fails' }],
  ])('%s: the standby has it again', (_, event) => {
    const walk = failedOver().feed(ready).after(30_000).feed(event);
    expect([walk.machine.state, walk.asked]).toEqual(['movingAlias', ['failOver', 'failOver']]);
  });

  test.each([
    [
      'the standby does not get ready in time',
      (w: RecoveryWalk) => w.after(40_000).feed({ type: 'late' }),
      'did not get ready in time',
    ],
    [
      'the standby is declared no more',
      (w: RecoveryWalk) => w.feed({ type: 'standbyGone' }),
      'declared no more',
    ],
    [
      'it does not answer by the alias',
      (w: RecoveryWalk) =>
        w
          .feed({ type: 'standbyReady' })
          .feed({ type: 'worked', work: 'alias-1', error: 'web too' })
          .feed({ type: 'late' }),
      'web too',
    ],
  ])('%s: it is let go, a person is told, and it is not tried again by itself', (_, fails, words) => {
    const walk = fails(new RecoveryWalk({ failover, failure: { ...failure, looping: true } }).evidence());
    expect(walk.machine.state).toBe('escalated');
    expect(walk.asked.slice(-2)).toEqual(['endFailover', 'tellEscalated']);
    expect(recovery.outlook('escalated', walk.context).message).toContain(words);
    // Tried anew by a person and failing again, it may help by now.
    walk.decides('retry').feed(restarted).failed({ looping: true }).evidence();
    expect(walk.machine.state).toBe('startingStandby');
  });

  test('its time is over, and nobody has acted meanwhile: that is no verdict', () => {
    const walk = new RecoveryWalk({ failover, failure: { ...failure, looping: true } }).evidence();
    walk.after(40_000).feed({ type: 'unacted' }).after(40_000).feed({ type: 'unacted' });
    expect(walk.machine.state).toBe('startingStandby');
    // It comes up, and has not failed: once more, and then no more.
    walk.after(40_000).feed({ type: 'late', starting: true });
    expect(walk.machine.state).toBe('startingStandby');
    walk.feed({ type: 'standbyReady' }).feed({ type: 'worked', work: 'alias-1', error: 'not yet' });
    expect(walk.feed({ type: 'unacted' }).machine.state).toBe('movingAlias');
    walk.feed({ type: 'worked', work: 'alias-2' });
    expect(walk.machine.state).toBe('failedOver');
  });

  test('a person gives the alias back: what fails does its own work again, and no standby is tried', () => {
    const walk = failedOver().decides('giveBack');
    expect([walk.machine.state, walk.asked]).toEqual(['verifying', ['endFailover']]);
    expect(walk.failed({ looping: true }).evidence().machine.state).toBe('escalated');
    expect(recovery.outlook('escalated', walk.context).message).toContain('given back by ana');
  });

  test('aborted by a person the standby is let go; where a wider procedure takes over it serves on', () => {
    const abort = { type: 'abort', by: 'ana' };
    expect(failedOver().feed(abort).asked).toEqual(['endFailover']);
    expect(failedOver().feed({ ...abort, wider: true }).asked).toEqual([]);
    const later = new RecoveryWalk({ failover, failedOverAt: noon });
    expect([later.machine.state, later.asked]).toEqual(['failedOver', []]);
  });

  test('held by a person while the standby serves, it serves on', () => {
    expect(failedOver().feed({ type: 'held' }).machine.state).toBe('failedOver');
    const starting = new RecoveryWalk({ failover, failure: { ...failure, looping: true } }).evidence();
    expect(starting.feed({ type: 'held' }).asked).toEqual(['failOver', 'endFailover']);
  });
});
