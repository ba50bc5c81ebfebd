// The quick way through plain YAML gives the very tree that the full parser gives, or leaves the text to it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Node } from '../../../desired-state/tree.ts';
import { parseFully } from '../../../desired-state/yaml/parse.ts';
import { parsePlainBlocks } from '../../../desired-state/yaml/plain-blocks.ts';
import { readCases } from '../../compose/case.ts';

/** Maps as lists of entries, so that their order counts. */
function shown(node: Node): unknown {
  if (node.kind === 'map') {
    return {
      ...node,
      entries: [...node.entries.values()].map((entry) => ({ ...entry, value: shown(entry.value) })),
    };
  }
  return node.kind === 'list' ? { ...node, items: node.items.map(shown) } : node;
}

/** False: it is left to the full parser. */
function agrees(text: string): boolean {
  const quick = parsePlainBlocks(text, 'f');
  if (quick === undefined) return false;
  const full = parseFully(text, 'f');
  expect([...full.diagnostics, ...full.inCompose]).toEqual([]);
  expect([shown(quick)]).toEqual(full.documents.map(shown));
  return true;
}

const texts = readCases().flatMap(({ written }) => Object.values(written.files));

test('on every file of the Compose corpus', () => {
  const quick = texts.filter(agrees);
  expect(quick.length).toBeGreaterThan(texts.length / 3);
});

test('on files in which something was changed at random', () => {
  const bit = fc.constantFrom(
    ' ',
    '  ',
    '\n',
    ':',
    ': ',
    '- ',
    '#',
    ' #',
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    ',',
    'a',
    '&a ',
    '!',
    '|',
  );
  const change = fc.record({ at: fc.nat(), cut: fc.nat(3), put: fc.oneof(bit, fc.constant('')) });
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      (text, changes) => {
        const changed = changes.reduce((before, { at, cut, put }) => {
          const index = at % (before.length + 1);
          return before.slice(0, index) + put + before.slice(index + cut);
        }, text);
        agrees(changed);
      },
    ),
    { numRuns: 3_000 },
  );
});

describe('takes', () => {
  test.each([
    ['maps and lists', 'a:\n  b: 1\n  c:\n  - x\n  - y: 2\n    z: 3\nd: ~\n'],
    ['lists indented or not', 'a:\n- 1\n- 2\nb:\n  - 3\n'],
    ['quotes and comments', 'a: "x # y" # z\nb: \'q\'\n# whole line\nc: d#e\n'],
    ['flow on a line', 'a: [1, "two", [3]] # c\nb: {c: d, e: [f]}\n'],
    ['nothing as a value', 'a:\nb: 1\nc:\n'],
  ])('%s', (_what, text) => expect(agrees(text)).toBe(true));
});

describe('leaves to the full parser', () => {
  test.each([
    ['anchors', 'a: &x 1\nb: *x\n'],
    ['tags', 'a: !reset 1\n'],
    ['block scalars', 'a: |\n  x\n'],
    ['values over lines', 'a: b\n  c\n'],
    ['flow over lines', 'a: [b,\n  c]\n'],
    ['escapes', 'a: "x\\n"\n'],
    ['documents', 'a: 1\n---\nb: 2\n'],
    ['the same key twice', 'a: 1\na: 2\n'],
    ['tabs', 'a:\t1\n'],
    ['a colon in a value', 'a: b: c\n'],
    ['a wrong indent', 'a:\n    b: 1\n  c: 2\n'],
    ['deep nesting', Array.from({ length: 70 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('%s', (_what, text) => expect(parsePlainBlocks(text, 'f')).toBeUndefined());
});
