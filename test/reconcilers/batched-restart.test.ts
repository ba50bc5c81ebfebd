// Batched restart as a pure machine: which batches, what each event leads to, and that every state outlives its storing.

import { describe, expect, test } from 'vitest';
import { getShortestPaths } from 'xstate/graph';
import type { Ref } from '../../desired-state/resource.ts';
import { batchedRestart } from '../../reconcilers/batched-restart/definition.ts';
import {
  type BatchedRestartContext,
  type BatchedRestartInput,
  machine,
} from '../../reconcilers/batched-restart/machine.ts';
import { batchesOf } from '../../reconcilers/procedures/batches.ts';
import { facts, noon, on, revision, service } from '../support/make.ts';
import { ProcedureWalk } from '../support/procedure-walk.ts';

const input: BatchedRestartInput = {
  by: 'ana@host (restart)',
  batches: [
    { tier: 'core', refs: ['Service/db'] },
    { tier: 'standard', refs: ['Service/a', 'Service/b'] },
    { tier: 'standard', refs: ['Service/c'] },
  ],
  settleMs: 30_000,
  timeoutMs: 300_000,
  maxFailures: 1,
};

class Walk extends ProcedureWalk<BatchedRestartContext> {
  constructor(given: Partial<BatchedRestartInput> = {}) {
    super(machine, { ...input, ...given });
  }
}

describe('the batches', () => {
  const db = service('db', { tier: 'core' });
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];

  test('core before critical before standard, five at a time, no more', () => {
    const all = [...names.map((n) => service(n)), service('boss', { tier: 'critical' }), db];
    const chosen = new Set(all.map((r): Ref => `Service/${r.name}`));
    expect(batchesOf(revision(all), chosen, { size: () => 5 }).map((b) => [b.tier, b.refs.length])).toEqual([
      ['core', 1],
      ['critical', 1],
      ['standard', 5],
      ['standard', 1],
    ]);
  });

  test('one that depends on another of its tier comes in a later batch', () => {
    const all = [service('b', { dependsOn: [on('Service/a')] }), service('a'), service('c')];
    const chosen = new Set<Ref>(['Service/a', 'Service/b', 'Service/c']);
    expect(batchesOf(revision(all), chosen, { size: () => 5 }).map((b) => [...b.refs])).toEqual([
      ['Service/a', 'Service/c'],
      ['Service/b'],
    ]);
  });

  test('jobs, and what is not chosen, are left alone', () => {
    const all = [service('job', { lifecycle: 'job' }), service('a'), service('b')];
    const chosen = new Set<Ref>(['Service/job', 'Service/a']);
    expect(batchesOf(revision(all), chosen, { size: () => 5 }).map((b) => b.refs)).toEqual([['Service/a']]);
  });
});

