// A rollout and a rollback as machines: which waves come, what a failure leads to, who is asked what, and that nothing goes
// back from a rollback.

import { describe, expect, test } from 'vitest';
import { getShortestPaths } from 'xstate/graph';
import { rollback } from '../../../reconcilers/rollback/definition.ts';
import { rollout } from '../../../reconcilers/rollout/definition.ts';
import { noon } from '../../support/make.ts';
import { asFound, back, begun, input, type Walk } from '../../support/rollout-walk.ts';

describe('a rollout', () => {
  test('goes wave by wave, and the next waits in its old form until this one is ready', () => {
    const walk = begun();
    expect(walk.aim).toMatchObject({ revision: 'r2', waiting: new Set(['Service/a', 'Service/b']) });
    walk.look(['Service/db']);
    expect(walk.aim?.waiting).toEqual(new Set());
    walk.look(['Service/a']);
    expect(walk.state).toBe('rolling');
    expect(walk.look(['Service/a', 'Service/b']).state).toBe('done');
    expect(walk.asked).toContain('tell RolloutDone');
  });

  test('a wave that fails takes all that has begun back, and the revision is quarantined in the same step', () => {
    const walk = begun().look(['Service/db']).look(['Service/a'], { 'Service/b': 'ReplacementFailed: no' });
    expect(walk.state).toBe('checking');
    walk.worked();
    expect(walk.state).toBe('rollingBack');
    const asked = walk.effects.find((e) => e.type === 'quarantine');
    expect(asked && rollout.asks(asked)).toMatchObject({
      quarantined: { revision: 'r2', to: 'r1', why: expect.stringContaining('Service/b') },
      images: input.images,
    });
    expect(walk.aim).toMatchObject({ revision: 'r1', back: true });
    walk.look(['Service/db', 'Service/a']);
    expect(walk.look(['Service/db', 'Service/a', 'Service/b']).state).toBe('rolledBack');
  });

  test('its time begins anew whenever more of it is ready, and what is late is judged by one more look', () => {
    const walk = begun().look(['Service/db']).after(500_000).look(['Service/a']).after(500_000);
    expect(walk.state).toBe('rolling');
    walk.after(100_000);
    expect(walk.state).toBe('confirming');
    walk.look(['Service/a'], {}, { why: { 'Service/b': 'Unhealthy: no answer' } });
    expect(walk.context.failed).toEqual({ 'Service/b': 'Unhealthy: no answer' });
  });

  test('ready at that last look it goes on; where the platform is suspended its time begins anew', () => {
    expect(begun().after(600_000).look(['Service/db'], {}, { why: {} }).context.index).toBe(1);
    const suspended = begun().after(600_000).look([], {}, { suspended: true });
    expect(suspended.state).toBe('rolling');
    expect(suspended.machine.timers).toHaveLength(1);
  });

  test('whose time ran out while nobody acted gets its time once more, and is judged after that', () => {
    const away = begun()
      .after(600_000)
      .look([], {}, { why: {}, unfinished: ['Service/db'] });
    expect([away.state, away.machine.timers.length, away.context.failed]).toEqual(['rolling', 1, {}]);
    const again = { why: { 'Service/db': 'Unhealthy: no' }, unfinished: ['Service/db'] };
    expect(away.after(600_000).look([], {}, again).state).toBe('checking');
    const next = begun().after(600_000).look([], {}, again).look(['Service/db']).after(600_000);
    expect(next.look([], {}, { why: {}, unfinished: ['Service/a'] }).state).toBe('rolling');
  });

  test('of which something has failed for good is not given more time', () => {
    const failed = { 'Service/a': 'ReplacementFailed: no' };
    const walk = begun().look(['Service/db']).after(600_000);
    expect(walk.look([], failed, { why: {}, unfinished: ['Service/b'] }).state).toBe('checking');
  });

  test('where a schema has become too new for what it would go back to, nothing goes back without a person', () => {
    const walk = begun().look([], { 'Service/db': 'CrashLoopBackOff: no' }).worked(['db has version 7']);
    expect(walk.state).toBe('deciding');
    expect(rollout.outlook(walk.state, walk.context)).toMatchObject({
      message: expect.stringContaining('db has version 7'),
      choices: ['continue', 'retry', 'abort'],
    });
    expect(walk.effects.map((e) => e.type)).not.toContain('quarantine');
    expect(walk.decides('abort').context.question).toBe('wave');
    expect(walk.decides('rollback').state).toBe('checking');
    expect(walk.worked().state).toBe('rollingBack');
  });

  test('with onFailure: pause a person decides: retry, continue without it, or go back', () => {
    const failed = () => begun({ onFailure: 'pause' }).look([], { 'Service/db': 'x' });
    expect(failed().state).toBe('deciding');
    expect(failed().decides('retry').context).toMatchObject({ index: 0, failed: {} });
    expect(failed().decides('continue').context.index).toBe(1);
    expect(failed().decides('rollback').state).toBe('checking');
  });

  test('with onFailure: continue it goes on without what failed, and says so at the end', () => {
    const walk = begun({ onFailure: 'continue' })
      .look([], { 'Service/db': 'x' })
      .look(['Service/a', 'Service/b']);
    expect(walk.state).toBe('done');
    expect(rollout.outlook(walk.state, walk.context).message).toContain('not ready: Service/db');
  });

  test('what does not come up again when it goes back is a person’s, and goes back no further', () => {
    const walk = begun().look([], { 'Service/db': 'x' }).worked().after(600_000);
    expect(walk.state).toBe('confirmingBack');
    expect(walk.look([]).state).toBe('deciding');
    expect(walk.aim?.back).toBe(true);
    expect(rollout.outlook(walk.state, walk.context).choices).toEqual(['retry', 'abort']);
    expect(walk.decides('retry').state).toBe('rollingBack');
  });

  test('a canary is watched for its time, and fails where it does not stay ready', () => {
    const waves = [{ tier: 'standard', refs: ['Service/a'], canary: true }, input.waves[0]] as never;
    const walk = begun({ waves }).look(['Service/a']);
    expect(walk.state).toBe('settling');
    expect(begun({ waves }).look(['Service/a']).look([]).state).toBe('checking');
    expect(walk.after(60_000).look(['Service/a']).context.index).toBe(1);
    const fell = begun({ waves }).look(['Service/a']).after(60_000);
    expect(fell.look([], {}, { why: {}, unfinished: ['Service/a'] }).state).toBe('checking');
  });

  test('any other wave that falls while it is watched has its time to get ready again', () => {
    const walk = begun({ minReadyMs: 1_000 }).look(['Service/db']).look([]);
    expect([walk.state, walk.context.failed]).toEqual(['rolling', {}]);
  });

  test('a newer revision on the way is gone on with from its own first wave', () => {
    const walk = begun().look(['Service/db']);
    const { at: _, ...course } = { ...input, revision: 'r3', at: 0 };
    walk.feed({ type: 'merge', course });
    expect([walk.state, walk.context.revision, walk.context.index]).toEqual(['rolling', 'r3', 0]);
    expect(walk.aim?.key).not.toBe(begun().aim?.key);
  });

  test('a newer revision that comes while it is paused waits for the resume too', () => {
    const walk = begun().says('pause').look(['Service/db']);
    walk.feed({ type: 'merge', course: { ...input, revision: 'r3' } });
    expect([walk.state, walk.aim]).toMatchObject(['paused', { revision: 'r3', back: false }]);
    expect(walk.aim?.waiting).toEqual(new Set(['Service/db', 'Service/a', 'Service/b']));
    expect(rollout.outlook(walk.state, walk.context).message).toBe('paused before wave 1 of 2 of r3');
    expect([walk.says('resume').state, walk.context.index]).toEqual(['rolling', 0]);
    const asked = begun().says('pause');
    asked.feed({ type: 'merge', course: { ...input, revision: 'r3' } });
    expect(asked.look(['Service/db']).state).toBe('paused');
  });

  test('what it has come on the way of goes back with it, and is waited for', () => {
    const walk = begun().look(['Service/db']);
    walk.feed({
      type: 'merge',
      course: { ...input, revision: 'r3', waves: [{ tier: 'standard', refs: ['Service/b'] }] },
    });
    walk.look([], { 'Service/b': 'x' }).worked();
    expect(walk.look(['Service/b']).state).toBe('rollingBack');
    expect(walk.look(['Service/db', 'Service/a', 'Service/b']).state).toBe('rolledBack');
  });

  test('tried again by a person, what failed has another try in its new form', () => {
    const walk = begun({ onFailure: 'pause' })
      .look(['Service/db'])
      .look([], { 'Service/b': 'ReplacementFailed: no' });
    expect(walk.decides('retry').state).toBe('rolling');
    const asked = walk.effects.find((e) => e.type === 'tryAgain');
    expect(asked && rollout.asks(asked)).toEqual({ retried: ['Service/b'] });
    const back = begun().look([], { 'Service/db': 'x' }).worked().after(600_000).look([], {}, { why: {} });
    expect(back.decides('retry').asked).toContain('tryAgain Service/db');
  });

  test('told to go back whatever schema there is, it makes the backups first', () => {
    const backups = [{ ref: 'Service/db' as const, command: ['save'] }];
    const checks = [{ ref: 'Service/db' as const, command: ['ask'], atMost: 1 }];
    const walk = begun({ checks, backups }).look([], { 'Service/db': 'x' });
    walk.worked(['db has version 7'], { unfit: true });
    expect(rollout.outlook(walk.state, walk.context).message).toContain(
      'continue: make the backups that are declared, and go back to r1 all the same',
    );
    expect(walk.decides('continue').state).toBe('checking');
    expect(rollout.work?.(walk.state, walk.context)).toMatchObject({ checks: [], backups });
    expect(walk.worked(['beforeRollback of db was not done']).state).toBe('deciding');
    expect(walk.decides('continue').state).toBe('rollingBack');
  });

  test('paused, it begins no other wave until it is resumed; aborted, it is over', () => {
    const walk = begun().says('pause').look(['Service/db']);
    expect(walk.state).toBe('paused');
    expect(walk.says('resume').context.index).toBe(1);
    expect(walk.says('abort').state).toBe('aborted');
  });
});

