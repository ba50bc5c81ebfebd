// Complete recovery against a model of a world that fails: every state is reached, and however sights, times, crashes and
// persons come, nothing starts before what it needs, nothing is left waiting at the end, and a world that mends is
// recovered.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { getShortestPaths } from 'xstate/graph';
import type { Ref } from '../../desired-state/resource.ts';
import type { RecoveryContext, RecoveryInput } from '../../reconcilers/complete-recovery/context.ts';
import { completeRecovery } from '../../reconcilers/complete-recovery/definition.ts';
import { machine } from '../../reconcilers/complete-recovery/machine.ts';
import type { Effect, Sight } from '../../reconcilers/procedures/definition.ts';
import { facts, noon } from '../support/make.ts';
import { ProcedureWalk } from '../support/procedure-walk.ts';

const batches: RecoveryInput['batches'] = [
  { tier: 'core', refs: ['Service/db', 'Service/cache'] },
  { tier: 'critical', refs: ['Service/boss'] },
  { tier: 'standard', refs: ['Service/a', 'Service/b'] },
  { tier: 'standard', refs: ['Service/c'] },
];
const input: RecoveryInput = {
  by: 'ana',
  batches,
  kept: [],
  core: ['Service/db', 'Service/cache', 'Service/boss'],
  settleMs: 30_000,
  timeoutMs: 300_000,
  stopTimeoutMs: 300_000,
  maxFailures: 1,
  adaptive: false,
  diskPercent: 90,
  memoryBytes: 0,
};
const refs = batches.flatMap((b) => b.refs);

test('every state of it can be reached', () => {
  const at = noon;
  // Few batches: the states are those of many.
  const few = batches.slice(1, 3);
  const events = [
    { type: 'assessed', at, room: {} },
    { type: 'assessed', at, room: { disk: { path: '/', usedPercent: 95, freeBytes: 1 } } },
    { type: 'worked', at, work: 'danglingImages-0', bytes: 1 },
    { type: 'worked', at, work: 'buildCache-0', bytes: 1 },
    { type: 'stopped', at, up: [] },
    { type: 'seen', at, ready: [] },
    ...few.map((b) => ({ type: 'seen', at, ready: b.refs })),
    { type: 'gated', at, unready: [] },
    { type: 'pause', at, by: 'ana' },
    { type: 'resume', at, by: 'ana' },
    { type: 'abort', at, by: 'ana' },
    { type: 'decide', at, by: 'ana', choice: 'continue' },
    { type: 'xstate.after.settle.complete-recovery.settling' },
    { type: 'xstate.after.timeout.complete-recovery.starting' },
  ] as never;
  const paths = getShortestPaths(machine, {
    input: { ...input, batches: few, at },
    events,
    limit: 20_000,
    serializeState: ({ value, context }) => {
      const { index, pauseAsked, ready, failed, accepted, gatePassed, freed } = context as RecoveryContext;
      return JSON.stringify([
        value,
        index,
        pauseAsked,
        ready.length,
        Math.min(failed.length, 3),
        Math.min(accepted, 3),
        gatePassed,
        freed.length,
      ]);
    },
  });
  const reached = new Set(paths.map((p) => String(p.state.value)));
  // One that it only passes through is never rested in.
  const resting = Object.keys(machine.states).filter((s) => s !== 'judging');
  expect(resting.filter((s) => !reached.has(s))).toEqual([]);
});

/** A world in which reeve's passes do as the stored facts say, unless something is broken. */
class World {
  readonly walk = new ProcedureWalk<RecoveryContext>(machine, input);
  readonly turns = new Set<Ref>();
  /** Of those that wait for their turn, those that run on meanwhile. */
  readonly mayRun = new Set<Ref>();
  readonly up = new Set<Ref>(refs);
  /** Do not end, or do not get ready. */
  readonly broken = new Set<Ref>();
  /** A person has said to go on without something. */
  overruled = false;
  readonly laws: string[] = [];
  #taken = 0;

  constructor() {
    this.#take();
  }

  isReady(ref: Ref): boolean {
    return this.up.has(ref) && !this.turns.has(ref) && !this.broken.has(ref);
  }

