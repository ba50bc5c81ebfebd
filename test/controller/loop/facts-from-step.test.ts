// What a step leaves behind: a start that answers a failure is an attempt, however the failure is named.

import { expect, test } from 'vitest';
import { attemptAfterStep } from '../../../controller/loop/facts-from-step.ts';
import { defaultPolicy } from '../../../desired-state/revision.ts';
import { detailOf, facts, live, look, noon, planOf, revision, service } from '../../support/make.ts';

const web = service('web');
const r = revision([web]);
const words = 'exec: "nosuch": executable file not found in $PATH';

test.each([
  [
    'of a cause with a name',
    { 'Service/web': { reason: 'CommandNotFound', message: words, at: noon - 2_000, count: 1 } },
  ],
  ['that nobody told', {}],
] as const)('a failed start %s: the next start is an attempt', (_, failures) => {
  const container = live(web, { state: 'created', detail: detailOf(web, { error: words }) });
  const attempts = { 'Service/web': { at: [noon - 2_000], notBefore: noon - 1, lastFailure: words } };
  const known = facts({ failures, attempts });
  const [start] = planOf({ revision: r, observed: look(r, [container]), facts: known }).steps;
  if (start?.op !== 'startContainer') throw new Error('no start');
  expect(attemptAfterStep(start, known, defaultPolicy, noon, 0)).toMatchObject([
    { fact: 'attempts', key: 'Service/web', value: { at: [noon - 2_000, noon] } },
  ]);
});

test('the first start is none', () => {
  const container = live(web, { state: 'created', detail: detailOf(web) });
  const [start] = planOf({ revision: r, observed: look(r, [container]) }).steps;
  if (start?.op !== 'startContainer') throw new Error('no start');
  expect(attemptAfterStep(start, facts(), defaultPolicy, noon, 0)).toEqual([]);
});