test('going back whose time ran out while nobody acted gets its time once more', () => {
  const walk = begun().look([], { 'Service/db': 'x' }).worked().after(600_000);
  const away = { why: {}, unfinished: ['Service/db'] };
  expect(walk.look([], {}, away).state).toBe('rollingBack');
  expect(walk.after(600_000).look([], {}, away).state).toBe('deciding');
});

describe('a rollback', () => {
  test('aims at what it has found before it is known that what is there fits: nothing more comes in, nothing goes back', () => {
    const asItWas = { revision: 'r2', waiting: 'all', forms: asFound, back: false };
    const walk = back();
    expect([walk.state, walk.aim]).toMatchObject(['checking', asItWas]);
    walk.worked(['db has version 7']);
    expect([walk.state, walk.aim]).toMatchObject(['deciding', asItWas]);
    const rest = 'abort: do not go back, and bring in what is left of r2 wave by wave';
    expect(rollback.outlook(walk.state, walk.context).message).toContain(rest);
    const whole = back({ asFound: { 'Service/db': 'r2' } }).worked(['db has version 7']);
    expect(rollback.outlook(whole.state, whole.context).message).toMatch(/abort: do not go back$/);
    expect(walk.decides('abort').state).toBe('aborted');
    expect(walk.effects.map((e) => e.type)).not.toContain('quarantine');
  });

  test('quarantines the revision that it leaves and goes to the other wave by wave', () => {
    const walk = back().worked();
    const asked = walk.effects.find((e) => e.type === 'quarantine');
    expect(asked && rollback.asks(asked).quarantined).toMatchObject({ revision: 'r2', to: 'r1' });
    expect(walk.look(['Service/db']).look(['Service/a', 'Service/b']).state).toBe('done');
  });

  test('tells what keeps its image from the first to its wave, also where a person is asked or has paused it', () => {
    const keptImages = { 'Service/a': 'sha256:new', 'Service/b': 'sha256:new' };
    const kept = (walk: Walk) => [walk.aim?.waiting, walk.aim?.keptImages];
    expect(kept(back({ keptImages }))).toEqual(['all', keptImages]);
    expect(kept(back({ keptImages }).worked(['too new']))).toEqual(['all', keptImages]);
    const waiting = new Set(['Service/a', 'Service/b']);
    const begins = () => back({ keptImages }).worked();
    expect(kept(begins())).toEqual([waiting, keptImages]);
    expect(kept(begins().look([], { 'Service/db': 'x' }))).toEqual([waiting, keptImages]);
    expect(kept(begins().says('pause').look(['Service/db']))).toEqual([waiting, keptImages]);
    expect(begins().look(['Service/db']).aim?.waiting).toEqual(new Set());
    const merged = begun({ keptImages }).look(['Service/db']);
    merged.feed({ type: 'merge', course: { ...input, revision: 'r3', keptImages: {} } });
    expect(merged.aim?.keptImages).toEqual({});
  });

  test('that fails stops, keeps what works and asks; it never goes back itself', () => {
    const walk = back().worked().look([], { 'Service/db': 'x' });
    expect(walk.state).toBe('deciding');
    expect(rollback.outlook(walk.state, walk.context).choices).toEqual(['retry', 'continue', 'abort']);
    expect(walk.decides('rollback').state).toBe('deciding');
  });

  test('in full stops everything first and starts each wave in its turn', () => {
    const walk = back({ full: true }).worked();
    expect(walk.state).toBe('stopping');
    const parked = walk.effects.find((e) => e.type === 'park');
    expect(parked && rollback.asks(parked).parked).toHaveLength(3);
    walk.feed({ type: 'stopped', up: ['Service/a'] });
    expect(walk.state).toBe('stopping');
    walk.feed({ type: 'stopped', up: [] });
    expect(walk.asked.at(-1)).toBe('release Service/db');
    expect(walk.look(['Service/db']).asked.at(-1)).toBe('release Service/a Service/b');
  });
});

