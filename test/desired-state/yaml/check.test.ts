import { expect, test } from 'vitest';
import { z } from 'zod';
import { formatDiagnostic } from '../../../desired-state/diagnostic.ts';
import { checkShape, suggest } from '../../../desired-state/yaml/check.ts';
import { parseYaml } from '../../../desired-state/yaml/parse.ts';

const schema = z.strictObject({
  image: z.string(),
  retries: z.int().min(1).max(5).optional(),
  tier: z.enum(['core', 'critical', 'standard']).optional(),
  command: z.union([z.string(), z.array(z.string())]).optional(),
  drift: z
    .union([z.enum(['heal', 'ignore']), z.strictObject({ mode: z.enum(['heal', 'ignore']) })])
    .optional(),
  networks: z
    .record(z.string(), z.union([z.null(), z.strictObject({ aliases: z.array(z.string()) })]))
    .optional(),
  pair: z
    .strictObject({ a: z.int() })
    .refine((p) => p.a > 3, { error: 'expected more' })
    .optional(),
  every: z.string({ error: 'expected a duration' }).optional(),
});

function lines(yaml: string): string[] {
  const [document] = parseYaml(yaml, 'f').documents;
  if (document === undefined) throw new Error('no document');
  return checkShape(schema, document, 'Service web').diagnostics.map(formatDiagnostic);
}

test.each([
  ['imge: x\n', 'f:1:1: unknown key "imge" in Service web; did you mean "image"?'],
  [
    'image: x\nnetworks: {a: {alias: [b]}}\n',
    'f:2:16: unknown key "alias" in Service web.networks.a; did you mean "aliases"?',
  ],
  ['image: x\nfoo: 1\n', 'f:2:1: unknown key "foo" in Service web'],
  ['retries: 1\n', 'f:1:1: missing "image" in Service web'],
  ['image:\n', 'f:1:7: image: expected text, got nothing'],
  ['image: 15\n', 'f:1:8: image: expected text, got a whole number; put it in quotes'],
  ['image: {a: 1}\n', 'f:1:8: image: expected text, got a map'],
  ['image: x\nretries: three\n', 'f:2:10: retries: expected a number, got text'],
  ['image: x\nretries: 1.5\n', 'f:2:10: retries: expected a whole number, got a number'],
  ['image: x\nretries: 9\n', 'f:2:10: retries: expected at most 5'],
  [
    'image: x\ntier: critcal\n',
    'f:2:7: tier: expected "core", "critical" or "standard"; did you mean "critical"?',
  ],
  [
    'image: x\ncommand: 3\n',
    'f:2:10: command: expected text or a list, got a whole number; put it in quotes',
  ],
  ['image: x\ncommand: [a, 3]\n', 'f:2:14: command: expected text, got a whole number; put it in quotes'],
  ['image: x\ndrift: hel\n', 'f:2:8: drift: expected "heal", "ignore" or a map; did you mean "heal"?'],
  ['image: x\ndrift: {mode: nothing}\n', 'f:2:15: mode: expected "heal" or "ignore"'],
  ['image: x\ndrift: {}\n', 'f:2:8: missing "mode" in Service web.drift'],
  ['image: x\npair: {a: 1}\n', 'f:2:7: pair: expected more'],
  ['image: x\nevery: 5\n', 'f:2:8: every: expected a duration'],
  ['[1]\n', 'f:1:1: Service web: expected a map, got a list'],
])('%j', (yaml, line) => {
  expect(lines(yaml)).toEqual([line]);
});

test('tells all mistakes, and where in the tree they are', () => {
  const [document] = parseYaml('image: 1\nfoo: 1\nretries: 2\ndrift: {mode: x}\n', 'f').documents;
  if (document === undefined) throw new Error('no document');
  const { diagnostics, places } = checkShape(schema, document, 'Service web');
  expect(diagnostics).toHaveLength(3);
  expect(places).toEqual([['image'], ['drift', 'mode'], ['foo']]);
});

test('never quotes a value that could be a secret', () => {
  expect(lines('image: x\nretries: hunter2\ncommand: {password: hunter2}\n').join()).not.toContain('hunter2');
});

test.each([
  ['imge', 'image'],
  ['IMAGE', 'image'],
  ['enviroment', 'environment'],
  ['naem', 'name'],
  ['x', undefined],
  ['completely-else', undefined],
  ['image', undefined],
])('%s: %s', (word, near) => {
  expect(suggest(word, ['image', 'environment', 'name', 'y'])).toBe(near);
});
