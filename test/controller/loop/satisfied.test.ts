// What a step waits for, judged by the look that its plan was made from.

import { describe, expect, test } from 'vitest';
import { needsOf } from '../../../controller/loop/satisfied.ts';
import { predecessorName } from '../../../reconcilers/ownership.ts';
import { facts, idOf, live, look, planOf, revision, service } from '../../support/make.ts';

const vpn = service('vpn');
const started = { ref: 'Service/vpn', condition: 'started' } as const;

describe('a need of what has started', () => {
  test('holds where its container runs', () => {
    const r = revision([vpn]);
    const observed = look(r, [live(vpn)]);
    expect(needsOf(planOf({ revision: r, observed }), observed)(started)).toBe(true);
  });

  test('does not hold where only the old one runs that is being replaced', () => {
    const r = revision([vpn]);
    const old = live(vpn, { id: idOf('old'), name: predecessorName('shop-vpn-1', idOf('old')) });
    const observed = look(r, [old, live(vpn, { state: 'created' })]);
    const known = facts({
      replacing: { 'Service/vpn': { oldId: idOf('old'), restart: 'no', specHash: '', at: 0 } },
    });
    expect(needsOf(planOf({ revision: r, observed, facts: known }), observed)(started)).toBe(false);
  });
});
