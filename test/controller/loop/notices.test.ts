// What a plan says becomes an event when it comes up, and once.

import { expect, test } from 'vitest';
import { Notices } from '../../../controller/loop/notices.ts';
import type { Plan } from '../../../reconcilers/plan.ts';
import { look, noon, planOf, revision, service } from '../../support/make.ts';

const context = { at: noon, by: 'a test', revision: 'r000000000001', pass: 'p1' };
const saidIn = (plan: Plan, notices = new Notices()): string[] =>
  notices.news(plan, context).map((event) => event.message.split(' ')[0] ?? '');

const web = service('web', {
  container: { annotations: { a: '1' }, mounts: [{ type: 'image', source: 'a', target: '/a' }] },
});
const r = revision([web]);
const plan = planOf({
  revision: r,
  observed: look(r, [], { host: { cpus: 4, memoryBytes: 2 ** 34, apiVersion: '1.41' } }),
});

test('what a condition says is left to it', () => {
  expect(plan.warnings.map((w) => w.message.split(' ')[0])).toEqual(['type:', 'annotations']);
  expect(saidIn(plan)).toEqual(['annotations']);
});

test('the same is not told again with the next pass', () => {
  const notices = new Notices();
  expect(saidIn(plan, notices)).toHaveLength(1);
  expect(saidIn(plan, notices)).toEqual([]);
  expect(saidIn({ ...plan, warnings: [] }, notices)).toEqual([]);
  expect(saidIn(plan, notices)).toHaveLength(1);
});
