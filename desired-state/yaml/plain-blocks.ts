// A quick way through the YAML that nearly all manifests and Compose files are: block maps and lists, one-line scalars,
// one-line flow. Gives the very tree that the full parser gives, or undefined for whatever it is not sure of: anchors, tags,
// block scalars, values over several lines, every mistake. It judges nothing itself.

import type { Position } from '../diagnostic.ts';
import type { MapEntry, Node } from '../tree.ts';
import { isTextKey } from './go-scalar.ts';
import { maxDepth } from './limits.ts';
import { flowEnd, flowNode, type Inline, quotedScalar, scalarAt } from './plain-inline.ts';

/** The lines that say something; a compact `- key: value` becomes a line of its own while it is read. */
interface Lines {
  readonly text: string;
  readonly file: string;
  /** Offset of a line's first character. */
  readonly starts: number[];
  /** Offsets of the first and behind the last character that are no space. */
  readonly contents: number[];
  readonly ends: number[];
  readonly numbers: number[];
  next: number;
}

/** Thrown to leave; never seen outside. */
const unsure = Symbol('not plain');

export function parsePlainBlocks(text: string, file: string): Node | undefined {
  if (/[\t\r\u0085\u2028\u2029\uFEFF]|^(?:---|\.\.\.|%)/m.test(text)) return undefined;
  const lines = linesOf(text, file);
  if (lines.starts.length === 0) return undefined;
  try {
    const node = block(lines, indentAt(lines, 0), 1);
    return lines.next === lines.starts.length ? node : undefined;
  } catch (thrown) {
    if (thrown === unsure) return undefined;
    throw thrown;
  }
}

function linesOf(text: string, file: string): Lines {
  const lines: Lines = { text, file, starts: [], contents: [], ends: [], numbers: [], next: 0 };
  let number = 1;
  for (let start = 0; start < text.length; number += 1) {
    const newline = text.indexOf('\n', start);
    const stop = newline < 0 ? text.length : newline;
    let content = start;
    while (content < stop && text.charCodeAt(content) === 32) content += 1;
    if (content < stop && text.charCodeAt(content) !== 35) {
      let end = stop;
      while (text.charCodeAt(end - 1) === 32) end -= 1;
      lines.starts.push(start);
      lines.contents.push(content);
      lines.ends.push(end);
      lines.numbers.push(number);
    }
    start = stop + 1;
  }
  return lines;
}

function at(list: readonly number[], index: number): number {
  return list[index] ?? -1;
}

function indentAt({ starts, contents }: Lines, index: number): number {
  return index < starts.length ? at(contents, index) - at(starts, index) : -1;
}

function isItem({ text, contents, ends }: Lines, index: number): boolean {
  const content = at(contents, index);
  return (
    text.charCodeAt(content) === 45 &&
    (content + 1 === at(ends, index) || text.charCodeAt(content + 1) === 32)
  );
}

function positionOf({ file, starts, numbers }: Lines, index: number, offset: number): Position {
  return { file, line: at(numbers, index), column: offset - at(starts, index) + 1 };
}

function block(lines: Lines, indent: number, depth: number): Node {
  if (depth > maxDepth - 2) throw unsure;
  return isItem(lines, lines.next) ? list(lines, indent, depth) : map(lines, indent, depth);
}

function list(lines: Lines, indent: number, depth: number): Node {
  const position = positionOf(lines, lines.next, at(lines.contents, lines.next));
  const items: Node[] = [];
  while (indentAt(lines, lines.next) === indent && isItem(lines, lines.next)) {
    const index = lines.next;
    let content = at(lines.contents, index) + 1;
    while (lines.text.charCodeAt(content) === 32) content += 1;
    if (content >= at(lines.ends, index)) throw unsure;
    lines.contents[index] = content;
    if (isItem(lines, index)) throw unsure;
    if (keyEnd(lines, index) >= 0) items.push(map(lines, content - at(lines.starts, index), depth + 1));
    else items.push(value(lines, index, content, indent));
  }
  if (indentAt(lines, lines.next) > indent) throw unsure;
  return { kind: 'list', items, position };
}

