// Recovery as a pure machine: what each event leads to, what a person is told and when, and that every state outlives its
// storing.

import { describe, expect, test } from 'vitest';
import { getShortestPaths } from 'xstate/graph';
import type { RecoveryContext } from '../../../reconcilers/recovery/context.ts';
import { recovery } from '../../../reconcilers/recovery/definition.ts';
import { machine } from '../../../reconcilers/recovery/machine.ts';
import { noon } from '../../support/make.ts';
import {
  evidence,
  failover,
  failure,
  input,
  RecoveryWalk,
  ready,
  restarted,
} from '../../support/recovery-walk.ts';

const standsIn = new Set([
  'startingStandby',
  'confirmingStandby',
  'movingAlias',
  'confirmingAlias',
  'failedOver',
  'proving',
  'returning',
]);

const plain = [
  ...(['ready', 'fell', 'loading', 'free', 'well', 'held', 'released', 'gone'] as const),
  ...(['standbyReady', 'standbyGone', 'unacted', 'late'] as const),
];

describe('the machine', () => {
  test('one crash: restarted, ready, still ready after the time to settle, and nobody is told', () => {
    const walk = new RecoveryWalk().evidence().feed(restarted).feed(ready);
    expect(walk.machine.state).toBe('settling');
    expect(walk.after(29_999).machine.state).toBe('settling');
    expect(walk.after(1).machine).toMatchObject({ state: 'recovered', ended: true });
    expect(walk.asked).toEqual([]);
    expect(walk.context.evidence?.log).toEqual(['the last words']);
  });

  test('more than one failure on the way: that it is well again is told', () => {
    const walk = new RecoveryWalk()
      .evidence()
      .feed(restarted)
      .failed()
      .evidence()
      .feed(restarted)
      .feed(ready);
    expect(walk.after(30_000).machine.state).toBe('recovered');
    expect(walk.asked).toEqual(['tellRecovered']);
  });

  test('its time ran out while nobody looked, and it is ready: no failure, nobody is told, no standby is started', () => {
    const walk = new RecoveryWalk({ failover }).evidence().feed(restarted);
    expect(walk.after(60_000).machine.state).toBe('assessing');
    expect(walk.feed(ready).machine.state).toBe('settling');
    expect(walk.context).toMatchObject({ failures: 1, times: [noon] });
    expect(walk.after(30_000).machine.state).toBe('recovered');
    expect(walk.asked).toEqual([]);
  });

  test('its time ran out, and it is not ready: a person is told', () => {
    const walk = new RecoveryWalk().evidence().feed(restarted).after(60_000).evidence();
    expect(walk.machine.state).toBe('escalated');
    expect(walk.asked).toEqual(['tellEscalated']);
  });

  test('the budget is used up: told once, however often it falls again', () => {
    const walk = new RecoveryWalk().evidence().feed(restarted).failed({ looping: true }).evidence();
    expect(walk.machine.state).toBe('escalated');
    // Up for a moment and down again is no event of the machine (see.test.ts).
    expect(walk.feed(ready).feed({ type: 'fell' }).machine.state).toBe('escalated');
    expect(walk.asked).toEqual(['tellEscalated']);
    expect(walk.feed({ type: 'well' }).machine.state).toBe('recovered');
  });

  test('another container, or another try of a person, fails: judged and told anew', () => {
    const walk = new RecoveryWalk({ failure: { ...failure, looping: true } }).evidence();
    walk.failed({ containerId: 'new', looping: true }).evidence();
    expect(walk.asked).toEqual(['tellEscalated', 'tellEscalated']);
  });

  test('no restart can help: told at once, and the loop tries only now and then', () => {
    const walk = new RecoveryWalk({ failure: { ...failure, reason: 'CommandNotFound' } }).evidence();
    expect(walk.machine.state).toBe('escalated');
    expect(walk.asked).toEqual(['slowDown', 'tellEscalated']);
  });

  test('what is in the way of a start is looked at by every pass: nothing is slowed down', () => {
    const walk = new RecoveryWalk({ failure: { ...failure, reason: 'PortTaken', blocked: true } }).evidence();
    expect(walk.asked).toEqual(['tellEscalated']);
    expect(walk.feed({ type: 'well' }).machine.state).toBe('recovered');
  });

  test('a dependency that is down is waited for, without an end', () => {
    const walk = new RecoveryWalk({ failure: { ...failure, waitsFor: ['Service/db'] } }).evidence();
    expect(walk.machine).toMatchObject({ state: 'waiting', timers: [] });
    expect(walk.feed({ type: 'free' }).feed(restarted).feed(ready).machine.state).toBe('settling');
  });

  test('a database that says itself that it recovers is waited for', () => {
    const walk = new RecoveryWalk().evidence().feed(restarted).feed({ type: 'loading' });
    expect(walk.machine).toMatchObject({ state: 'waiting', timers: [] });
  });

  test('not ready in its time, and never failing: a person is told', () => {
    const walk = new RecoveryWalk().evidence().feed(restarted).after(60_000);
    expect(walk.machine.state).toBe('assessing');
    expect(walk.evidence().machine.state).toBe('escalated');
    expect(walk.asked).toEqual(['tellEscalated']);
  });

  test('nothing can be read of it in time: judged by what the pass has seen', () => {
    const walk = new RecoveryWalk().after(15_000);
    expect(walk.machine.state).toBe('restarting');
    expect(walk.context.verdict?.kind).toBe('crash');
  });

  test.each([
    ['retry', 'restarting', 'askRestart Service/web'],
    ['hold', 'held', 'hold Service/web'],
    ['resolve', 'resolved', 'forget Service/web'],
  ])('a person answers %s', (choice, state, asked) => {
    const walk = new RecoveryWalk({ failure: { ...failure, looping: true } }).evidence().decides(choice);
    expect([walk.machine.state, walk.asked.at(-1)]).toEqual([state, asked]);
  });

  test('tried again by a person and failing again, they are told again', () => {
    const walk = new RecoveryWalk({ failure: { ...failure, looping: true } }).evidence().decides('retry');
    walk.feed(restarted).failed({ looping: true }).evidence();
    expect(walk.asked.filter((a) => a === 'tellEscalated')).toHaveLength(2);
  });

  test('every state is reached', () => {
    const at = noon;
    const events = [
      { type: 'evidence', at, evidence },
      { type: 'evidence', at, evidence: { ...evidence, log: ['no space left on device'] } },
      { type: 'restarted', at, triedAt: at },
      { type: 'failed', at, failure: { ...failure, looping: true } },
      { type: 'failed', at, failure: { ...failure, waitsFor: ['Service/db'] } },
      ...plain.map((type) => ({ type, at })),
      ...['alias-1', 'alias-2'].map((work) => ({ type: 'worked', work, at })),
      { type: 'worked', work: 'alias-1', error: 'nobody answers', at },
      ...['retry', 'hold', 'resolve'].map((choice) => ({ type: 'decide', choice, at, by: 'ana' })),
      { type: 'abort', at, by: 'ana' },
      { type: 'xstate.after.settle.recovery.settling', at },
      { type: 'xstate.after.settle.recovery.proving', at },
      { type: 'xstate.after.standby.recovery.startingStandby', at },
    ];
    const paths = getShortestPaths(machine, {
      events: events as never,
      input: { ...input, failover, at },
      // What it counts and remembers is without bounds; where it may go from is not.
      serializeState: (s) => {
        const { failure: f, verdict, looks = 0 } = s.context as RecoveryContext;
        return `${s.value} ${f.looping} ${f.waitsFor.length} ${verdict?.kind} ${Math.min(looks, 2)}`;
      },
    });
    const reached = new Set(paths.map((path) => String(path.state.value)));
    const transient = new Set(['judging', 'beginning', 'freed']);
    expect([...reached].sort()).toEqual(
      Object.keys(machine.states)
        .filter((s) => !transient.has(s))
        .sort(),
    );
  });

  test('random walks end by abort from wherever they are, and are told of by a sentence', () => {
    // A small generator of its own: the same walks each time.
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const steps: readonly ((walk: RecoveryWalk) => unknown)[] = [
      (w) => w.evidence(),
      (w) => w.evidence({ exitCode: 127 }),
      (w) => w.evidence({ log: ['no space left on device'] }),
      (w) => w.feed({ type: 'worked', work: recovery.work?.(w.state, w.context)?.id, bytes: random(2) }),
      (w) => w.feed(restarted),
      (w) => w.feed(ready),
      (w) => w.feed({ type: 'fell' }),
      (w) => w.failed(),
      (w) => w.failed({ looping: true }),
      (w) => w.failed({ waitsFor: ['Service/db'] }),
      (w) => w.feed({ type: 'free' }),
      (w) => w.feed({ type: 'loading' }),
      (w) => w.feed({ type: 'held' }),
      (w) => w.feed({ type: 'released' }),
      (w) => w.decides('retry'),
      (w) => w.decides('giveBack'),
      (w) => w.feed({ type: 'standbyReady' }),
      (w) => w.feed({ type: 'standbyGone' }),
      (w) => w.feed({ type: 'unacted' }),
      (w) => w.feed({ type: 'late', starting: true }),
      (w) => w.feed({ type: 'worked', work: `alias-${w.context.looks}` }),
      (w) => w.feed({ type: 'worked', work: `alias-${w.context.looks}`, error: 'nobody answers' }),
      (w) => w.after(10_000),
      (w) => w.after(70_000),
    ];
    for (let walks = 0; walks < 300; walks++) {
      const walk = new RecoveryWalk(walks % 2 === 0 ? {} : { failover });
      for (let i = random(40); i > 0 && !walk.machine.ended; i--) steps[random(steps.length)]?.(walk);
      const { state, context } = walk.machine;
      const { message, choices } = recovery.outlook(state, context as RecoveryContext);
      expect(message).toMatch(/Service\/web/);
      expect(choices.length > 0).toBe(state === 'escalated' || state === 'failedOver');
      // The standby stands in exactly where the last word on it was that it does.
      const last = walk.asked.filter((a) => a === 'failOver' || a === 'endFailover').at(-1);
      expect(last === 'failOver').toBe(standsIn.has(state));
      expect((context as RecoveryContext).times.length).toBeLessThanOrEqual(6);
      if (!walk.machine.ended) walk.feed({ type: 'abort', by: 'ana' });
      expect(walk.machine).toMatchObject({ ended: true, timers: [] });
    }
  });
});
