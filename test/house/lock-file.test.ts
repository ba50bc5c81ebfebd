// A lock file that `npm ci` would refuse stops every fresh clone.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { missingFrom } from '../../scripts/lib/complete-lock.ts';

test('the lock file has every optional package that its packages name (if not: node scripts/lib/complete-lock.ts)', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  expect(missingFrom(packages).map(({ name }) => name)).toEqual([]);
});

test('finds what is missing, and knows a package beside or above the one that wants it', () => {
  const packages = {
    '': {},
    'node_modules/a': { optionalDependencies: { top: '1.0.0', inner: '1.0.0', gone: '1.0.0' } },
    'node_modules/top': {},
    'node_modules/a/node_modules/inner': {},
  };
  expect(missingFrom(packages).map(({ name }) => name)).toEqual(['gone']);
});
