import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../desired-state/diagnostic.ts';
import { interpolateTree } from '../../desired-state/interpolate.ts';
import { toPlain } from '../../desired-state/tree.ts';
import { parseYaml } from '../../desired-state/yaml/parse.ts';

const variables: Readonly<Record<string, string>> = {
  A: 'a',
  EMPTY: '',
  PORT: '8080',
  TRUE: 'true',
  DOLLAR: '$A',
};

function fill(yaml: string) {
  const [document] = parseYaml(yaml, 'f.yaml').documents;
  if (document === undefined) throw new Error('no document');
  const reads = new Set<string>();
  const { node, diagnostics } = interpolateTree(
    document,
    (name) => variables[name],
    (name) => void reads.add(name),
  );
  return { plain: toPlain(node), lines: diagnostics.map(formatDiagnostic), reads: [...reads] };
}

describe("Compose's forms", () => {
  test.each([
    ['$A', 'a'],
    ['${A}', 'a'],
    ['x${A}y$A', 'xaya'],
    ['${NONE:-d}', 'd'],
    ['${EMPTY:-d}', 'd'],
    ['${EMPTY-d}', ''],
    ['${NONE-d}', 'd'],
    ['${A:-d}', 'a'],
    ['${A:?e}', 'a'],
    ['${A:+r}', 'r'],
    ['${EMPTY:+r}', ''],
    ['${EMPTY+r}', 'r'],
    ['${NONE+r}', ''],
    ['${NONE:-${ALSO_NONE:-${A}}}', 'a'],
    ['${NONE:-$A-b}', 'a-b'],
    ['${NONE:-a:-b}', 'a:-b'],
    ['$$A', '$A'],
    ['$$$$', '$$'],
    ['$${A}', '${A}'],
    // As in a shell, a $ that begins no name is a $.
    ['a $ b', 'a $ b'],
    ['$1 $(x) $', '$1 $(x) $'],
    // Values are not filled in again.
    ['$DOLLAR', '$A'],
  ])('%s is %j', (text, value) => {
    const { plain, lines } = fill(`x: '${text}'\n`);
    expect(plain).toEqual({ x: value });
    expect(lines).toEqual([]);
  });
});

test('what is not set is empty, with a warning at its place', () => {
  const { plain, lines } = fill('a: 1\nb: [x, $NONE]\n');
  expect(plain).toEqual({ a: 1, b: ['x', ''] });
  expect(lines).toEqual([
    'f.yaml:2:8: warning: the "NONE" variable is not set, defaulting to a blank string',
  ]);
});

test('a required variable says why it is needed', () => {
  expect(fill('a: ${NONE:?set it to the tag}\nb: ${EMPTY:?}\nc: ${EMPTY?}\n').lines).toEqual([
    'f.yaml:1:4: required variable NONE is missing a value: set it to the tag; set NONE in the shell or in .env',
    'f.yaml:2:4: required variable EMPTY is missing a value; set EMPTY in the shell or in .env',
  ]);
});

test.each(['${', '${}', '${ A}', '${A }', '${A!}', '${1}', '${NONE:-${B}'])('%s is refused', (text) => {
  expect(fill(`a: '${text}'\n`).lines).toEqual([
    'f.yaml:1:4: "${" does not begin a variable here; expected ${NAME}, ${NAME:-default}, ${NAME:?message} or ${NAME:+value}; write $$ for a $ of your own',
  ]);
});

test('unquoted values get the type that YAML would give them, quoted ones stay text', () => {
  const { plain } = fill(`a: $PORT\nb: "$PORT"\nc: $TRUE\nd: $EMPTY\ne: ${'${NONE:-null}'}\nf: 1$PORT\n`);
  expect(plain).toEqual({ a: 8080, b: '8080', c: true, d: '', e: 'null', f: 18080 });
});

test('keys are left alone', () => {
  expect(fill('$A: $A\n').plain).toEqual({ $A: 'a' });
});

test('tells each name that was asked for, also of defaults, but not what was not needed', () => {
  expect(fill('a: ${NONE:-$A}\nb: ${A:-$PORT}\n').reads).toEqual(['NONE', 'A']);
});

test('doubling every $ gives back any text', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const scalar = {
        kind: 'scalar',
        value: text.replaceAll('$', '$$$$'),
        source: '',
        quoted: true,
        position: { file: 'f', line: 1, column: 1 },
      } as const;
      const { node, diagnostics } = interpolateTree(
        scalar,
        () => 'x',
        () => {},
      );
      expect(toPlain(node)).toBe(text);
      expect(diagnostics).toEqual([]);
    }),
  );
});
