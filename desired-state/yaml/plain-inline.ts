// What may stand within one line of plain YAML: quoted scalars and flow lists and maps without anything special in them.
// undefined: for the full parser to read.

import type { Position } from '../diagnostic.ts';
import type { MapEntry, Node } from '../tree.ts';
import { isTextKey } from './go-scalar.ts';
import { plainScalar } from './scalar.ts';

export interface Inline {
  readonly text: string;
  /** Behind the last character of the line that is no space. */
  readonly end: number;
  readonly at: (offset: number) => Position;
}

interface Found {
  readonly node: Node;
  /** Offset behind it. */
  readonly next: number;
}

export function scalarAt(position: Position, source: string, quoted: boolean): Node {
  return { kind: 'scalar', value: quoted ? source : plainScalar(source), source, quoted, position };
}

/** Nothing but a comment follows. */
export function flowEnd({ text, end }: Inline, offset: number): boolean {
  let next = offset;
  while (next < end && text.charCodeAt(next) === 32) next += 1;
  return next >= end || (next > offset && text.charCodeAt(next) === 35);
}

/** Closed on its line, without escapes. */
export function quotedScalar({ text, end, at }: Inline, start: number): Found | undefined {
  const quote = text[start] ?? '';
  const line = text.slice(start + 1, end);
  const length = line.indexOf(quote);
  const close = start + 1 + length;
  if (length < 0 || text[close + 1] === quote) return undefined;
  const source = line.slice(0, length);
  if (quote === '"' && source.includes('\\')) return undefined;
  return { node: scalarAt(at(start), source, true), next: close + 1 };
}

const deepest = 16;

export function flowNode(inline: Inline, start: number, depth: number): Found | undefined {
  if (depth > deepest) return undefined;
  return inline.text[start] === '[' ? flowList(inline, start, depth) : flowMap(inline, start, depth);
}

function skip({ text, end }: Inline, offset: number): number {
  let next = offset;
  while (next < end && text.charCodeAt(next) === 32) next += 1;
  return next;
}

function flowList(inline: Inline, start: number, depth: number): Found | undefined {
  const { text, end, at } = inline;
  const items: Node[] = [];
  let next = skip(inline, start + 1);
  while (next < end && text[next] !== ']') {
    const item = flowItem(inline, next, depth);
    if (item === undefined) return undefined;
    items.push(item.node);
    next = skip(inline, item.next);
    if (text[next] === ',') next = skip(inline, next + 1);
    else if (text[next] !== ']') return undefined;
  }
  return next < end ? { node: { kind: 'list', items, position: at(start) }, next: next + 1 } : undefined;
}

const flowKey = /[A-Za-z0-9_][A-Za-z0-9_./-]*(?=: +[^ ,}])/y;

function flowMap(inline: Inline, start: number, depth: number): Found | undefined {
  const { text, end, at } = inline;
  const entries = new Map<string, MapEntry>();
  let next = skip(inline, start + 1);
  while (next < end && text[next] !== '}') {
    flowKey.lastIndex = next;
    const key = flowKey.exec(text)?.[0];
    if (key === undefined || entries.has(key) || !isTextKey(key)) return undefined;
    const item = flowItem(inline, skip(inline, next + key.length + 1), depth);
    if (item === undefined) return undefined;
    entries.set(key, { key, keyPosition: at(next), value: item.node });
    next = skip(inline, item.next);
    if (text[next] === ',') next = skip(inline, next + 1);
    else if (text[next] !== '}') return undefined;
  }
  return next < end ? { node: { kind: 'map', entries, position: at(start) }, next: next + 1 } : undefined;
}

/** In flow a plain scalar ends at a comma or bracket. */
const flowScalar = /[A-Za-z0-9_./$~+=-][^,[\]{}#"'&*!|>%@`\n]*/y;

function flowItem(inline: Inline, start: number, depth: number): Found | undefined {
  const { text, end, at } = inline;
  const first = text[start];
  if (first === '[' || first === '{') return flowNode(inline, start, depth + 1);
  if (first === '"' || first === "'") return quotedScalar(inline, start);
  flowScalar.lastIndex = start;
  const written = flowScalar.exec(text)?.[0];
  const behind = start + (written?.length ?? 0);
  if (written === undefined || behind >= end || !/[,\]}]/.test(text[behind] ?? '')) return undefined;
  const source = written.trimEnd();
  if (source.includes(': ') || source.endsWith(':') || source.startsWith('- ') || source === '-')
    return undefined;
  return { node: scalarAt(at(start), source, false), next: behind };
}
