import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../../desired-state/diagnostic.ts';
import { positionAt, toPlain } from '../../../desired-state/tree.ts';
import { parseYaml } from '../../../desired-state/yaml/parse.ts';
import { readYamlFile } from '../../../desired-state/yaml/read.ts';
import { folderWith } from '../../support/manifests.ts';

function parse(text: string) {
  const { documents, diagnostics } = parseYaml(text, 'f.yaml');
  return { documents, plain: documents.map(toPlain), lines: diagnostics.map(formatDiagnostic) };
}

describe('mistakes', () => {
  test.each([
    ['tabs', 'a:\n\tb: 1\n', 'f.yaml:2:1: tab used as indentation; YAML expects spaces'],
    ['a tab in a block of text', 'a: |\n\tx\n', 'f.yaml:2:1: tab used as indentation; YAML expects spaces'],
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', 'f.yaml:3:1: duplicate key "a"; it is already set in line 1'],
    ['a duplicate in braces', '{a: 1, a: 2}', 'f.yaml:1:8: duplicate key "a"; it is already set in line 1'],
    [
      'a duplicate written otherwise',
      'a: 1\n"a": 2\n',
      'f.yaml:2:1: duplicate key "a"; it is already set in line 1',
    ],
    ['a missing key', ': 1\n', 'f.yaml:1:1: a key is missing before ":"'],
    [
      'a map as key',
      '? [a]\n: b\n',
      'f.yaml:1:3: a key must be plain text, not a map, list or unknown alias',
    ],
    ['an unknown alias', 'a: *x\n', 'f.yaml:1:4: alias *x has no anchor &x before it'],
    ['an endless alias', 'a: &x [*x]\n', 'f.yaml:1:8: alias *x stands inside its own anchor &x'],
    [
      'a merge of no map',
      'a: &x 1\nb: {<<: *x}\n',
      'f.yaml:1:7: "<<" merges a map or a list of maps into this one',
    ],
    [
      'an unknown tag',
      'a: !foo 1\n',
      'f.yaml:1:4: unknown YAML tag !foo; only !reset and !override are known, in Compose files',
    ],
    [
      'a colon in a value',
      'a: b: c\n',
      'f.yaml:1:4: a second ": " in one value, or a line indented deeper than its neighbours; quote a value that contains ": "',
    ],
    [
      'text where a key belongs',
      'a: 1\nfoo\nb: 2\n',
      'f.yaml:2:1: text without a ":" where "key: value" was expected',
    ],
    [
      'a bracket that is never closed',
      'a: [1, 2\nb: 3\n',
      'f.yaml:1:4: not valid YAML: the [ here is never closed',
    ],
    [
      'a quote that is never closed',
      'a: "x\nb: 1\n',
      'f.yaml:1:4: not valid YAML: the " here is never closed',
    ],
    ['a single quote', "a: 'it''s\nb: 1\n", "f.yaml:1:4: not valid YAML: the ' here is never closed"],
    [
      'a quote within a bracket',
      'a: {b: ["x\\"]}\n',
      'f.yaml:1:9: not valid YAML: the " here is never closed',
    ],
    [
      'a bracket within a bracket',
      'a: {b: [x\nc: 1\n',
      'f.yaml:1:8: not valid YAML: the [ here is never closed',
    ],
  ])('%s', (_, text, line) => {
    expect(parse(text).lines).toEqual([line]);
  });

  test('all of a file at once, with the lines of the file, and the good documents all the same', () => {
    const { lines, plain } = parse('a: 1\n---\nb: [\n---\nc: 1\nc: 2\n---\nd:\n\te: 1\n---\nf: 1\n');
    expect(lines).toEqual([
      'f.yaml:3:4: not valid YAML: the [ here is never closed',
      'f.yaml:6:1: duplicate key "c"; it is already set in line 5',
      'f.yaml:9:1: tab used as indentation; YAML expects spaces',
    ]);
    expect(plain).toEqual([{ a: 1 }, { c: 1 }, { f: 1 }]);
  });
});

describe('hostile text', () => {
  test.each([
    ['brackets', '['.repeat(65) + ']'.repeat(65), 65],
    ['dashes', `${'- '.repeat(65)}a`, 129],
    ['braces', '{a: '.repeat(65) + '}'.repeat(65), 257],
    ['a million brackets', '['.repeat(1_000_000), 65],
    ['a million question marks', '? '.repeat(1_000_000), 129],
  ])('nesting of %s beyond 64 levels is refused at once', (_, text, column) => {
    expect(parse(text).lines).toEqual([`f.yaml:1:${column}: nested deeper than 64 levels`]);
  });

  test('64 levels are allowed', () => {
    expect(parse('['.repeat(64) + ']'.repeat(64)).lines).toEqual([]);
    expect(parse(`${'- '.repeat(64)}a`).lines).toEqual([]);
  });

  test('aliases that multiply are refused where it becomes too much', () => {
    const lines = Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`);
    const told = parse(['a0: &a0 [x, x]', ...lines].join('\n')).lines;
    expect(told).toEqual([
      expect.stringMatching(/^f\.yaml:1\d:\d+: aliases expand to more than 500000 values$/),
    ]);
  });

  test('aliases that nest are refused beyond 64 levels', () => {
    const lines = Array.from({ length: 200 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]`);
    expect(parse(['a0: &a0 [x]', ...lines].join('\n')).lines).toEqual([
      expect.stringMatching(/nested deeper than 64 levels through aliases$/),
    ]);
  });

  test('no text makes it throw', () => {
    const yamlish = fc
      .array(
        fc.constantFrom(
          'a',
          ':',
          ' ',
          '\n',
          '- ',
          '[',
          ']',
          '{',
          '}',
          '&x',
          '*x',
          '"',
          "'",
          '|',
          '#',
          '!t',
          '\t',
          '? ',
          '<<',
          ',',
        ),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(yamlish, fc.string()), (text) => {
        for (const node of parseYaml(text, 'f').documents) toPlain(node);
      }),
      { numRuns: 500 },
    );
  });
});

