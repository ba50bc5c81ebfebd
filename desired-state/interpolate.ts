// `$VAR` and `${VAR…}` in the values of a tree, exactly as Compose fills them in. Knows no shell and no file: variables
// come from `lookup`, and every name that was asked for is told to `onRead`.

import type { Diagnostic, Position } from './diagnostic.ts';
import type { MapEntry, Node } from './tree.ts';
import { plainScalar } from './yaml/scalar.ts';

export type Lookup = (name: string) => string | undefined;

export interface Interpolated {
  readonly node: Node;
  readonly diagnostics: Diagnostic[];
}

/** Fills in variables in all values (never keys); the tree is shared where nothing changed. */
export function interpolateTree(node: Node, lookup: Lookup, onRead: (name: string) => void): Interpolated {
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<Node, Node>();
  const read: Lookup = (name) => {
    onRead(name);
    return lookup(name);
  };
  return { node: fill(node, { read, diagnostics, seen }), diagnostics };
}

interface Context {
  readonly read: Lookup;
  readonly diagnostics: Diagnostic[];
  /** An anchor used many times is one node: filled in once, told of once. */
  readonly seen: Map<Node, Node>;
}

function fill(node: Node, context: Context): Node {
  if (node.kind === 'scalar') {
    if (typeof node.value !== 'string' || !node.value.includes('$')) return node;
  }
  const before = context.seen.get(node);
  if (before !== undefined) return before;
  const filled = fillNew(node, context);
  context.seen.set(node, filled);
  return filled;
}

function fillNew(node: Node, context: Context): Node {
  if (node.kind === 'list') {
    const items = node.items.map((item) => fill(item, context));
    return items.some((item, index) => item !== node.items[index]) ? { ...node, items } : node;
  }
  if (node.kind === 'map') {
    let changed = false;
    const entries = new Map<string, MapEntry>();
    for (const [key, entry] of node.entries) {
      const value = fill(entry.value, context);
      changed ||= value !== entry.value;
      entries.set(key, value === entry.value ? entry : { ...entry, value });
    }
    return changed ? { ...node, entries } : node;
  }
  const text = substitute(String(node.value), node.position, context);
  if (text === node.value) return node;
  return { ...node, value: node.quoted ? text : retype(text), source: text, filled: true };
}

/** An unquoted value is what YAML would read; but nothing filled in stays empty text, as in Compose, not null. */
function retype(text: string): string | number | boolean {
  const value = plainScalar(text);
  return value === null ? text : value;
}

/** Fills in one text; a mistake is a diagnostic at `position`. */
export function interpolateText(
  text: string,
  position: Position,
  lookup: Lookup,
): { text: string; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  return {
    text: substitute(text, position, { read: lookup, diagnostics, seen: new Map() }),
    diagnostics,
  };
}

/** As Compose's own (template/ of compose-go): what is no variable and no `${` stays as it is. */
const pattern = /\$(?:(\$)|([_a-z][_a-z0-9]*)|\{(?:([_a-z][_a-z0-9]*(?::?[-+?]([^\n]*))?)\}|()))/gi;
const bracedForm = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?)([-?+])([\s\S]*))?$/;

function substitute(text: string, position: Position, context: Context): string {
  let wrong = false;
  const result = text.replaceAll(pattern, (match: string, escaped?: string, name?: string) => {
    if (escaped !== undefined) return '$';
    if (name !== undefined) return variable(name, position, context);
    // The match is greedy: it may reach past the brace that closes this one.
    // Where braces do not pair up, as in `${B:-{}`, Compose takes the last one.
    const paired = closingBrace(match);
    const close = paired < 0 && match.endsWith('}') ? match.length - 1 : paired;
    const value = close < 0 ? undefined : braced(match.slice(2, close), position, context);
    if (value === undefined) wrong = true;
    return `${value ?? ''}${close < 0 ? '' : substitute(match.slice(close + 1), position, context)}`;
  });
  if (!wrong) return result;
  context.diagnostics.push({
    severity: 'error',
    code: 'BadInterpolation',
    ...position,
    message: `"\${" does not begin a variable here; expected \${NAME}, \${NAME:-default}, \${NAME:?message} or \${NAME:+value}`,
    hint: 'write $$ for a $ of your own',
  });
  return text;
}

/** Index of the brace that closes the first one, past nested ones; -1: none does. */
function closingBrace(text: string): number {
  let open = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '{') {
      open += 1;
      i += 1;
    } else if (text[i] === '}') {
      open -= 1;
      if (open === 0) return i;
    }
  }
  return -1;
}

/** The value of what stands between braces; undefined where that is no variable. */
function braced(inner: string, position: Position, context: Context): string | undefined {
  const match = bracedForm.exec(inner);
  if (match === null) return undefined;
  const [, name = '', colon, operator, word = ''] = match;
  if (operator === undefined) return variable(name, position, context);
  const value = context.read(name);
  const given = value !== undefined && (colon !== ':' || value !== '');
  const other = () => substitute(word, position, context);
  // Unset or empty, it stays what it is.
  if (operator === '+') return given ? other() : (value ?? '');
  if (given) return value;
  if (operator === '-') return other();
  const reason = other();
  context.diagnostics.push({
    severity: 'error',
    code: 'RequiredVariable',
    ...position,
    message: `required variable ${name} is missing a value${reason === '' ? '' : `: ${reason}`}`,
    hint: `set ${name} in the shell or in .env`,
  });
  return '';
}

function variable(name: string, position: Position, context: Context): string {
  const value = context.read(name);
  if (value !== undefined) return value;
  context.diagnostics.push({
    severity: 'warning',
    code: 'UnsetVariable',
    ...position,
    message: `the "${name}" variable is not set, defaulting to a blank string`,
  });
  return '';
}
