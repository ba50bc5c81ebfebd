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

const nameAhead = /[A-Za-z_][A-Za-z0-9_]*/y;

function substitute(text: string, position: Position, context: Context): string {
  let result = '';
  let index = 0;
  while (index < text.length) {
    const dollar = text.indexOf('$', index);
    if (dollar === -1) return result + text.slice(index);
    result += text.slice(index, dollar);
    const next = text[dollar + 1];
    if (next === '$') {
      result += '$';
      index = dollar + 2;
      continue;
    }
    if (next === '{') {
      const close = closingBrace(text, dollar);
      const inner = close === -1 ? undefined : text.slice(dollar + 2, close);
      const value = inner === undefined ? undefined : braced(inner, position, context);
      if (value === undefined) {
        context.diagnostics.push({
          severity: 'error',
          code: 'BadInterpolation',
          ...position,
          message: `"\${" does not begin a variable here; expected \${NAME}, \${NAME:-default}, \${NAME:?message} or \${NAME:+value}`,
          hint: 'write $$ for a $ of your own',
        });
        return text;
      }
      result += value;
      index = close + 1;
      continue;
    }
    nameAhead.lastIndex = dollar + 1;
    const name = nameAhead.exec(text)?.[0];
    // `$1`, `$(`, a last `$`: no variable, so it stays as it is.
    result += name === undefined ? '$' : variable(name, position, context);
    index = dollar + 1 + (name?.length ?? 0);
  }
  return result;
}

/** Index of the brace that closes the `${` at `start`, past nested ones; -1: none does. */
function closingBrace(text: string, start: number): number {
  let open = 0;
  for (let i = start; i < text.length; i += 1) {
    if (text[i] === '$' && text[i + 1] === '{') {
      open += 1;
      i += 1;
    } else if (text[i] === '}') {
      open -= 1;
      if (open === 0) return i;
    }
  }
  return -1;
}

const bracedForm = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?)([-?+])([\s\S]*))?$/;

/** The value of what stands between braces; undefined where that is no variable. */
function braced(inner: string, position: Position, context: Context): string | undefined {
  const match = bracedForm.exec(inner);
  if (match === null) return undefined;
  const [, name = '', colon, operator, word = ''] = match;
  if (operator === undefined) return variable(name, position, context);
  const value = context.read(name);
  const given = value !== undefined && (colon !== ':' || value !== '');
  const other = () => substitute(word, position, context);
  if (operator === '+') return given ? other() : '';
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
