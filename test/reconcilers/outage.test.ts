// When so much of a platform is down that a complete recovery begins by itself: what counts, how long it lasts, and that one
// outage has one.

import { describe, expect, test } from 'vitest';
import type { Ref } from '../../desired-state/resource.ts';
import { judgeOutage, type OutageLook, outageOf } from '../../reconcilers/complete-recovery/outage.ts';
import type { Condition, ResourceStatus } from '../../reconcilers/condition.ts';
import { noon, service } from '../support/make.ts';

const names = ['a', 'b', 'c', 'd', 'e'];
const resources = names.map((name) => service(name));

const onceReady = Object.fromEntries(names.map((name) => [`Service/${name}`, noon]));

type How = 'up' | 'starts' | 'crashed' | 'imageless' | 'waits' | 'stopped' | 'held' | 'standsBy';

const degraded: Readonly<Partial<Record<How, string>>> = {
  crashed: 'BackOff',
  imageless: 'ImagePullFailed',
  waits: 'DependencyNotReady',
  stopped: 'StoppedByHand',
  held: 'Exited',
};

function status(name: string, how: How): ResourceStatus {
  const isReady = how === 'up' || how === 'standsBy';
  const conditions: Condition[] = [
    { type: 'Ready', status: isReady, reason: how === 'standsBy' ? 'StandsBy' : 'Any', message: '' },
    { type: 'Degraded', status: degraded[how] !== undefined, reason: degraded[how] ?? 'None', message: '' },
    { type: 'Held', status: how === 'held', reason: 'Held', message: '' },
  ];
  return { ref: `Service/${name}` as Ref, conditions };
}

const downOf = (percent: number, ...hows: readonly How[]) =>
  outageOf(
    resources,
    hows.map((how, i) => status(names[i] ?? '', how)),
    onceReady,
    percent,
  )?.down?.length;

describe('an outage', () => {
  test.each<readonly [string, readonly How[], number | undefined]>([
    ['four of five have failed', ['crashed', 'crashed', 'waits', 'crashed', 'up'], 4],
    ['one too few has', ['crashed', 'crashed', 'crashed', 'up', 'up'], undefined],
    ['they only start', ['starts', 'starts', 'starts', 'starts', 'starts'], undefined],
    ['a person has stopped them', ['stopped', 'stopped', 'stopped', 'stopped', 'stopped'], undefined],
    ['what is held or stands by does not count', ['held', 'standsBy', 'crashed', 'crashed', 'held'], 2],
    ['no start helps them', ['imageless', 'imageless', 'imageless', 'imageless', 'crashed'], undefined],
    ['one alone is left to its own recovery', ['held', 'held', 'held', 'held', 'crashed'], undefined],
  ])('%s', (_, hows, down) => {
    expect(downOf(80, ...hows)).toBe(down);
  });

  test('jobs are no part of the share', () => {
    const jobs = names.slice(2).map((name) => ({ ...service(name), lifecycle: 'job' as const }));
    const all = [...resources.slice(0, 2), ...jobs];
    const statuses = names.map((name, i) => status(name, i < 2 ? 'crashed' : 'up'));
    expect(outageOf(all, statuses, onceReady, 100)?.of).toBe(2);
  });

  test('what was never ready is none', () => {
    const statuses = names.map((name) => status(name, 'crashed'));
    expect(outageOf(resources, statuses, {}, 80)).toEqual({ of: 5 });
  });
});

const outage = { down: ['Service/a', 'Service/b'] as const, of: 2 };
const stands = (reason: string, status = true) => ({ stands: { status, reason, lastTransitionTime: noon } });
const judge = (look: Partial<OutageLook>) => {
  const judged = judgeOutage({
    at: noon + 31_000,
    seenSince: noon,
    outage,
    underWay: false,
    afterMs: 30_000,
    ...look,
  });
  return typeof judged === 'object' ? `${judged.reason} ${judged.status}` : judged;
};

test('an outage lasts while its workloads start, and only what has failed begins a recovery', () => {
  const all = outageOf(
    resources,
    names.map((name) => status(name, 'starts')),
    onceReady,
    80,
  );
  expect(all).toEqual({ of: 5 });
  expect(judge({ outage: all })).toBeUndefined();
  expect(judge({ outage: all, ...stands('SystemWideOutage') })).toBeUndefined();
  expect(judge({ outage: undefined, ...stands('SystemWideOutage') })).toBe('OutageOver false');
});

describe('a complete recovery', () => {
  test('begins once the outage has lasted', () => {
    expect(judge({})).toBe('SystemWideOutage true');
    expect(judge({ at: noon + 29_000, ...stands('SystemWideOutage') })).toBeUndefined();
    expect(judge(stands('SystemWideOutage'))).toBe('begin');
  });

  test('begins only once it has lasted where it was seen, whatever the clock says', () => {
    const seenSince = noon + 10_000;
    expect(judge({ seenSince, ...stands('SystemWideOutage') })).toBeUndefined();
    expect(judge({ seenSince, at: noon + 40_000, ...stands('SystemWideOutage') })).toBe('begin');
    // Set back since by an hour.
    const back = noon - 3_600_000;
    expect(judge({ seenSince: back, at: back + 29_000, ...stands('SystemWideOutage') })).toBeUndefined();
    expect(judge({ seenSince: back, at: back + 30_000, ...stands('SystemWideOutage') })).toBe('begin');
  });

  test('that a person began is the one of this outage, also once it is aborted', () => {
    expect(judge({ underWay: true, ...stands('SystemWideOutage') })).toBe('CompleteRecovery true');
    expect(judge({ underWay: true, outage: undefined })).toBe('CompleteRecovery true');
    expect(judge(stands('CompleteRecovery'))).toBeUndefined();
    expect(judge(stands('LeftToPeople'))).toBeUndefined();
  });

  test('may begin again once the platform was up', () => {
    expect(judge({ outage: undefined, ...stands('CompleteRecovery') })).toBe('OutageOver false');
    expect(judge(stands('OutageOver', false))).toBe('SystemWideOutage true');
    expect(judge({ outage: undefined, ...stands('OutageOver', false) })).toBeUndefined();
  });
});
