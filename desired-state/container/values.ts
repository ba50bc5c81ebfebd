// Reads single values out of the tree: text, numbers, durations, sizes, lists, KEY=value pairs.
// A wrong YAML type is the schema's finding and reads as absent here; a wrong value is reported at its place.

import type { ListNode, MapNode, Node, ScalarNode } from '../tree.ts';
import { parseDuration, parseSize } from '../units.ts';
import { scalarText } from '../yaml/go-scalar.ts';
import { reject, type Scope } from './scope.ts';

/** Text as Compose gives it to the engine: numbers and booleans in their plain form. */
export function textOf(node: Node | undefined): string | undefined {
  return node?.kind !== 'scalar' || node.value === null ? undefined : scalarText(node);
}

/** Text that is not empty: Compose reads an empty one, as a variable may leave it, as not set. */
export function wordOf(node: Node | undefined): string | undefined {
  return textOf(node) || undefined;
}

/** One of YAML 1.1's words for true, as Compose takes them. */
export function isTrueWord(text: string): boolean {
  return /^(?:true|yes|on|y|1)$/i.test(text);
}

export function flagOf(scope: Scope, node: Node | undefined): boolean | undefined {
  const text = textOf(node);
  if (node === undefined || text === undefined) return undefined;
  if (isTrueWord(text)) return true;
  if (/^(?:false|no|off|n|0)$/i.test(text)) return false;
  return reject(scope, node, 'BadBoolean', `bad value ${quote(node)}, expected true or false`);
}

export interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** A whole number within a range, ends included. */
export function integerOf(scope: Scope, node: Node | undefined, range: Range = {}): number | undefined {
  const value = numberIn(node);
  if (node === undefined || value === undefined) return undefined;
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = range;
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  return reject(scope, node, 'BadNumber', `bad number ${quote(node)}, expected ${rangeText(range)}`);
}

function rangeText({ min, max }: Range): string {
  if (min !== undefined && max !== undefined) return `a whole number from ${min} to ${max}`;
  if (min !== undefined) return `a whole number of at least ${min}`;
  return 'a whole number';
}

/** The number a scalar stands for; NaN where it is none; undefined where there is no scalar. */
export function numberIn(node: Node | undefined): number | undefined {
  if (node?.kind !== 'scalar' || node.value === null) return undefined;
  if (typeof node.value === 'number') return node.value;
  const text = String(node.value).trim();
  return text === '' ? Number.NaN : Number(text);
}

/** A file mode: `0755`, `"755"` and `0o755` are octal. */
export function modeOf(scope: Scope, node: Node | undefined): number | undefined {
  if (node?.kind !== 'scalar' || node.value === null) return undefined;
  const digits = /^0?o?([0-7]{1,4})$/.exec(node.source)?.[1];
  if (digits !== undefined) return Number.parseInt(digits, 8);
  return reject(
    scope,
    node,
    'BadMode',
    `bad file mode ${quote(node)}, expected octal digits, for example 0755`,
  );
}

export function durationOf(scope: Scope, node: Node | undefined): number | undefined {
  const text = textOf(node);
  if (node === undefined || text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  const message = `bad duration ${quote(node)}, expected a number with a unit, for example 30s or 1m30s`;
  return reject(scope, node, 'BadDuration', message);
}

/** Bytes. `unlimited`: -1 stands for no limit. */
export function sizeOf(scope: Scope, node: Node | undefined, unlimited = false): number | undefined {
  const text = textOf(node);
  if (node === undefined || text === undefined) return undefined;
  if (unlimited && text === '-1') return -1;
  const bytes = parseSize(text);
  if (bytes !== undefined) return bytes;
  const message = `bad size ${quote(node)}, expected bytes or a number with a unit, for example 512m or 2g`;
  return reject(scope, node, 'BadSize', message);
}

/** A list, or one value standing for a list of one. */
export function itemsOf(node: Node | undefined): readonly Node[] {
  if (node === undefined) return [];
  return node.kind === 'list' ? node.items : node.kind === 'scalar' ? [node] : [];
}

/** Texts of a list or of one text; absent when the field is absent. */
export function textsOf(node: ListNode | ScalarNode | MapNode | undefined): string[] | undefined {
  if (node === undefined) return undefined;
  return itemsOf(node).flatMap((item) => textOf(item) ?? []);
}

export interface Pair {
  readonly key: string;
  /** Absent: only the key was written. */
  readonly value?: Node | string;
  readonly node: Node;
}

/** The pairs of a map, or of a list of KEY=value; in a list a later key replaces an earlier one. */
export function pairsOf(scope: Scope, node: Node | undefined): Pair[] {
  const pairs = new Map<string, Pair>();
  const add = (pair: Pair): void => {
    if (pair.key === '') reject(scope, pair.node, 'BadKey', 'bad entry: it has no name, expected KEY=value');
    else pairs.set(pair.key, pair);
  };
  if (node?.kind === 'map') {
    for (const { key, value } of node.entries.values()) {
      const empty = value.kind === 'scalar' && value.value === null;
      add({ key, node: value, ...(empty ? {} : { value }) });
    }
  }
  for (const item of itemsOf(node)) {
    const text = textOf(item);
    if (text === undefined) continue;
    const at = text.indexOf('=');
    add(
      at < 0 ? { key: text, node: item } : { key: text.slice(0, at), value: text.slice(at + 1), node: item },
    );
  }
  return [...pairs.values()];
}

export function pairText(pair: Pair): string | undefined {
  return typeof pair.value === 'string' ? pair.value : textOf(pair.value);
}

/** A map of texts; absent when the field is absent. */
export function textMapOf(scope: Scope, node: Node | undefined): Record<string, string> | undefined {
  if (node === undefined) return undefined;
  return Object.fromEntries(pairsOf(scope, node).map((pair) => [pair.key, pairText(pair) ?? '']));
}

/** A value as written, for a message. */
export function quote(node: Node): string {
  return node.kind === 'scalar' ? JSON.stringify(node.source) : node.kind;
}
