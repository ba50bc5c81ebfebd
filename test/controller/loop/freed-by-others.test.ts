// Somebody else's container ended: whoever of ours waits for its port or name need not wait for its back-off.

import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../controller/engine.ts';
import { freedByOthers } from '../../../controller/loop/freed-by-others.ts';
import { facts, noon } from '../../support/make.ts';

const ended = (action: string): EngineEvent => ({
  type: 'container',
  action,
  id: 'f'.repeat(64),
  at: noon,
  attributes: { name: 'somebody-elses-web' },
});
const failed = (reason: string) =>
  facts({
    failures: { 'Service/web': { reason, message: 'taken', at: noon - 9, count: 1 } },
    attempts: { 'Service/web': { at: [noon - 9], notBefore: noon + 300_000, lastFailure: 'taken' } },
  });

describe('the end of a container that is not ours', () => {
  test.each(['PortTaken', 'NameTaken', 'AddressTaken'])(
    'lets what failed with %s be tried at once',
    (reason) => {
      expect(freedByOthers(ended('die'), failed(reason))).toEqual([
        { fact: 'failures', key: 'Service/web', value: undefined },
        { fact: 'attempts', key: 'Service/web', value: undefined },
      ]);
    },
  );

  test('is nothing to what failed for a reason of its own, and a start frees nothing', () => {
    expect(freedByOthers(ended('die'), failed('CommandNotFound'))).toEqual([]);
    expect(freedByOthers(ended('start'), failed('PortTaken'))).toEqual([]);
  });
});
