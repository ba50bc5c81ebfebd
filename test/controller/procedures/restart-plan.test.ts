// What a batched restart is planned to do, and what it leaves alone.

import { expect, test } from 'vitest';
import { planRestart, type RestartOptions } from '../../../controller/procedures/restart-plan.ts';
import { noon, revision, service } from '../../support/make.ts';

const options: RestartOptions = {
  names: [],
  selector: {},
  batchSize: 5,
  settleMs: 30_000,
  adaptive: false,
  timeoutMs: 300_000,
};
const shop = revision(['a', 'b', 'c'].map((name) => service(name)));
const hold = { at: noon, stopped: false, by: 'ana' };

test('what a person holds is left out and named: asked for, it would be restarted when that ends', () => {
  const plan = planRestart(shop, options, { 'Service/b': hold });
  expect([plan.batches.flatMap((b) => b.refs), plan.held]).toEqual([
    ['Service/a', 'Service/c'],
    ['Service/b'],
  ]);
});

test('where all that is chosen is held, nothing is planned, and the way on is said', () => {
  const only = { ...options, names: ['b'] };
  expect(() => planRestart(shop, only, { 'Service/b': hold })).toThrow(
    'all that is chosen by that is held: Service/b',
  );
});
