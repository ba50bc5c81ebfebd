// What `<<` brings in and an own key hides whole.

import { describe, expect, test } from 'vitest';
import { formatDiagnostic } from '../../../desired-state/diagnostic.ts';
import { parseYaml } from '../../../desired-state/yaml/parse.ts';

const linesOf = (text: string): string[] => parseYaml(text, 'f').diagnostics.map(formatDiagnostic);

const base = 'base: &base\n  environment: {A: 1, B: 2, C: 3, D: 4}\n  deploy: {cpus: 1, memory: 2}\n';

describe('an inner map that << brings in', () => {
  test('and that is replaced whole is told of once, at the map, with what is lost', () => {
    const text = `${base}one:\n  <<: *base\n  environment: {X: 1}\ntwo: {<<: *base, environment: {Y: 1}}\n`;
    expect(linesOf(text)).toEqual([
      'f:2:3: warning: environment of this map is replaced whole where "<<" merges it beside another environment (in 2 places, the first in line 6): A, B, C and 1 more are lost there; give the inner map an anchor and merge it as well: environment: {<<: *anchor, …}',
    ]);
  });

  test.each([
    ['of which something is overridden on purpose', 'one: {<<: *base, deploy: {cpus: 4}}'],
    ['and that is emptied on purpose', 'one: {<<: *base, environment: {}}'],
    ['and that nothing hides', 'one: {<<: *base, labels: {a: b}}'],
    [
      'and that another << hides: the first goes before, as YAML says',
      'one: {<<: [{environment: {Z: 1}}, *base]}',
    ],
  ])('%s is not', (_name, text) => {
    expect(linesOf(`${base}${text}\n`)).toEqual([]);
  });
});