describe('values', () => {
  test('are those of YAML 1.2, as Compose has them', () => {
    const text =
      'a: yes\nb: 010\nc: 1.10\nd: ~\ne:\nf: 0x1F\ng: 0o17\nh: true\ni: "1"\nj: .5\nk: 1e3\nl: 12:30\nm: 2026-01-01\n';
    expect(parse(text).plain).toEqual([
      {
        a: 'yes',
        b: 10,
        c: 1.1,
        d: null,
        e: null,
        f: 31,
        g: 15,
        h: true,
        i: '1',
        j: 0.5,
        k: 1000,
        l: '12:30',
        m: '2026-01-01',
      },
    ]);
  });

  test('own keys go before merged ones, earlier maps before later', () => {
    const text = 'x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  a: 0\n';
    expect(parse(text).plain[0]).toMatchObject({ z: { a: 0, b: 1, c: 2 } });
  });

  test('a key named __proto__ is a key', () => {
    const [plain] = parse('__proto__: {polluted: 1}\n').plain;
    expect(Object.keys(plain as object)).toEqual(['__proto__']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test("Compose's tags are kept", () => {
    const [document] = parse('a: !reset null\nb: !override [1]\n').documents;
    expect(document?.kind === 'map' && document.entries.get('a')?.value.tag).toBe('reset');
    expect(document?.kind === 'map' && document.entries.get('b')?.value.tag).toBe('override');
  });

  test('know their place in the file, in later documents and behind aliases too', () => {
    const [, second] = parse('a: 1\n---\nb: &x\n  c: [1, {d: 2}]\ne: *x\n').documents;
    if (second === undefined) throw new Error('no second document');
    expect(positionAt(second, ['b', 'c', 1, 'd'])).toEqual({ file: 'f.yaml', line: 4, column: 14 });
    expect(positionAt(second, ['e', 'c', 0])).toEqual({ file: 'f.yaml', line: 4, column: 7 });
  });
});

describe('files', () => {
  const read = (path: string) => readYamlFile(path, 'f.yaml').diagnostics.map(formatDiagnostic);

  test.each([
    [
      'not UTF-8',
      Buffer.concat([Buffer.from('a: 1\nb: "ü'), Buffer.from([0xfc, 0x22])]),
      'f.yaml:2:6: file is not UTF-8 text',
    ],
    ['cut inside a character', Buffer.from('a: ü').subarray(0, 4), 'f.yaml:1:4: file is not UTF-8 text'],
    [
      'UTF-16',
      Buffer.from('\ufeffa: 1', 'utf16le'),
      'f.yaml:1:1: file is not UTF-8 text; it looks like UTF-16: save it as UTF-8',
    ],
    [
      'binary',
      'a: 1\nb: \u0000',
      'f.yaml:2:4: control character U+0000 in the file; a text file was expected',
    ],
    [
      'over 4 MiB',
      'x'.repeat(4 * 1024 * 1024 + 1),
      'f.yaml:1:1: file has 4194305 bytes; at most 4194304 (4 MiB) are read',
    ],
  ])('%s', (_, content, line) => {
    expect(read(join(folderWith({ f: content }), 'f'))).toEqual([line]);
  });

  test('missing, a folder, a link to itself', () => {
    const folder = folderWith({ 'a/b': '' });
    mkdirSync(join(folder, 'd'));
    symlinkSync('loop', join(folder, 'loop'));
    expect(read(join(folder, 'none'))).toEqual(['f.yaml:1:1: file not found']);
    expect(read(join(folder, 'd'))).toEqual(['f.yaml:1:1: this is a folder; a file was expected here']);
    expect(read(join(folder, 'loop'))).toEqual([
      'f.yaml:1:1: file cannot be read: a symbolic link points at itself',
    ]);
    expect(read('/dev/null')).toEqual(['f.yaml:1:1: this is not a regular file']);
  });

  test('a byte order mark and Windows line ends are fine', () => {
    const { documents, diagnostics } = readYamlFile(
      join(folderWith({ f: '\ufeffa: 1\r\nb:\r\n  - 2\r\n' }), 'f'),
      'f',
    );
    expect(diagnostics).toEqual([]);
    expect(documents.map(toPlain)).toEqual([{ a: 1, b: [2] }]);
  });
});
