// Complete recovery as a pure machine: what each event leads to, and that it never falls through what it must not.

import { describe, expect, test } from 'vitest';
import type { Ref } from '../../desired-state/resource.ts';
import type { RecoveryContext, RecoveryInput } from '../../reconcilers/complete-recovery/context.ts';
import { completeRecovery } from '../../reconcilers/complete-recovery/definition.ts';
import { machine } from '../../reconcilers/complete-recovery/machine.ts';
import type { Sight } from '../../reconcilers/procedures/definition.ts';
import { facts, noon } from '../support/make.ts';
import { ProcedureWalk } from '../support/procedure-walk.ts';

const input: RecoveryInput = {
  by: 'ana@host (recover)',
  batches: [
    { tier: 'core', refs: ['Service/db'] },
    { tier: 'critical', refs: ['Service/boss'] },
    { tier: 'standard', refs: ['Service/a', 'Service/b'] },
    { tier: 'standard', refs: ['Service/c'] },
  ],
  kept: ['Service/kept'],
  core: ['Service/db', 'Service/boss'],
  settleMs: 30_000,
  timeoutMs: 300_000,
  stopTimeoutMs: 340_000,
  maxFailures: 1,
  adaptive: false,
  diskPercent: 90,
  memoryBytes: 1_000 * 2 ** 20,
};
const allRefs = ['Service/db', 'Service/boss', 'Service/a', 'Service/b', 'Service/c'];

class Walk extends ProcedureWalk<RecoveryContext> {
  constructor(given: Partial<RecoveryInput> = {}) {
    super(machine, { ...input, ...given });
    // From its first state on nothing is started that is down.
    expect(this.asked.splice(0)).toEqual(['reserve']);
  }

  assessed(room: object = {}): this {
    return this.feed({ type: 'assessed', room });
  }

  freed(bytes: number): this {
    return this.feed({ type: 'worked', work: work(this)?.id, bytes });
  }

  stopped(...up: readonly string[]): this {
    return this.feed({ type: 'stopped', up });
  }

  gated(...unready: readonly string[]): this {
    return this.feed({ type: 'gated', unready });
  }

  /** Its time to settle, or to be ready, is over; this is what a look then shows. */
  confirmed(ms: number, ...ready: readonly string[]): this {
    return this.after(ms).seen(...ready);
  }

  /** To the first batch of tier standard. */
  toStandard(): this {
    return this.assessed().stopped().seen('Service/db').seen('Service/boss').gated();
  }
}

const work = (walk: Walk) => completeRecovery.work?.(walk.state, walk.context);

const disk = (usedPercent: number) => ({ disk: { path: '/data', usedPercent, freeBytes: 1 } });

describe('the way through', () => {
  test('looks, stops all, core, critical, the gate, the rest in batches that settle, the last look', () => {
    const walk = new Walk();
    const states: string[] = [walk.state];
    const then = (state: string): void => void states.push(state);
    then(walk.assessed().state);
    then(walk.stopped('Service/db').state);
    then(walk.stopped().state);
    then(walk.seen('Service/db').state);
    then(walk.seen('Service/boss').state);
    then(walk.gated('Service/boss').state);
    then(walk.gated().state);
    then(walk.seen('Service/a', 'Service/b').state);
    then(walk.after(30_000).state);
    then(walk.seen('Service/a', 'Service/b').state);
    then(walk.seen('Service/c').confirmed(30_000, 'Service/c').state);
    then(walk.gated().state);
    expect(states).toEqual([
      'assessing',
      'stopping',
      'stopping',
      'starting',
      'starting',
      'gating',
      'gating',
      'starting',
      'settling',
      'confirming',
      'starting',
      'verifying',
      'done',
    ]);
    expect(walk.asked).toEqual([
      'park',
      'release Service/db',
      'release Service/boss',
      'release Service/a Service/b',
      'release Service/c',
    ]);
    expect(walk.machine).toMatchObject({ ended: true, timers: [] });
    const { message, stages = [] } = completeRecovery.outlook(walk.state, walk.context);
    expect(message).toBe('all 6 are ready');
    expect(stages.map((s) => s.name)).toEqual([
      'stop',
      '1 core',
      '2 critical',
      'gate',
      '3 standard',
      '4 standard',
    ]);
    expect(stages.every((s) => s.readyAt !== undefined)).toBe(true);
  });

  test('adaptive, a batch that probes speak for goes on at once; core and critical never settle', () => {
    const walk = new Walk({ adaptive: true }).toStandard();
    walk.feed({ type: 'seen', ready: ['Service/a', 'Service/b'], proven: true });
    expect(walk.context.index).toBe(3);
  });

  test('with nothing but kept ones of core and critical, the gate comes before the first batch', () => {
    const batches = [{ tier: 'standard' as const, refs: ['Service/c' as Ref] }];
    const walk = new Walk({ batches, kept: ['Service/db', 'Service/boss'] }).assessed().stopped();
    expect(walk.state).toBe('gating');
    expect(walk.asked).toEqual(['park']);
  });
});

