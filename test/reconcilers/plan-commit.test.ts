// What a plan for a revision from git tells: whose commit it is, what of it is mounted, and which data stays.

import { expect, test } from 'vitest';
import { formatPlan } from '../../reconcilers/format-plan.ts';
import { live, look, planOf, revision, service } from '../support/make.ts';

const at = '/var/lib/reeve/shop/git/tree';
const commit = {
  id: '4c2e1f0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  author: 'Ana',
  subject: 'raise redis memory',
  at: '2026-11-27T12:00:00Z',
  url: 'https://git.example.org/platform.git',
  ref: 'main',
  path: 'prod',
};

const mounted = (name: string) =>
  service(name, {
    container: {
      mounts: [
        { type: 'bind', source: `${at}/prod/${name}.conf`, target: '/etc/app.conf', readOnly: true },
        { type: 'bind', source: `${at}/prod/data`, target: '/data' },
        { type: 'bind', source: '/etc/localtime', target: '/etc/localtime' },
      ],
    },
  });

const fromGit = (names: readonly string[]) => ({
  ...revision(names.map(mounted)),
  commit,
  lives: { at, dataFolders: [`${at}/prod/data`] },
});

test('names the commit, and both kinds of mounts of what it touches', () => {
  const r = fromGit(['cache', 'web']);
  const plan = planOf({ revision: r, observed: look(r, [live(mounted('web'))]) });
  expect(plan.commit).toEqual({
    words: 'commit 4c2e1f0 (Ana: raise redis memory)',
    files: [{ path: 'prod/cache.conf', refs: ['Service/cache'] }],
    dataFolders: [{ path: `${at}/prod/data`, refs: ['Service/cache'] }],
  });
  expect(formatPlan(plan)).toContain(
    [
      'From commit 4c2e1f0 (Ana: raise redis memory).',
      '  Mounted from the commit:',
      '    prod/cache.conf → Service/cache',
      '  Data folders, the same over all commits:',
      `    ${at}/prod/data → Service/cache`,
    ].join('\n'),
  );
});

test('a long subject is cut', () => {
  const subject = 'x'.repeat(100);
  const r = { ...fromGit(['web']), commit: { ...commit, subject } };
  const plan = planOf({ revision: r, observed: look(r, []) });
  expect(plan.commit?.words).toBe(`commit 4c2e1f0 (Ana: ${'x'.repeat(59)}…)`);
});

test('a revision from files has no commit', () => {
  const r = revision([mounted('web')]);
  const plan = planOf({ revision: r, observed: look(r, []) });
  expect(plan.commit).toBeUndefined();
  expect(formatPlan(plan)).not.toContain('From ');
});