/** YAML's own limit of a key without a question mark is 1024. */
const longestKey = 1000;
const key = /[A-Za-z0-9_][A-Za-z0-9_./-]*(?=:(?: |$))/my;

/** Offset of the colon behind a plain key; -1: the line begins with none. */
function keyEnd({ text, contents, ends }: Lines, index: number): number {
  const start = at(contents, index);
  key.lastIndex = start;
  const match = key.exec(text);
  const end = start + (match?.[0].length ?? 0);
  return match === null || end >= at(ends, index) ? -1 : end;
}

function map(lines: Lines, indent: number, depth: number): Node {
  const position = positionOf(lines, lines.next, at(lines.contents, lines.next));
  const entries = new Map<string, MapEntry>();
  while (indentAt(lines, lines.next) === indent && !isItem(lines, lines.next)) {
    const index = lines.next;
    const start = at(lines.contents, index);
    const colon = keyEnd(lines, index);
    const name = lines.text.slice(start, colon);
    if (colon < 0 || name.length > longestKey || entries.has(name) || !isTextKey(name)) throw unsure;
    const keyPosition = positionOf(lines, index, start);
    entries.set(name, { key: name, keyPosition, value: entryValue(lines, index, colon, indent, depth) });
  }
  if (indentAt(lines, lines.next) > indent) throw unsure;
  return { kind: 'map', entries, position };
}

function entryValue(lines: Lines, index: number, colon: number, indent: number, depth: number): Node {
  let content = colon + 1;
  const end = at(lines.ends, index);
  while (content < end && lines.text.charCodeAt(content) === 32) content += 1;
  if (content < end && lines.text.charCodeAt(content) !== 35) return value(lines, index, content, indent);
  lines.next = index + 1;
  const below = indentAt(lines, lines.next);
  if (below > indent) return block(lines, below, depth + 1);
  if (below === indent && isItem(lines, lines.next)) return list(lines, indent, depth + 1);
  // Where nothing stands is not where the colon ends, if spaces or a comment follow.
  const behind = lines.text[colon + 1];
  if (behind !== undefined && behind !== '\n') throw unsure;
  return scalarAt(positionOf(lines, index, colon + 1), '', false);
}

/** A value that begins and ends on its line; `indent`: of what holds it, deeper lines would go on with the value. */
function value(lines: Lines, index: number, start: number, indent: number): Node {
  const { text } = lines;
  const inline: Inline = {
    text,
    end: at(lines.ends, index),
    at: (offset) => positionOf(lines, index, offset),
  };
  lines.next = index + 1;
  if (indentAt(lines, lines.next) > indent) throw unsure;
  const first = text[start];
  const node = first === '[' || first === '{' ? flow(inline, start) : scalar(inline, start);
  if (node === undefined) throw unsure;
  return node;
}

function flow(inline: Inline, start: number): Node | undefined {
  const found = flowNode(inline, start, 0);
  return found !== undefined && flowEnd(inline, found.next) ? found.node : undefined;
}

function scalar(inline: Inline, start: number): Node | undefined {
  const { text, end, at: place } = inline;
  const first = text[start] ?? '';
  if (first === '"' || first === "'") {
    const found = quotedScalar(inline, start);
    return found !== undefined && flowEnd(inline, found.next) ? found.node : undefined;
  }
  if (/[\]},#&*!|>%@`?:]/.test(first) || (first === '-' && text[start + 1] === ' ')) return undefined;
  const line = text.slice(start, end);
  const comment = line.indexOf(' #');
  const written = comment < 0 ? line : line.slice(0, comment).trimEnd();
  return written.includes(': ') || written.endsWith(':') ? undefined : scalarAt(place(start), written, false);
}