describe('what stops it', () => {
  test('a disk above the mark: what nobody needs is freed, source by source, until it is under the mark', () => {
    const walk = new Walk().assessed(disk(95));
    expect(walk.state).toBe('freeing');
    expect(work(walk)).toMatchObject({ source: 'danglingImages', maxPercent: 90 });
    walk.freed(300 * 2 ** 20).assessed(disk(91));
    expect(work(walk)).toMatchObject({ source: 'buildCache' });
    walk.freed(2 ** 30).assessed(disk(85));
    expect(walk.state).toBe('stopping');
    expect(walk.asked.filter((a) => a !== 'reserve')).toEqual(['tell DiskFreed', 'tell DiskFreed', 'park']);
    expect(new Walk().assessed(disk(90)).state).toBe('stopping');
  });

  test('a disk that stays above the mark: nothing is stopped before a person has decided', () => {
    const full = () => new Walk().assessed(disk(95)).freed(0).assessed(disk(95)).freed(0).assessed(disk(95));
    const walk = full();
    expect(walk.state).toBe('deciding');
    expect(walk.asked).not.toContain('park');
    const { message, choices } = completeRecovery.outlook(walk.state, walk.context);
    expect(message).toMatch(/\/data is 95 % full, above 90 %, though .* gave 0 MiB/);
    expect(choices).toEqual(['continue', 'retry', 'abort']);
    expect(full().decides('continue').state).toBe('stopping');
    expect(walk.decides('retry').assessed(disk(91)).state).toBe('freeing');
  });

  test('an answer of another look is none; what could not be freed is told, and the next source is tried', () => {
    const walk = new Walk().assessed(disk(95));
    expect(walk.feed({ type: 'worked', work: 'danglingImages-7', bytes: 1 }).state).toBe('freeing');
    walk.feed({ type: 'worked', work: work(walk)?.id, error: 'the engine said no' }).assessed(disk(95));
    expect(walk.asked).toEqual(['tell FreeingFailed', 'reserve']);
    expect(work(walk)).toMatchObject({ source: 'buildCache' });
  });

  test('little memory is a warning, and it goes on', () => {
    const walk = new Walk().assessed({ memoryAvailableBytes: 999 * 2 ** 20 });
    expect([walk.state, walk.asked]).toEqual(['stopping', ['tell MemoryShort', 'park']]);
  });

  test('one that cannot be stopped: retry asks again, continue leaves it up', () => {
    const stuck = () => new Walk().assessed().stopped('Service/db').after(340_000);
    expect(stuck().state).toBe('deciding');
    expect(completeRecovery.outlook('deciding', stuck().context).message).toContain('Service/db could not');
    expect(
      stuck()
        .decides('retry')
        .asked.filter((a) => a === 'park'),
    ).toHaveLength(2);
    expect(stuck().decides('retry').stopped('Service/db').state).toBe('stopping');
    expect(stuck().decides('continue').asked.at(-1)).toBe('release Service/db');
  });

  test('a core one that does not get ready: it waits for a person however long, and starts nothing more', () => {
    const walk = new Walk().assessed().stopped().confirmed(300_000);
    expect(walk.machine).toMatchObject({ state: 'deciding', timers: [] });
    expect(walk.after(86_400_000).seen('Service/db').gated().stopped().state).toBe('deciding');
    expect(walk.asked.filter((a) => a.startsWith('release'))).toEqual(['release Service/db']);
    expect(walk.decides('retry').asked.at(-1)).toBe('release Service/db');
    expect(walk.context.failed).toEqual([]);
  });

  test('a gate that does not open', () => {
    const walk = new Walk().assessed().stopped().seen('Service/db').seen('Service/boss');
    walk.gated('Volume/data').after(300_000);
    expect(walk.state).toBe('deciding');
    expect(completeRecovery.outlook('deciding', walk.context).message).toContain('Volume/data is not ready');
    expect(walk.decides('retry').state).toBe('gating');
    expect(walk.after(300_000).decides('continue').asked.at(-1)).toBe('release Service/a Service/b');
  });

  test('so many of tier standard may fail; one more stops it; continue accepts those and says so at the end', () => {
    const walk = new Walk().toStandard().seen('Service/a').confirmed(300_000, 'Service/a');
    expect([walk.state, walk.context.index]).toEqual(['starting', 3]);
    walk.confirmed(300_000);
    expect(walk.state).toBe('deciding');
    walk.decides('continue').gated('Service/b', 'Service/c');
    expect(walk.state).toBe('done');
    expect(completeRecovery.outlook('done', walk.context).message).toBe(
      'recovered, except: Service/b, Service/c not ready',
    );
  });

  test('one that falls while its batch settles has failed', () => {
    const walk = new Walk({ maxFailures: 0 }).toStandard().seen('Service/a', 'Service/b').seen('Service/a');
    expect(walk.confirmed(30_000, 'Service/a').state).toBe('deciding');
    expect(walk.asked).toContain('tell BatchFell');
    expect(walk.context.failed).toEqual(['Service/b']);
  });

  test('nothing is judged unseen: with the engine away it waits beyond its time', () => {
    const walk = new Walk().toStandard().seen('Service/a', 'Service/b').after(86_400_000);
    expect([walk.state, walk.machine.timers]).toEqual(['confirming', []]);
    expect(walk.seen('Service/a', 'Service/b').context.index).toBe(3);
    walk.seen('Service/c').confirmed(30_000, 'Service/c').after(86_400_000);
    expect(walk.state).toBe('verifying');
  });

  test('one that falls after its batch: the last look waits for it, and tells of it after its time', () => {
    const walk = new Walk().toStandard().seen('Service/a', 'Service/b');
    walk.confirmed(30_000, 'Service/a', 'Service/b');
    walk.seen('Service/c').confirmed(30_000, 'Service/c').gated('Service/a');
    expect(walk.state).toBe('verifying');
    walk.after(300_000);
    expect(completeRecovery.outlook(walk.state, walk.context).message).toContain('except: Service/a');
  });
});

