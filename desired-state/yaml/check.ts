// A tree against a zod schema: every issue becomes a diagnostic at the value (or key) that is wrong, in words that say
// what was expected. Values are not quoted back unless the schema names its choices: they could be secrets.

import type { z } from 'zod';
import type { Diagnostic, Position } from '../diagnostic.ts';
import { keyPositionAt, type Node, nodeAt, type Path, positionAt, toPlain } from '../tree.ts';
import { filledAsWanted } from './filled.ts';
import { knownKeys } from './schema-keys.ts';
import { didYouMean, suggest } from './suggest.ts';

export { suggest };

type Issue = z.core.$ZodIssue;

interface Check {
  readonly schema: z.core.$ZodType;
  readonly root: Node;
  readonly what: string;
  /** Gathers where the mistakes are. */
  readonly places: Path[];
}

export interface Checked<T> {
  /** There only without mistakes. */
  readonly value?: T;
  /** What was checked: values that variables filled in are of the type that is wanted. */
  readonly node: Node;
  readonly diagnostics: Diagnostic[];
  /** Unknown keys, wrong values, and what lacks something. */
  readonly places: readonly Path[];
}

/** Checks a tree; `what` names it in messages: `Service web`. */
export function checkShape<T>(schema: z.ZodType<T>, node: Node, what: string): Checked<T> {
  const first = schema.safeParse(toPlain(node), { reportInput: false });
  if (first.success) return { value: first.data, node, diagnostics: [], places: [] };
  const root = filledAsWanted(node, first.error.issues);
  const result = root === node ? first : schema.safeParse(toPlain(root), { reportInput: false });
  if (result.success) return { value: result.data, node: root, diagnostics: [], places: [] };
  const check: Check = { schema, root, what, places: [] };
  const diagnostics = withoutEchoes(result.error.issues.flatMap((issue) => diagnose(issue, [], check)));
  return { node: root, diagnostics, places: check.places };
}

/** A misspelt key is one mistake: the same key is not also told as missing. */
function withoutEchoes(diagnostics: Diagnostic[]): Diagnostic[] {
  const meant = new Set<string>();
  for (const { code, message, hint } of diagnostics) {
    const place = / in (.*)$/.exec(message)?.[1];
    const key = /^did you mean (".*")\?$/.exec(hint ?? '')?.[1];
    if (code === 'UnknownKey' && key !== undefined) meant.add(`missing ${key} in ${place}`);
  }
  return diagnostics.filter(({ message }) => !meant.has(message));
}

function diagnose(issue: Issue, base: Path, check: Check): Diagnostic[] {
  const path = [...base, ...(issue.path as Path)];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(key, path, check));
  if (issue.code === 'invalid_key') {
    check.places.push(path);
    const [first] = issue.issues;
    const wanted = first === undefined ? 'is not allowed here' : wordsOf(first);
    return [at(keyPositionAt(check.root, path), 'BadKey', `key "${String(path.at(-1))}": ${wanted}`)];
  }
  if (issue.code === 'invalid_union') return diagnoseUnion(issue, path, check);
  if (isMissing(check.root, path)) return [missingKey(path, check)];
  const node = nodeAt(check.root, path);
  if (issue.code === 'invalid_type' && !isWorded(issue)) {
    return [wrongType([typeName(issue.expected)], path, node, check)];
  }
  check.places.push(path);
  return [at(node.position, codeOf(issue), `${label(path, check)}${wordsOf(issue)}`, hintOf(issue, node))];
}

/** The schema says in its own words what it expects. */
function isWorded(issue: Issue): boolean {
  return !issue.message.startsWith('Invalid input');
}

function at(position: Position, code: string, message: string, hint: { hint?: string } = {}): Diagnostic {
  return { severity: 'error', code, ...position, message, ...hint };
}

function missingKey(path: Path, check: Check): Diagnostic {
  const parent = path.slice(0, -1);
  check.places.push(parent);
  const message = `missing "${String(path.at(-1))}" in ${where(parent, check)}`;
  return at(positionAt(check.root, parent), 'MissingKey', message);
}

function unknownKey(key: string, path: Path, check: Check): Diagnostic {
  check.places.push([...path, key]);
  const message = `unknown key "${key}" in ${where(path, check)}`;
  const position = keyPositionAt(check.root, [...path, key]);
  return at(position, 'UnknownKey', message, didYouMean(key, knownKeys(check.schema, path)));
}

/**
 * A union fails in all its branches: only those whose outermost type fits are worth telling about; of these the one
 * that got furthest. Where no type fits, the types are listed.
 */
function diagnoseUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path, check: Check): Diagnostic[] {
  const node = nodeAt(check.root, path);
  if (issue.errors.length === 0) {
    if (isMissing(check.root, path)) return [missingKey(path, check)];
    check.places.push(path);
    return [at(node.position, 'BadValue', `${label(path, check)}${issue.message}`)];
  }
  const branches = flatten(issue.errors);
  const fitting = branches.filter((issues) => !issues.some(isOutermostType));
  if (fitting.length === 0) {
    if (isMissing(check.root, path)) return [missingKey(path, check)];
    if (isWorded(issue)) {
      check.places.push(path);
      const message = `${label(path, check)}${issue.message}, got ${kindOf(node)}`;
      return [at(node.position, 'WrongType', message)];
    }
    const names = branches.flatMap((issues) =>
      issues.filter(isOutermostType).map((i) => typeName(i.expected)),
    );
    return [wrongType(names, path, node, check)];
  }
  const choices = fitting.flatMap((issues) =>
    issues.filter((i) => i.code === 'invalid_value' && i.path.length === 0),
  );
  if (choices.length === fitting.length) {
    const values = choices.flatMap((choice) => (choice.code === 'invalid_value' ? choice.values : []));
    const others = branches
      .flat()
      .filter(isOutermostType)
      .map((type) => typeName(type.expected));
    const expected = oneOf(
      values,
      others.filter((name) => name !== typeNames['string']),
    );
    check.places.push(path);
    return [at(node.position, 'BadValue', `${label(path, check)}${expected}`, nearValue(node, values))];
  }
  const best = fitting.reduce((a, b) => (reach(b) > reach(a) ? b : a));
  return best.flatMap((inner) => diagnose(inner, path, check));
}

/** Unions within unions count as one. */
function flatten(branches: readonly (readonly Issue[])[]): Issue[][] {
  return branches.flatMap((issues) => {
    const [only] = issues;
    if (
      issues.length === 1 &&
      only?.code === 'invalid_union' &&
      only.path.length === 0 &&
      only.errors.length > 0
    ) {
      return flatten(only.errors);
    }
    return [[...issues]];
  });
}

function isOutermostType(issue: Issue): issue is z.core.$ZodIssueInvalidType {
  return issue.code === 'invalid_type' && issue.path.length === 0;
}

/** Deeper mistakes and told ones (`custom`) say more; many mistakes say the branch was not meant. */
function reach(issues: readonly Issue[]): number {
  const depth = Math.max(...issues.map((issue) => issue.path.length));
  const told = issues.some((issue) => issue.code === 'custom') ? 0.5 : 0;
  return depth + told - issues.length / 10;
}

function isMissing(root: Node, path: Path): boolean {
  const last = path.at(-1);
  if (last === undefined) return false;
  const parent = nodeAt(root, path.slice(0, -1));
  return parent.kind === 'map' && !parent.entries.has(String(last));
}

/** `Service spec.healthcheck` */
function where(path: Path, check: Check): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${part}`),
    check.what,
  );
}

/** `retries: `, or nothing for the root. */
function label(path: Path, check: Check): string {
  const names = path.filter((part) => typeof part === 'string');
  return `${names.at(-1) ?? check.what}: `;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
  null: 'nothing',
};

const scalarNames = new Set(['a number', 'a whole number', 'true or false']);

function typeName(expected: string): string {
  return typeNames[expected] ?? expected;
}

function wrongType(expected: readonly string[], path: Path, node: Node, check: Check): Diagnostic {
  check.places.push(path);
  // Where text may stand, so may what YAML takes for a number: not worth a word.
  const worth = expected.includes('text') ? expected.filter((name) => !scalarNames.has(name)) : expected;
  const wanted = listed([...new Set(worth)]);
  const textWanted = node.kind === 'scalar' && expected.includes('text') && node.value !== null;
  const hint = textWanted ? { hint: 'put it in quotes' } : {};
  return at(node.position, 'WrongType', `${label(path, check)}expected ${wanted}, got ${kindOf(node)}`, hint);
}

function kindOf(node: Node): string {
  if (node.kind !== 'scalar') return node.kind === 'map' ? 'a map' : 'a list';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'number') return Number.isInteger(node.value) ? 'a whole number' : 'a number';
  return typeof node.value === 'boolean' ? 'true or false' : 'text';
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function oneOf(values: readonly unknown[], others: readonly string[] = []): string {
  const shown = [...new Set(values)].map((value) =>
    typeof value === 'string' ? `"${value}"` : String(value),
  );
  return `expected ${listed([...shown, ...new Set(others)])}`;
}

function wordsOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_small':
      return `expected ${bound(issue, issue.inclusive ? 'at least' : 'more than', issue.minimum)}`;
    case 'too_big':
      return `expected ${bound(issue, issue.inclusive ? 'at most' : 'less than', issue.maximum)}`;
    default:
      return issue.message;
  }
}

function bound(issue: { origin: string }, word: string, limit: number | bigint): string {
  if (issue.origin === 'string')
    return limit === 1n || Number(limit) === 1 ? 'text that is not empty' : `${word} ${limit} characters`;
  if (issue.origin === 'array' || issue.origin === 'set')
    return `${word} ${limit} item${Number(limit) === 1 ? '' : 's'}`;
  return `${word} ${limit}`;
}

function codeOf(issue: Issue): string {
  const code = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return typeof code === 'string' ? code : 'BadValue';
}

function hintOf(issue: Issue, node: Node): { hint?: string } {
  return issue.code === 'invalid_value' ? nearValue(node, issue.values) : {};
}

function nearValue(node: Node, values: readonly unknown[]): { hint?: string } {
  if (node.kind !== 'scalar') return {};
  return didYouMean(
    node.source,
    values.filter((value) => typeof value === 'string'),
  );
}
