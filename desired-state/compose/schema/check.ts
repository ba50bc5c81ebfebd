// A tree against Compose's own JSON Schema (compose-spec.json beside this file, as Compose ships it). Own, because an issue
// must come with its node: the place in the file, whichever file that was. Knows the keywords that the schema uses.

import type { MapNode, Node } from '../../tree.ts';
import specification from './compose-spec.json' with { type: 'json' };

export interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly unevaluatedProperties?: boolean;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly uniqueItems?: boolean;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

export type Issue = { readonly node: Node; readonly path: readonly (string | number)[] } & (
  | { readonly kind: 'type'; readonly types: readonly string[] }
  | { readonly kind: 'unknown'; readonly key: string; readonly known: readonly string[] }
  | { readonly kind: 'missing'; readonly key: string }
  | { readonly kind: 'choice'; readonly values: readonly unknown[] }
  | { readonly kind: 'pattern'; readonly pattern: string }
  | { readonly kind: 'range'; readonly bound: 'at least' | 'at most'; readonly limit: number }
  | { readonly kind: 'duplicate' }
);

const root = specification as unknown as Schema;

/** What is wrong with a whole document; empty where nothing is. `known`: entries that were good before are not asked again. */
export function checkDocument(document: MapNode, known: WeakSet<Node>): Issue[] {
  const issues: Issue[] = [];
  check(root, document, [], { issues, evaluated: undefined, known });
  return issues;
}

/** What the schema says nothing of, as x- fields: all the same no JSON where a number in it is infinite. */
function isFree(schema: Schema): boolean {
  return Object.keys(schema).length === 0;
}

interface Check {
  readonly issues: Issue[];
  /** Keys that some part of an `allOf` knows. */
  readonly evaluated: Set<string> | undefined;
  readonly known: WeakSet<Node>;
}

type Path = readonly (string | number)[];

function check(schema: Schema, node: Node, path: Path, context: Check): void {
  const { issues } = context;
  if (node.kind === 'scalar' && (node.value === Infinity || node.value === -Infinity)) {
    issues.push({ kind: 'type', types: ['a finite number'], node, path });
    return;
  }
  if (schema.$ref !== undefined) {
    const definition = root.$defs?.[schema.$ref.slice('#/$defs/'.length)];
    if (definition !== undefined) checkKnown(definition, node, path, context);
  }
  if (schema.type !== undefined) {
    const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
    if (!types.some((type) => isOfType(node, type))) {
      issues.push({ kind: 'type', types, node, path });
      return;
    }
  }
  if (node.kind === 'scalar') checkScalar(schema, node, path, issues);
  else if (node.kind === 'list') checkList(schema, node, path, context);
  else checkMap(schema, node, path, context);
  if (schema.oneOf !== undefined) checkChoice(schema.oneOf, true, node, path, context);
  if (schema.anyOf !== undefined) checkChoice(schema.anyOf, false, node, path, context);
}

/** Services, networks … stand at depth 2: one that was good in an earlier document is the same node still. */
function checkKnown(schema: Schema, node: Node, path: Path, context: Check): void {
  // A part of an `allOf` has to say which keys it knows, each time.
  if (path.length !== 2 || node.kind !== 'map' || context.evaluated !== undefined) {
    check(schema, node, path, context);
    return;
  }
  if (context.known.has(node)) return;
  const before = context.issues.length;
  check(schema, node, path, context);
  if (context.issues.length === before) context.known.add(node);
}

function isOfType(node: Node, type: string): boolean {
  if (node.kind !== 'scalar') return type === (node.kind === 'map' ? 'object' : 'array');
  if (node.value === null) return type === 'null';
  if (typeof node.value !== 'number') return type === typeof node.value;
  return type === 'number' || (type === 'integer' && Number.isInteger(node.value));
}

const patterns = new Map<string, RegExp>();

function matches(pattern: string, text: string): boolean {
  const known = patterns.get(pattern);
  const expression = known ?? new RegExp(pattern, 'u');
  if (known === undefined) patterns.set(pattern, expression);
  return expression.test(text);
}

function checkScalar(schema: Schema, node: Node & { kind: 'scalar' }, path: Path, issues: Issue[]): void {
  const { value } = node;
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    issues.push({ kind: 'choice', values: schema.enum, node, path });
  }
  if (schema.pattern !== undefined && typeof value === 'string' && !matches(schema.pattern, value)) {
    issues.push({ kind: 'pattern', pattern: schema.pattern, node, path });
  }
  if (typeof value !== 'number') return;
  if (schema.minimum !== undefined && value < schema.minimum) {
    issues.push({ kind: 'range', bound: 'at least', limit: schema.minimum, node, path });
  }
  if (schema.maximum !== undefined && value > schema.maximum) {
    issues.push({ kind: 'range', bound: 'at most', limit: schema.maximum, node, path });
  }
}