describe('a person’s word', () => {
  test('pause: what is under way is finished, and nothing more begins until resume', () => {
    const walk = new Walk().says('pause').assessed().stopped();
    expect(walk.after(86_400_000).state).toBe('paused');
    expect(walk.asked).toEqual(['tell PauseAsked', 'park']);
    walk.says('resume');
    expect(walk.asked.at(-1)).toBe('release Service/db');
  });

  test('abort, from anywhere: all that waits for its turn is let go', () => {
    for (const walk of [new Walk(), new Walk().assessed(), new Walk().toStandard()]) {
      walk.says('abort');
      expect(walk.machine).toMatchObject({ state: 'aborted', ended: true, timers: [] });
      expect(walk.asked.slice(-2)).toEqual(['tell ProcedureAborted', `release ${allRefs.join(' ')}`]);
    }
    const decided = new Walk().assessed().stopped().confirmed(300_000).decides('abort');
    expect(decided.asked.at(-1)).toBe(`release ${allRefs.join(' ')}`);
  });
});

describe('what it sees', () => {
  const at = noon + 60_000;
  const status = (ref: string, ready: boolean, reason = 'Running') => ({
    ref: ref as Ref,
    conditions: [
      { type: 'Ready' as const, status: ready, reason, message: '' },
      { type: 'Progressing' as const, status: reason === 'AwaitsTurn', reason, message: '' },
    ],
  });
  const sight = (statuses: Sight['statuses'], known: Parameters<typeof facts>[0] = {}): Sight => ({
    at,
    statuses,
    facts: facts(known),
  });
  const see = (walk: Walk, given: Sight) => completeRecovery.see(walk.state, walk.context, given);

  test('down is what says that it awaits its turn; a look from before the stop says nothing', () => {
    const walk = new Walk().assessed();
    const statuses = allRefs.map((ref) => status(ref, false, ref === 'Service/db' ? 'Exited' : 'AwaitsTurn'));
    expect(see(walk, sight(statuses))).toEqual({ type: 'stopped', at, up: ['Service/db'] });
    const held = { holds: { 'Service/db': { at: noon, stopped: false, by: 'ana' } } };
    expect(see(walk, sight(statuses, held))).toEqual({ type: 'stopped', at, up: [] });
  });

  test('ready before its turn is not started; declared no more is not waited for; the same again is no news', () => {
    const walk = new Walk().assessed().stopped();
    const turns = { 'Service/db': { at: noon, by: 'x', until: 'batch 1 of 4' } };
    expect(see(walk, sight([status('Service/db', true)], { turns }))).toBeUndefined();
    expect(see(walk, sight([status('Service/db', true, 'Healthy')]))).toMatchObject({
      ready: ['Service/db'],
      proven: true,
    });
    expect(see(walk, sight([]))).toMatchObject({ ready: ['Service/db'] });
    expect(see(walk, sight([status('Service/db', false)]))).toBeUndefined();
  });

  test('what was wrong with those that failed is seen when they are judged, and is in the report', () => {
    const walk = new Walk().assessed().stopped().after(300_000);
    const event = see(walk, sight([status('Service/db', false, 'Exited')]));
    expect(event).toMatchObject({ ready: [], why: { 'Service/db': 'Exited: ' } });
    walk.feed({ type: 'seen', ready: [], why: { 'Service/db': 'Exited: it exited with status 1' } });
    const { stages = [] } = completeRecovery.outlook(walk.state, walk.context);
    expect(stages.at(-1)).toMatchObject({ why: { 'Service/db': 'Exited: it exited with status 1' } });
  });

  test('the gate wants core, critical, networks and volumes, not what a person went on without', () => {
    const walk = new Walk().assessed().stopped().confirmed(300_000).decides('continue').seen('Service/boss');
    expect(walk.state).toBe('gating');
    const statuses = [
      status('Service/db', false),
      status('Service/boss', true),
      status('Service/a', false),
      status('Volume/data', false),
    ];
    expect(see(walk, sight(statuses))).toEqual({ type: 'gated', at, unready: ['Volume/data'] });
  });
});
