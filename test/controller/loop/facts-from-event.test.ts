import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '../../../controller/engine.ts';
import { type EventMemory, factsFromEvent } from '../../../controller/loop/facts-from-event.ts';
import type { FactChange } from '../../../controller/store/store.ts';
import { defaultPolicy } from '../../../desired-state/revision.ts';
import { type Facts, noFacts } from '../../../reconcilers/facts.ts';

const inputs = { policy: defaultPolicy, jitter: 0.5 };

function memory(change: Partial<EventMemory> = {}): EventMemory {
  return {
    kills: new Map(),
    ooms: new Map(),
    engineEnds: () => false,
    stoppedByReeve: new Set(),
    startedByReeve: new Set(),
    ...change,
  };
}

function event(action: string, at: number, attributes: Record<string, string> = {}): EngineEvent {
  return {
    at,
    type: 'container',
    action,
    id: 'c1',
    attributes: { 'reeve.kind': 'Service', 'reeve.name': 'web', ...attributes },
  };
}

function stopOf(changes: readonly FactChange[]): unknown {
  return changes.find((c) => c.fact === 'stops')?.value;
}

function see(events: readonly EngineEvent[], m: EventMemory, facts: Facts = noFacts): readonly FactChange[] {
  return events.flatMap((e) => factsFromEvent(e, facts, m, inputs));
}

describe('who stopped a container', () => {
  const cases: readonly [string, readonly EngineEvent[], Partial<EventMemory>, string][] = [
    ['a process that ends by itself', [event('die', 10, { exitCode: '1' })], {}, 'self'],
    ['docker kill', [event('kill', 9, { signal: '9' }), event('die', 10, { exitCode: '137' })], {}, 'api'],
    [
      'docker stop, stop after die',
      [event('kill', 9, { signal: '15' }), event('die', 10, { exitCode: '143' }), event('stop', 11)],
      {},
      'api',
    ],
    [
      'docker stop, stop before die',
      [event('stop', 10), event('kill', 9, { signal: '15' }), event('die', 11, { exitCode: '0' })],
      {},
      'api',
    ],
    [
      'a signal that only talks, then a crash',
      [event('kill', 9, { signal: '1' }), event('die', 10, { exitCode: '1' })],
      {},
      'self',
    ],
    [
      'an old kill that the process survived',
      [event('kill', 0, { signal: '15' }), event('die', 500_000, { exitCode: '1' })],
      {},
      'self',
    ],
    ['out of memory', [event('oom', 9), event('die', 10, { exitCode: '137' })], {}, 'oom'],
    [
      'reeve itself',
      [event('kill', 9, { signal: '15' }), event('die', 10, { exitCode: '0' })],
      { stoppedByReeve: new Set(['c1']) },
      'reeve',
    ],
    [
      'an engine that is being stopped',
      [event('kill', 9, { signal: '15' }), event('die', 10, { exitCode: '0' }), event('stop', 11)],
      { engineEnds: () => true },
      'engine',
    ],
  ];
  it.each(cases)('%s', (_name, events, change, by) => {
    const stops = see(events, memory(change)).filter((c) => c.fact === 'stops');
    expect(stops.at(-1)?.value).toMatchObject({ by });
  });

  it('a crash right after the start that followed a stop of ours is a crash', () => {
    const events = [
      event('die', 10, { exitCode: '0' }),
      event('start', 11),
      event('die', 12, { exitCode: '1' }),
    ];
    const stops = see(events, memory({ stoppedByReeve: new Set(['c1']) }));
    expect(stops.findLast((c) => c.fact === 'stops')?.value).toMatchObject({ by: 'self', exitCode: 1 });
  });

  it('keeps the exit code of the die when the stop comes after it', () => {
    const facts: Facts = { ...noFacts, stops: { c1: { at: 10, by: 'api', exitCode: 143 } } };
    expect(stopOf(factsFromEvent(event('stop', 11), facts, memory(), inputs))).toMatchObject({
      by: 'api',
      exitCode: 143,
    });
  });
});

describe('restarts by the engine', () => {
  const crashed: Facts = { ...noFacts, stops: { c1: { at: 10, by: 'self', exitCode: 3 } } };

  it('a start after a crash that reeve did not make counts as an attempt', () => {
    const changes = factsFromEvent(event('start', 110), crashed, memory(), inputs);
    expect(changes).toContainEqual(
      expect.objectContaining({
        fact: 'attempts',
        key: 'Service/web',
        value: expect.objectContaining({ lastFailure: 'exited with status 3' }),
      }),
    );
  });

  it('a start that reeve has made does not, also told after its step has ended; the next one does', () => {
    const ours = memory({ startedByReeve: new Set(['c1']) });
    const counted = () =>
      factsFromEvent(event('start', 110), crashed, ours, inputs).some((c) => c.fact === 'attempts');
    expect(counted()).toBe(false);
    expect(counted()).toBe(true);
  });

  it('a start after a stop through the API does not', () => {
    const stopped: Facts = { ...noFacts, stops: { c1: { at: 10, by: 'api', exitCode: 0 } } };
    expect(
      factsFromEvent(event('start', 110), stopped, memory(), inputs).some((c) => c.fact === 'attempts'),
    ).toBe(false);
  });
});

describe('what a container takes with it', () => {
  it('destroy forgets all that was remembered by its id, but not that reeve made it', () => {
    const facts = factsFromEvent(event('destroy', 10), noFacts, memory(), inputs);
    expect(facts.map((c) => c.fact).sort()).toEqual([
      'broughtTo',
      'fileDigests',
      'pausedSince',
      'runningSince',
      'stops',
    ]);
    expect(facts.every((c) => c.value === undefined)).toBe(true);
  });
});
