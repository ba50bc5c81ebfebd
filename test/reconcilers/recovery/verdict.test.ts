// What a failure comes from: the table, row by row.

import { describe, expect, test } from 'vitest';
import type { Evidence, Failure } from '../../../reconcilers/recovery/evidence.ts';
import { diagnose } from '../../../reconcilers/recovery/verdict.ts';
import { noon } from '../../support/make.ts';

interface Given {
  readonly reason?: string;
  readonly waitsFor?: Failure['waitsFor'];
  readonly evidence?: Partial<Evidence>;
  readonly failures?: number;
}

function verdictOf({ reason = 'Exited', waitsFor = [], evidence = {}, failures = 1 }: Given) {
  return diagnose({
    ref: 'Service/web',
    failure: { reason, at: noon, waitsFor, looping: false, blocked: false },
    failures,
    evidence: { at: noon, message: 'it exited with status 1', oomKilled: false, log: [], ...evidence },
  });
}

const log = (...lines: readonly string[]) => ({ evidence: { log: lines } });

describe('the verdict', () => {
  const cases: readonly (readonly [name: string, given: Given, kind: string, next: string])[] = [
    ['a dependency is down', { waitsFor: ['Service/db'] }, 'dependencyDown', 'wait'],
    ['it loads its data', { reason: 'Loading' }, 'loading', 'wait'],
    ['no such image', { reason: 'ImageMissing' }, 'imageGone', 'escalate'],
    ['the registry does not answer', { reason: 'ImagePullFailed' }, 'imageGone', 'restart'],
    ['its port is taken', { reason: 'PortTaken' }, 'portTaken', 'escalate'],
    ['the kernel killed it', { evidence: { oomKilled: true } }, 'outOfMemory', 'restart'],
    ['no such command', { reason: 'CommandNotFound' }, 'badCommand', 'escalate'],
    ['a mount is missing', { reason: 'MountMissing' }, 'fileMissing', 'escalate'],
    ["the engine's disk is full", { reason: 'NoSpace' }, 'diskFull', 'free'],
    ['the engine refuses', { reason: 'StartFailed' }, 'refused', 'restart'],
    ['status 127 once', { evidence: { exitCode: 127 } }, 'badCommand', 'restart'],
    ['status 127 twice', { evidence: { exitCode: 127 }, failures: 2 }, 'badCommand', 'escalate'],
    ['ENOSPC in its log', log('write: ENOSPC: no space left on device'), 'diskFull', 'free'],
    ['a heap in its log', log('FATAL: JavaScript heap out of memory'), 'outOfMemory', 'restart'],
    ['EADDRINUSE in its log', log('Error: listen EADDRINUSE 0.0.0.0:80'), 'portTaken', 'restart'],
    ['a config in its log', log('cannot open /app/config.yaml: No such file'), 'fileMissing', 'restart'],
    ['a secret in its log', log('ENOENT: open /run/secrets/token'), 'fileMissing', 'restart'],
    ['a variable in its log', log('environment variable TOKEN is not set'), 'fileMissing', 'restart'],
    ['a refused connection', log('connect ECONNREFUSED 10.0.0.2:5432'), 'dependencyDown', 'restart'],
    [
      'an unhealthy one',
      { reason: 'CrashLoopBackOff', evidence: { message: 'its healthcheck fails: stuck' } },
      'unhealthy',
      'restart',
    ],
    ['one that never gets ready', { reason: 'NotReady' }, 'notReady', 'escalate'],
    [
      'words that only guess, of one that the loop does not restart',
      { reason: 'NotReady', ...log('ENOSPC') },
      'diskFull',
      'escalate',
    ],
    ['nothing known', log('bye'), 'crash', 'restart'],
  ];

  test.each(cases)('%s', (_, given, kind, next) => {
    const verdict = verdictOf(given);
    expect([verdict.kind, verdict.next]).toEqual([kind, next]);
    expect(verdict.evidence.length).toBeGreaterThan(0);
    expect(verdict.commands).toContain('reeve logs Service/web --tail 50');
  });

  test('facts come before words', () => {
    const given = { reason: 'PortTaken', evidence: { log: ['no space left on device'] } };
    expect(verdictOf(given)).toMatchObject({ kind: 'portTaken', confidence: 1 });
    expect(verdictOf({ ...given, waitsFor: ['Service/db'] }).kind).toBe('dependencyDown');
  });

  test('a guess below one half never decides more than another try', () => {
    for (const reason of ['Exited', 'Failed', 'BackOff', 'Unhealthy']) {
      const verdict = verdictOf({ reason, failures: 9 });
      expect([verdict.confidence < 0.5, verdict.next]).toEqual([true, 'restart']);
    }
  });

  test('the newest lines that say so are its evidence', () => {
    const lines = ['ENOSPC one', 'fine', 'ENOSPC two', 'ENOSPC three'];
    expect(verdictOf(log(...lines)).evidence).toEqual(['ENOSPC two', 'ENOSPC three']);
  });
});
