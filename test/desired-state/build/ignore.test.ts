// .dockerignore as github.com/moby/patternmatcher has it; many rows are from its own tests.

import { describe, expect, test } from 'vitest';
import { parseIgnore } from '../../../desired-state/build/ignore.ts';

describe('a path is left out', () => {
  test.each<[pattern: string, path: string, excluded: boolean]>([
    ['**', 'file', true],
    ['**', 'dir/file', true],
    ['**/', 'dir/file', true],
    ['**/**', 'dir/file', true],
    ['dir/**', 'dir/file', true],
    ['dir/**', 'dir/dir2/file', true],
    ['dir/**', 'dir', false],
    ['**/dir', 'dir', true],
    ['**/dir', 'a/dir', true],
    ['**/dir2/*', 'dir/dir2/file', true],
    ['**/dir2/**', 'dir/dir2/dir2/file', true],
    ['**file', 'dir/file', true],
    ['**/file', 'dir/dir/file', true],
    ['**/file*', 'dir/dir/file.txt', true],
    ['**/file*txt', 'dir/dir/file.txt', true],
    ['**/file*.txt*', 'dir/dir/file.txt', true],
    ['**/**/*.txt', 'dir/dir/file.txt', true],
    ['**/**/*.txt2', 'dir/dir/file.txt', false],
    ['**/*.txt', 'file.txt', true],
    ['a**/*.txt', 'a/file.txt', true],
    ['a**/*.txt', 'a/dir/file.txt', true],
    ['a/*.txt', 'a/dir/file.txt', false],
    ['a/*.txt**', 'a/file.txt', true],
    ['a[b-d]e', 'ace', true],
    ['a[b-d]e', 'aae', false],
    ['a[^b-d]e', 'aze', true],
    ['.*', '.foo', true],
    ['.*', 'foo', false],
    ['abc.def', 'abcdef', false],
    ['abc.def', 'abc.def', true],
    ['abc?def', 'abcZdef', true],
    ['abc?def', 'abcdef', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'acb', false],
    ['**/foo/bar', 'in/foo/bar', true],
    ['abc/**', 'abc/def/ghi', true],
    ['**/.foo', 'bar.foo', false],
    ['a(b)c/def', 'a(b)c/def', true],
    ['a.|)$(}+{bc', 'a.|)$(}+{bc', true],
    // A folder takes what is in it along.
    ['node_modules', 'node_modules/x/y.js', true],
    ['node_modules', 'src/node_modules/x', false],
    ['/build', 'build/x', true],
    ['./build/', 'build', true],
    ['a/../b', 'b', true],
    // Not a comment, for it begins with a blank; comments and empty lines say nothing.
    [' #x', '#x', true],
    ['#x', '#x', false],
    ['\n\n  \n*.md', 'a.md', true],
    ['\uFEFF*.md', 'a.md', true],
    // The last one that matches decides.
    ['*\n!keep', 'keep', false],
    ['*\n!keep', 'other', true],
    ['*.md\n!README.md', 'README.md', false],
    ['*.md\n!README*.md\nREADME-secret.md', 'README-secret.md', true],
    ['!README.md\n*.md', 'README.md', true],
    ['dir\n!dir/keep', 'dir/keep', false],
    ['dir\n! dir/keep', 'dir/keep', false],
    ['dir\n!dir/keep', 'dir/other', true],
  ])('%j and %j: %s', (pattern, path, excluded) => {
    expect(parseIgnore(pattern).excludes(path)).toBe(excluded);
  });
});

test.each<[patterns: string, folder: string, looks: boolean]>([
  ['dir', 'dir', false],
  ['*\n!dir/file', 'dir', true],
  ['*\n!dir/sub/**', 'dir/sub', true],
  ['*\n!other', 'dir', false],
  ['*\n!dir/sub/*', 'dir/sub/x', false],
  ['*\n!**/keep.txt', 'a/b/c', true],
])('with %j an excluded folder %j is looked into: %s', (patterns, folder, looks) => {
  expect(parseIgnore(patterns).mayKeepWithin(folder)).toBe(looks);
});

test.each([
  ['a[', /bad pattern "a\["/],
  ['!', /illegal pattern "!"/],
])('%j is refused', (text, words) => {
  expect(() => parseIgnore(text)).toThrow(words);
});