  /** One pass: what is to be down goes down, what may run comes up; then the procedure has a look. */
  pass(): void {
    for (const ref of refs) {
      if (!this.turns.has(ref)) this.up.add(ref);
      else if (!this.broken.has(ref) && !this.mayRun.has(ref)) this.up.delete(ref);
    }
    const { state, context } = this.walk;
    const event = completeRecovery.see(state, context, this.#sight());
    if (event !== undefined) this.walk.feed(event);
    this.#take();
  }

  does(act: () => void): void {
    act();
    this.#take();
  }

  decide(choice: string): void {
    if (choice === 'continue' && this.walk.state === 'deciding') this.overruled = true;
    this.does(() => this.walk.decides(choice));
  }

  #sight(): Sight {
    const statuses = refs.map((ref) => {
      const waits = this.turns.has(ref) && !this.up.has(ref);
      return {
        ref,
        conditions: [
          { type: 'Ready' as const, status: this.isReady(ref), reason: 'Running', message: '' },
          { type: 'Progressing' as const, status: waits, reason: waits ? 'AwaitsTurn' : 'x', message: '' },
        ],
      };
    });
    const turns = Object.fromEntries([...this.turns].map((ref) => [ref, { at: noon, by: 'r', until: 'x' }]));
    return { at: this.walk.now, statuses, facts: facts({ turns }) };
  }

  /** What was asked for since the last time, as facts; and whether it might be asked for. */
  #take(): void {
    for (const effect of this.walk.effects.slice(this.#taken)) this.#carryOut(effect);
    this.#taken = this.walk.effects.length;
  }

  #carryOut(effect: Effect): void {
    const { parked = [], released = [] } = completeRecovery.asks(effect);
    for (const { ref, mayRun } of parked) {
      this.turns.add(ref);
      if (mayRun === true) this.mayRun.add(ref);
      else this.mayRun.delete(ref);
    }
    if (released.length > 0 && this.walk.state !== 'aborted' && !this.overruled) {
      const first = batches.findIndex((b) => b.refs.some((ref) => released.includes(ref)));
      const before = batches.slice(0, first).filter((b) => b.tier !== 'standard');
      const notReady = before.flatMap((b) => b.refs).filter((ref) => !this.isReady(ref));
      // It may have fallen since it was looked at; it was ready then.
      if (notReady.some((ref) => this.turns.has(ref))) this.laws.push(`${released} before ${notReady}`);
    }
    for (const ref of released) this.turns.delete(ref);
  }
}

const someRef = fc.constantFrom(...refs);
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ type: 'pass' as const }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('break' as const), ref: someRef }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('mend' as const), ref: someRef }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('time' as const), ms: fc.constantFrom(1_000, 30_000, 300_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('say' as const),
      word: fc.constantFrom('pause' as const, 'resume' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('decide' as const),
      choice: fc.constantFrom('continue', 'retry'),
    }),
  },
);

function happen(world: World, what: typeof happening extends fc.Arbitrary<infer T> ? T : never): void {
  if (what.type === 'pass') world.pass();
  else if (what.type === 'break') world.broken.add(what.ref);
  else if (what.type === 'mend') world.broken.delete(what.ref);
  else if (what.type === 'time') world.does(() => void world.walk.after(what.ms));
  else if (what.type === 'say') world.does(() => void world.walk.says(what.word));
  else world.decide(what.choice);
}

test('whatever happens, no tier starts before the one below was started, unless a person says so', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (all) => {
      const world = new World();
      for (const what of all) happen(world, what);
      expect(world.laws).toEqual([]);
      const { message } = completeRecovery.outlook(world.walk.state, world.walk.context);
      expect(message).not.toMatch(/undefined|NaN|\[object/);
    }),
    { numRuns: 300 },
  );
});

test('whatever has happened, a world that mends is recovered by retry and resume alone', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (all) => {
      const world = new World();
      for (const what of all) happen(world, what);
      world.broken.clear();
      for (let i = 0; i < 60 && !world.walk.machine.ended; i++) {
        if (world.walk.state === 'deciding') world.decide('retry');
        if (world.walk.state === 'paused') world.does(() => void world.walk.says('resume'));
        world.pass();
        world.does(() => void world.walk.after(30_000));
      }
      expect(world.walk.state).toBe('done');
      expect([...world.turns]).toEqual([]);
      expect(refs.filter((ref) => !world.isReady(ref))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('whatever has happened, an abort leaves nothing waiting', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 40 }), (all) => {
      const world = new World();
      for (const what of all) happen(world, what);
      world.does(() => void world.walk.says('abort'));
      expect([...world.turns]).toEqual([]);
      expect(world.walk.machine).toMatchObject({ ended: true, timers: [] });
    }),
    { numRuns: 200 },
  );
});
