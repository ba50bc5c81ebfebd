import { describe, expect, it } from 'vitest';
import { Recorder } from '../../chaos/recorder.ts';
import { faultKinds, makeSchedule } from '../../chaos/schedule.ts';

const targets = ['Agent/a', 'Agent/b', 'Service/c'];

describe('the schedule of faults', () => {
  it('is the same for the same seed, and another for another', () => {
    const input = { seed: 7, durationMs: 600_000, targets };
    expect(makeSchedule(input)).toEqual(makeSchedule(input));
    expect(makeSchedule({ ...input, seed: 8 })).not.toEqual(makeSchedule(input));
  });

  it.for([1, 2, 3, 99, 12_345])('has every kind within three minutes, seed %i', (seed) => {
    const kinds = new Set(makeSchedule({ seed, durationMs: 180_000, targets }).map((f) => f.kind));
    expect([...kinds].sort()).toEqual([...faultKinds].sort());
  });
});

describe('the recorder of reeve’s acts', () => {
  const known = new Map([
    ['id-a', { ref: 'Agent/a', name: 'demo-a-1' }],
    ['demo-a-1', { ref: 'Agent/a', name: 'demo-a-1' }],
    ['id-x', { ref: undefined, name: 'others' }],
  ]);
  const recorder = () => new Recorder((id) => known.get(id));
  const post = (path: string) => ({ method: 'POST', path });

  it('sees two acts on one resource at once, by id and by name', () => {
    const watched = recorder();
    const first = post('/containers/id-a/stop?t=1');
    watched.began(first);
    watched.began(post('/containers/create?name=demo-a-1'));
    expect(watched.breaches).toEqual([expect.stringContaining('two acts on Agent/a at once')]);
  });

  it('finds nothing wrong where one act follows another', () => {
    const watched = recorder();
    const first = post('/containers/id-a/stop?t=1');
    watched.began(first);
    watched.ended(first);
    watched.began(post('/containers/id-a/start'));
    expect(watched.breaches).toEqual([]);
  });

  it('sees an act on what is not reeve’s, a volume removed, and too many starts', () => {
    const watched = recorder();
    watched.began({ method: 'DELETE', path: '/containers/id-x?force=1' });
    watched.began({ method: 'DELETE', path: '/volumes/demo_pg-data' });
    for (let i = 0; i < 9; i++) watched.began(post(`/containers/n${i}/start`));
    expect(watched.breaches).toEqual([
      "remove of others, which is not reeve's",
      'a volume is removed: /volumes/demo_pg-data',
      '9 starts at once, 8 allowed',
    ]);
  });
});
