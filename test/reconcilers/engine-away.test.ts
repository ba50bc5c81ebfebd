// What a complete recovery says of an engine that does not answer: in whatever state it is, and without leaving it.

import { describe, expect, test } from 'vitest';
import type { RecoveryContext, RecoveryInput } from '../../reconcilers/complete-recovery/context.ts';
import { completeRecovery } from '../../reconcilers/complete-recovery/definition.ts';
import { machine } from '../../reconcilers/complete-recovery/machine.ts';
import { ProcedureWalk } from '../support/procedure-walk.ts';

const input: RecoveryInput = {
  by: 'ana',
  batches: [{ tier: 'core', refs: ['Service/db'] }],
  kept: [],
  core: ['Service/db'],
  settleMs: 0,
  timeoutMs: 1,
  stopTimeoutMs: 1,
  maxFailures: 1,
  adaptive: false,
  diskPercent: 90,
  memoryBytes: 0,
};

class Walk extends ProcedureWalk<RecoveryContext> {
  constructor() {
    super(machine, input);
    this.asked.length = 0;
  }
}

describe('an engine that does not answer', () => {
  const command = 'systemctl restart docker';
  const message = (walk: ProcedureWalk<RecoveryContext>) =>
    completeRecovery.outlook(walk.state, walk.context).message;
  const news = (walk: ProcedureWalk<RecoveryContext>, is: string, more: object = {}) =>
    walk.feed({ type: 'engine', news: { is, command, ...more } });

  test('is told and shown in whatever state, and changes none', () => {
    const walk = new Walk().feed({ type: 'assessed', room: {} });
    news(walk, 'starting', { timeoutMs: 30_000 });
    expect(walk.state).toBe('stopping');
    expect(message(walk)).toBe(
      'the engine does not answer; runs systemctl restart docker on this host, for 30s at most; stops 1, dependents first',
    );
    news(walk, 'ended', { status: 1, output: 'no such unit' });
    expect(message(walk)).toContain('systemctl restart docker ended with status 1: no such unit');
    news(walk, 'silent', { waitedMs: 30_000 });
    expect(message(walk)).toContain('it is not run again in this outage');
    walk.feed({ type: 'engine', news: { is: 'back' } });
    expect([walk.state, message(walk)]).toEqual(['stopping', 'stops 1, dependents first']);
    expect(walk.asked.filter((a) => a.startsWith('tell'))).toEqual([
      'tell EngineStarting',
      'tell EngineStartEnded',
      'tell EngineStartFailed',
      'tell EngineBack',
    ]);
  });

  test('without a command is waited for, and so it says', () => {
    const walk = new Walk().feed({ type: 'engine', news: { is: 'away' } });
    expect(message(walk)).toContain('the engine does not answer; waits for it');
    expect(walk.asked).toEqual(['tell EngineAwaited']);
  });
});
