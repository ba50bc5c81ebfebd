// A plan as a comment on a pull request.

import { expect, test } from 'vitest';
import { planMarkdown } from '../../../controller/cli/views/plan-markdown.ts';
import { live, look, planOf, revision, service } from '../../support/make.ts';

const commit = {
  id: '4c2e1f0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  author: 'Ana',
  subject: 'fix <b>all</b> | of @team `now`',
  at: '2026-11-27T12:00:00Z',
  url: 'https://git.example.org/platform.git',
  ref: 'feature',
  path: 'prod',
};
const shown = (plan: ReturnType<typeof planOf>) => ({ plan, changedVariables: [] });

test('has what changes, why and where as a table, and the whole plan below', async () => {
  const r = {
    ...revision([service('cache'), service('web', { container: { image: 'web:2' } })]),
    commit,
  };
  const plan = planOf({ revision: r, observed: look(r, [live(service('web'))]) });
  await expect(planMarkdown(shown(plan))).toMatchFileSnapshot('golden/plan-markdown.txt');
});

test('takes nothing of a commit for markup, and calls nobody', () => {
  const r = { ...revision([]), commit };
  const text = planMarkdown(shown(planOf({ revision: r, observed: look(r, []) })));
  expect(text).toContain('fix &lt;b>all&lt;/b> \\| of @\u200bteam \\`now\\`');
  expect(text).toContain('Nothing would change.');
  expect(text).not.toContain('| what |');
});
