// How a change of a field reads: short, never a secret, and never the same on both sides.

import { expect, test } from 'vitest';
import { secretMark, showChange } from '../../reconcilers/drift-text.ts';

const long = 'sh -c "set -e; prepare --all --quickly; migrate --to head; serve --port';

test.each([
  ['what is short is whole', 'a', 'b', undefined, ['a', 'b']],
  ['what is not there is said', undefined, '', undefined, ['(none)', '(empty)']],
  [
    'of long text the difference is seen, with what stands before it',
    `${long} 8080"`,
    `${long} 9090"`,
    undefined,
    ['… head; serve --port 8080"', '… head; serve --port 9090"'],
  ],
  [
    'a difference near the start leaves the end out',
    `x${long}`,
    `y${long}`,
    undefined,
    [`x${long.slice(0, 58)}…`, `y${long.slice(0, 58)}…`],
  ],
  ['a secret is not shown', `${secretMark}1`, `${secretMark}2`, 'TOKEN', ['(secret)', '(secret)']],
  [
    'nor the password of an address, however long the text',
    `postgres://app:${'p'.repeat(80)}@db/one`,
    `postgres://app:${'q'.repeat(80)}@db/two`,
    'URL',
    ['postgres://app:(hidden)@db/one', 'postgres://app:(hidden)@db/two'],
  ],
] as const)('%s', (_, before, after, key, shown) => {
  expect(showChange(before, after, key)).toEqual(shown);
});
