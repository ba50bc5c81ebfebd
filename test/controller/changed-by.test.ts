// Which commit made a resource what it is.

import { expect, test } from 'vitest';
import { changedBy } from '../../controller/reports/changed-by.ts';
import type { RevisionRecord } from '../../controller/store/store.ts';
import type { Resource } from '../../desired-state/resource.ts';
import { revision, service } from '../support/make.ts';

const commit = (subject: string) => ({
  id: subject.padEnd(40, '0'),
  author: 'Ana',
  subject,
  at: '2026-11-27T12:00:00Z',
  url: '/srv/platform.git',
  ref: 'main',
  path: '.',
});

function record(subject: string, resources: readonly Resource[], more: object = {}): RevisionRecord {
  const made = { ...revision(resources), id: subject, commit: commit(subject), ...more };
  return { id: subject, inForceAt: 0, by: 'reeve', sources: [], revision: made, images: {} };
}

const web = (image: string, line = 1) => ({
  ...service('web', { container: { image } }),
  position: { file: 'a.yaml', line, column: 1 },
});

test('is the first since which it stayed as it is, wherever it stood', () => {
  const newest = [
    record('third', [web('web:2', 9), service('other')]),
    record('second', [web('web:2')]),
    record('first', [web('web:1')]),
  ];
  expect(changedBy('Service/web', newest)?.subject).toBe('second');
  expect(changedBy('Service/other', newest)?.subject).toBe('third');
});

test('of a revision that later commits left as it was it is the one that brought it', () => {
  const newest = [
    record('words', [web('web:2')], { cameWith: commit('second') }),
    record('first', [web('web:1')]),
  ];
  expect(changedBy('Service/web', newest)?.subject).toBe('second');
});

test('is not known of what is not declared', () => {
  expect(changedBy('Service/web', [record('first', [])])).toBeUndefined();
  expect(changedBy('Service/web', [])).toBeUndefined();
});