function checkList(schema: Schema, node: Node & { kind: 'list' }, path: Path, context: Check): void {
  const { items } = schema;
  const each = items ?? (isFree(schema) ? schema : undefined);
  if (each !== undefined) {
    for (const [index, item] of node.items.entries()) check(each, item, [...path, index], context);
  }
  if (schema.uniqueItems !== true) return;
  const seen = new Set<string>();
  node.items.forEach((item, index) => {
    const text = plainText(item);
    if (seen.has(text)) context.issues.push({ kind: 'duplicate', node: item, path: [...path, index] });
    seen.add(text);
  });
}

function plainText(node: Node): string {
  if (node.kind === 'scalar') return JSON.stringify(node.value);
  if (node.kind === 'list') return `[${node.items.map(plainText).join()}]`;
  const fields = [...node.entries.values()].map(
    ({ key, value }) => `${JSON.stringify(key)}:${plainText(value)}`,
  );
  return `{${fields.sort().join()}}`;
}

function checkMap(schema: Schema, node: MapNode, path: Path, context: Check): void {
  const evaluated = schema.unevaluatedProperties === false ? new Set<string>() : context.evaluated;
  const inner = { ...context, evaluated };
  for (const part of schema.allOf ?? []) check(part, node, path, inner);
  for (const key of schema.required ?? []) {
    if (!node.entries.has(key)) context.issues.push({ kind: 'missing', key, node, path });
  }
  const named = schema.properties;
  const patterned = schema.patternProperties && Object.entries(schema.patternProperties);
  if (named === undefined && patterned === undefined && schema.additionalProperties === undefined) {
    if (!isFree(schema)) return;
    for (const { key, value } of node.entries.values()) check(schema, value, [...path, key], context);
    return;
  }
  for (const { key, value } of node.entries.values()) {
    const known = checkField(schema, patterned ?? [], key, value, [...path, key], context);
    if (known) evaluated?.add(key);
    const closed = schema.additionalProperties === false;
    const left = schema.unevaluatedProperties === false && evaluated?.has(key) !== true;
    if (!known && (closed || left)) {
      context.issues.push({ kind: 'unknown', key, known: knownKeys(schema), node, path });
    }
  }
}

/** False: neither by name nor by pattern does this schema know the key. */
function checkField(
  schema: Schema,
  patterned: readonly (readonly [string, Schema])[],
  key: string,
  value: Node,
  path: Path,
  context: Check,
): boolean {
  const own = schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
  const inside = patterned.flatMap(([pattern, part]) => (matches(pattern, key) ? [part] : []));
  if (own !== undefined) inside.push(own);
  if (inside.length === 0 && typeof schema.additionalProperties === 'object')
    inside.push(schema.additionalProperties);
  for (const part of inside) check(part, value, path, { ...context, evaluated: undefined });
  return inside.length > 0;
}

function knownKeys(schema: Schema): string[] {
  const parts = (schema.allOf ?? []).flatMap((part) => {
    const definition = part.$ref === undefined ? part : root.$defs?.[part.$ref.slice('#/$defs/'.length)];
    return definition === undefined ? [] : knownKeys(definition);
  });
  return [...Object.keys(schema.properties ?? {}), ...parts];
}

function checkChoice(
  branches: readonly Schema[],
  exactlyOne: boolean,
  node: Node,
  path: Path,
  context: Check,
): void {
  const results = branches.map((branch) => {
    const issues: Issue[] = [];
    check(branch, node, path, { ...context, issues });
    return issues;
  });
  const good = results.filter((issues) => issues.length === 0).length;
  if (good === 1 || (good > 1 && !exactlyOne)) return;
  if (good > 1) return void context.issues.push({ kind: 'type', types: ['one form'], node, path });
  context.issues.push(...mostTelling(results, node, path));
}

/** Of several forms that all fail: those of another type were not meant; of the others, the one that got furthest. */
function mostTelling(results: readonly (readonly Issue[])[], node: Node, path: Path): readonly Issue[] {
  const isOutermost = (issue: Issue) => issue.kind === 'type' && issue.path.length === path.length;
  const meant = results.filter((issues) => !issues.some(isOutermost));
  if (meant.length === 0) {
    const types = results.flatMap((issues) =>
      issues.flatMap((issue) => (issue.kind === 'type' && isOutermost(issue) ? issue.types : [])),
    );
    return [{ kind: 'type', types: [...new Set(types)], node, path }];
  }
  const choices = meant.flatMap((issues) =>
    issues.flatMap((issue) => (issue.kind === 'choice' && issue.path.length === path.length ? [issue] : [])),
  );
  if (choices.length === meant.flat().length) {
    return [{ kind: 'choice', values: choices.flatMap((choice) => choice.values), node, path }];
  }
  const reach = (issues: readonly Issue[]) =>
    Math.max(...issues.map((i) => i.path.length)) - issues.length / 100;
  return meant.reduce((a, b) => (reach(b) > reach(a) ? b : a));
}
