import { expect, test } from 'vitest';
import { formatDiagnostic } from '../../desired-state/diagnostic.ts';
import { parseDotenv } from '../../desired-state/dotenv.ts';

const shell: Readonly<Record<string, string>> = { HOME: '/root', OVER: 'shell' };

function parse(text: string) {
  const { values, diagnostics } = parseDotenv(text, '.env', (name) => shell[name]);
  return { values: Object.fromEntries(values), lines: diagnostics.map(formatDiagnostic) };
}

test.each([
  ['A=1', { A: '1' }],
  ['A = 1 ', { A: '1' }],
  ['export A=1', { A: '1' }],
  ['A: 1', { A: '1' }],
  ['A=', { A: '' }],
  ['# comment\n\n  # more\nA=1 # why', { A: '1' }],
  ['A=a#b', { A: 'a#b' }],
  ['A=#b', { A: '#b' }],
  ['A="a # b" # c', { A: 'a # b' }],
  ["A='$HOME'", { A: '$HOME' }],
  ['A=$HOME/x', { A: '/root/x' }],
  ['A="${HOME}/x"', { A: '/root/x' }],
  ['A=1\nB=${A}2', { A: '1', B: '12' }],
  ['A=${NONE:-d}', { A: 'd' }],
  ['A="\\$HOME"', { A: '$HOME' }],
  ['A="a\\nb\\tc\\"d\\\\"', { A: 'a\nb\tc"d\\' }],
  ["A='it\\'s'", { A: "it's" }],
  ["A='a\\nb'", { A: 'a\\nb' }],
  ['A="one\ntwo"\nB=3', { A: 'one\ntwo', B: '3' }],
  ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['HOME\nNONE', { HOME: '/root' }],
  ['my.key-1=x', { 'my.key-1': 'x' }],
  // The shell goes first where a value names a variable.
  ['OVER=file\nA=$OVER', { OVER: 'file', A: 'shell' }],
])('%j', (text, values) => {
  const parsed = parse(text);
  expect(parsed.values).toEqual(values);
  expect(parsed.lines).toEqual([]);
});

test('tells each line that is none, and goes on', () => {
  const { values, lines } = parse('A=1\nwhat is this\n=x\nB="open\nC=3\n');
  // As in Compose, a line that begins with its sign sets a variable without a name.
  expect(values).toEqual({ A: '1', '': 'x', C: '3' });
  expect(lines).toEqual([
    '.env:2:1: expected NAME=value, a comment or an empty line',
    '.env:4:1: the quote that opens the value of B is never closed',
  ]);
});

test('a variable that is not set warns with its line', () => {
  expect(parse('\nA=$NONE').lines).toEqual([
    '.env:2:1: warning: the "NONE" variable is not set, defaulting to a blank string',
  ]);
});