test.each([rollout, rollback])('every state of a $kind can be reached', ({ kind, machine }) => {
  const at = noon;
  const look = (ready: readonly string[], failed: object = {}) => ({ type: 'seen', at, ready, failed });
  const events = [
    look([]),
    look(['Service/db']),
    look([], { 'Service/db': 'x' }),
    { type: 'stopped', at, up: [] },
    ...[1, 2, 3].flatMap((n) => [
      { type: 'worked', at, work: `prepare-${n}` },
      { type: 'worked', at, work: `pull-${n}` },
    ]),
    { type: 'worked', at, work: 'pull-1', failed: { 'Service/db': 'no' } },
    { type: 'worked', at, work: 'prepare-1', mismatches: ['no'] },
    { type: 'pause', at, by: 'ana' },
    { type: 'abort', at, by: 'ana' },
    ...['deadline', 'settle'].flatMap((delay) =>
      ['stopping', 'rolling', 'settling', 'rollingBack'].map((state) => ({
        type: `xstate.after.${delay}.${kind}.${state}`,
        at,
      })),
    ),
  ];
  const few = {
    ...input,
    pulls: [{ ref: 'Service/db', image: 'app:2' }],
    asFound,
    canaryErrors: { maxPercent: 5 },
    waves: [{ tier: 'core', refs: ['Service/db'], canary: true }, ...input.waves.slice(1)],
    ...(kind === 'rollback' ? { full: true } : {}),
    at,
  };
  const paths = getShortestPaths(machine, { input: few as never, events: events as never, limit: 20_000 });
  const reached = new Set(paths.map((p) => String(p.state.value)));
  const resting = Object.values(machine.states)
    .filter((s) => (s as { always?: unknown }).always === undefined)
    .map((s) => (s as { key: string }).key);
  const wanted = resting.filter((state) => state !== 'done');
  expect([...reached].sort()).toEqual(expect.arrayContaining(wanted.sort()));
});