describe('the machine', () => {
  test('restarts batch after batch, each settled before the next', () => {
    const walk = new Walk().seen('Service/db');
    expect(walk.machine.state).toBe('settling');
    walk.after(29_999);
    expect(walk.asked).toEqual(['askRestart Service/db']);
    walk
      .after(1)
      .seen('Service/a')
      .seen('Service/a', 'Service/b')
      .after(30_000)
      .seen('Service/c')
      .after(30_000);
    expect(walk.machine).toMatchObject({ state: 'done', ended: true, timers: [] });
    expect(walk.context.reports.map((r) => r.askedAt - noon)).toEqual([0, 30_000, 60_000]);
    expect(walk.asked).toEqual([
      'askRestart Service/db',
      'askRestart Service/a Service/b',
      'askRestart Service/c',
    ]);
  });

  test('a core one that does not get ready stops it for a decision before anything else is touched', () => {
    const walk = new Walk().after(300_000);
    expect(walk.machine).toMatchObject({ state: 'deciding', timers: [] });
    expect(walk.asked).toEqual(['askRestart Service/db', 'tell BatchNotReady', 'tell DecisionNeeded']);
  });

  test('retry asks again for those alone that did not get ready', () => {
    const walk = new Walk({ maxFailures: 0 })
      .seen('Service/db')
      .after(30_000)
      .seen('Service/a')
      .after(300_000);
    expect(walk.machine.state).toBe('deciding');
    walk.decides('retry');
    expect(walk.asked.at(-1)).toBe('askRestart Service/b');
    walk.seen('Service/a', 'Service/b');
    expect(walk.machine.state).toBe('settling');
    expect(walk.context.failed).toEqual([]);
  });

  test('so many of tier standard may fail; one more stops it; continue accepts those', () => {
    const walk = new Walk().seen('Service/db').after(30_000).seen('Service/a').after(300_000);
    expect(walk.asked.at(-1)).toBe('askRestart Service/c');
    walk.after(300_000);
    expect(walk.machine.state).toBe('deciding');
    expect(walk.context.failed).toEqual(['Service/b', 'Service/c']);
    walk.decides('continue');
    expect(walk.machine.state).toBe('done');
    // Over, it asks for nothing any more.
    expect(walk.asked.at(-1)).toBe('withdraw Service/b Service/c');
  });

  test('paused, it finishes the batch under way and begins no other until resumed', () => {
    const walk = new Walk().says('pause').seen('Service/db').after(30_000);
    expect(walk.machine.state).toBe('paused');
    walk.after(86_400_000);
    expect(walk.machine.state).toBe('paused');
    walk.says('resume');
    expect(walk.asked.at(-1)).toBe('askRestart Service/a Service/b');
  });

  test('one that falls while it settles has failed, as if it had never been ready', () => {
    const walk = new Walk().seen('Service/db').seen().after(30_000);
    expect(walk.machine.state).toBe('deciding');
    expect(walk.asked.slice(-2)).toEqual(['tell BatchFell', 'tell DecisionNeeded']);
    const back = new Walk().seen('Service/db').seen().after(10_000).seen('Service/db').after(20_000);
    expect(back.machine.state).toBe('restarting');
    expect(back.context.index).toBe(1);
  });

  test('adaptive, a batch that a probe or healthcheck speaks for goes on at once; another one settles', () => {
    const proven = { type: 'seen', ready: ['Service/db'], proven: true };
    expect(new Walk({ adaptive: true }).feed(proven).context.index).toBe(1);
    expect(new Walk({ adaptive: true }).seen('Service/db').machine.state).toBe('settling');
    expect(new Walk().feed(proven).machine.state).toBe('settling');
  });

  test('aborted, it withdraws what it asked for and is not done, and ends', () => {
    const walk = new Walk().seen('Service/db').after(30_000).seen('Service/a').says('abort');
    expect(walk.machine).toMatchObject({ state: 'aborted', ended: true });
    expect(walk.asked).toContain('withdraw Service/b');
    expect(new Walk().after(300_000).decides('abort').asked).toContain('withdraw Service/db');
  });

  test('an answer that it did not ask for changes nothing', () => {
    const walk = new Walk();
    const before = walk.machine;
    expect(walk.decides('continue').machine).toEqual(before);
  });

  test('every state of it can be reached', () => {
    const events = [
      { type: 'seen', at: noon, ready: ['Service/db'] },
      { type: 'seen', at: noon, ready: ['Service/a', 'Service/b'] },
      { type: 'seen', at: noon, ready: ['Service/c'] },
      { type: 'pause', at: noon, by: 'ana' },
      { type: 'resume', at: noon, by: 'ana' },
      { type: 'abort', at: noon, by: 'ana' },
      { type: 'decide', at: noon, by: 'ana', choice: 'continue' },
      { type: 'xstate.after.settle.batched-restart.settling' },
      { type: 'xstate.after.timeout.batched-restart.restarting' },
    ] as never;
    const paths = getShortestPaths(machine, {
      input: { ...input, at: noon },
      events,
      limit: 5_000,
      serializeState: placeOf,
    });
    const reached = new Set(paths.map((p) => String(p.state.value)));
    const passing = new Set(['begun', 'judging']);
    expect(Object.keys(machine.states).filter((s) => !passing.has(s) && !reached.has(s))).toEqual([]);
  });
});

/** What its further way depends on: neither its reports nor who accepted what. */
function placeOf({
  value,
  context,
}: {
  readonly value: unknown;
  readonly context: BatchedRestartContext;
}): string {
  const { index, pauseAsked, ready, failed, accepted } = context;
  return [value, index, pauseAsked, ready.length, Math.min(failed.length, 3), Math.min(accepted, 3)].join(
    ' ',
  );
}

test('the report: each batch that has begun, how it came out and who did not get ready', () => {
  const walk = new Walk({ maxFailures: 2 }).seen('Service/db').after(30_000).seen('Service/a').after(300_000);
  const { stages = [] } = batchedRestart.outlook(walk.machine.state, walk.context);
  expect(stages).toEqual([
    { name: '1 core', refs: ['Service/db'], beganAt: noon, readyAt: noon, failed: [], starts: true },
    {
      name: '2 standard',
      refs: ['Service/a', 'Service/b'],
      beganAt: noon + 30_000,
      failed: ['Service/b'],
      starts: true,
    },
    { name: '3 standard', refs: ['Service/c'], beganAt: noon + 330_000, failed: [], starts: true },
  ]);
});

describe('what it sees', () => {
  const walk = new Walk().seen('Service/db').after(30_000);
  const status = (ref: Ref, ready: boolean) => ({
    ref,
    conditions: [{ type: 'Ready' as const, status: ready, reason: 'x', message: 'x' }],
  });
  const see = (known: Parameters<typeof facts>[0], ready: readonly Ref[], busy: readonly Ref[] = []) =>
    batchedRestart.see('restarting', walk.context, {
      at: noon,
      busy: new Set(busy),
      facts: facts(known),
      statuses: (['Service/a', 'Service/b'] as const).map((ref) => status(ref, ready.includes(ref))),
    });

  test('what is ready but not restarted yet is not ready', () => {
    const restarts = { 'Service/a': { at: noon, by: 'x' }, 'Service/b': { at: noon, by: 'x' } };
    expect(see({ restarts }, ['Service/a', 'Service/b'])).toBeUndefined();
    expect(see({}, ['Service/a'])).toMatchObject({ ready: ['Service/a'] });
  });

  test('what was being restarted as the look began is seen as it was before', () => {
    expect(see({}, ['Service/a', 'Service/b'], ['Service/a'])).toMatchObject({ ready: ['Service/b'] });
  });

  test('what a person holds is not waited for', () => {
    const holds = { 'Service/b': { at: noon, stopped: true, by: 'ana' } };
    expect(see({ holds }, ['Service/a'])).toMatchObject({ ready: ['Service/a', 'Service/b'] });
  });
});
