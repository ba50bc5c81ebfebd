// One failed start has one name, whether it is waited for, tried again or looked at in between.

import { expect, test } from 'vitest';
import { condition, detailOf, facts, live, look, noon, planOf, revision, service } from '../support/make.ts';

const web = service('web');
const r = revision([web]);
const words = 'exec: "nosuch": executable file not found in $PATH';
const container = live(web, { state: 'created', detail: detailOf(web, { error: words }) });
const failure = { reason: 'CommandNotFound', message: words, at: noon - 2_000, count: 1 };
const attempts = (notBefore: number) => ({
  'Service/web': { at: [noon - 2_000], notBefore, lastFailure: words },
});
const planWith = (parts: Parameters<typeof facts>[0], parted = container) =>
  planOf({ revision: r, observed: look(r, [parted]), facts: facts(parts) });

test.each([
  ['while it waits', noon + 1_000],
  ['when it is tried again', noon - 1],
])('the cause is the reason %s', (_, notBefore) => {
  const plan = planWith({ failures: { 'Service/web': failure }, attempts: attempts(notBefore) });
  const told = condition(plan, 'Service/web', 'Degraded');
  expect(told).toMatchObject({ status: true, reason: 'CommandNotFound' });
  expect(told.message).toContain(words);
});

test('a cause that has no name of its own, or that nobody told, is StartFailed with the engine’s words', () => {
  const told = condition(planWith({}), 'Service/web', 'Degraded');
  expect(told).toMatchObject({ reason: 'StartFailed', message: expect.stringContaining(words) });
});

test('a failure of the container before it is not this one’s', () => {
  const old = { ...failure, reason: 'PortTaken', at: container.createdAt - 1 };
  const plan = planWith({ failures: { 'Service/web': old } });
  expect(condition(plan, 'Service/web', 'Degraded').reason).toBe('StartFailed');
});
