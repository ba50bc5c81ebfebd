// `.env` and `env_file` text, read as Compose reads it (dotenv's own parser on npm expands no `$VAR`). No file access.

import type { Diagnostic, Position } from './diagnostic.ts';
import { interpolateText, type Lookup } from './interpolate.ts';

export interface Dotenv {
  readonly values: Map<string, string>;
  readonly diagnostics: Diagnostic[];
}

/** `lookup`: the shell's variables, which win over the file's own inside `$VAR`, and give a bare `NAME` its value. */
export function parseDotenv(text: string, display: string, lookup: Lookup): Dotenv {
  const result: Dotenv = { values: new Map(), diagnostics: [] };
  const source = text.replaceAll('\r\n', '\n');
  const expandLookup: Lookup = (name) => lookup(name) ?? result.values.get(name);
  let index = 0;
  while (index < source.length) {
    const statement = readStatement(source, index);
    index = statement.next;
    if (statement.kind === 'blank') continue;
    const position = positionOf(source, statement.start, display);
    if (statement.kind === 'bad') {
      result.diagnostics.push({
        severity: 'error',
        code: 'BadEnvFile',
        ...position,
        message: statement.message,
      });
      continue;
    }
    const value = statement.value === undefined ? lookup(statement.name) : expand(statement, position);
    if (value !== undefined) result.values.set(statement.name, value);
  }
  return result;

  function expand(statement: Assignment, position: Position): string {
    if (statement.literal || statement.value === undefined) return statement.value ?? '';
    const expanded = interpolateText(statement.value, position, expandLookup);
    result.diagnostics.push(...expanded.diagnostics);
    return expanded.text;
  }
}

interface Assignment {
  readonly kind: 'assignment';
  readonly name: string;
  /** Absent: the bare name stands for the shell's value. */
  readonly value?: string;
  /** Single quotes: nothing is expanded. */
  readonly literal: boolean;
}
type Statement = { readonly start: number; readonly next: number } & (
  | { readonly kind: 'blank' }
  | { readonly kind: 'bad'; readonly message: string }
  | Assignment
);

const blank = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
const bareName = /[^\S\n]*(?:export[^\S\n]+)?([A-Za-z0-9_.[\]-]+)[^\S\n]*(?:\n|$)/y;
const nameAndSign = /[^\S\n]*(?:export[^\S\n]+)?([A-Za-z0-9_.[\]-]+)[^\S\n]*[=:][^\S\n]*/y;
const unquoted = /([^\n]*)(?:\n|$)/y;

function readStatement(source: string, start: number): Statement {
  const skipped = matchAt(blank, source, start);
  if (skipped !== undefined) return { kind: 'blank', start, next: skipped.end };
  const bare = matchAt(bareName, source, start);
  if (bare !== undefined)
    return { kind: 'assignment', name: bare.text, literal: true, start, next: bare.end };
  const named = matchAt(nameAndSign, source, start);
  const line = matchAt(unquoted, source, named?.end ?? start);
  const lineEnd = line?.end ?? source.length;
  if (named === undefined) {
    return { kind: 'bad', message: 'expected NAME=value, a comment or an empty line', start, next: lineEnd };
  }
  const quote = source[named.end];
  if (quote === '"' || quote === "'") {
    const quoted = readQuoted(source, named.end, quote);
    if (quoted !== undefined) {
      return { kind: 'assignment', name: named.text, literal: quote === "'", start, ...quoted };
    }
    return {
      kind: 'bad',
      message: `the quote that opens the value of ${named.text} is never closed`,
      start,
      next: lineEnd,
    };
  }
  // Only a # after a space begins a comment: `a#b` is a value.
  const value = (line?.text ?? '').replace(/(?:^|\s)#.*$/, '').trimEnd();
  return { kind: 'assignment', name: named.text, value, literal: false, start, next: lineEnd };
}

function readQuoted(
  source: string,
  open: number,
  quote: string,
): { value: string; next: number } | undefined {
  let raw = '';
  for (let i = open + 1; i < source.length; i += 1) {
    const character = source[i] ?? '';
    if (character === '\\' && i + 1 < source.length) {
      const escaped = source[i + 1] ?? '';
      // An escaped quote of its own kind is the quote; other escapes stay for double quotes to resolve.
      raw += escaped === quote ? quote : `\\${escaped}`;
      i += 1;
    } else if (character === quote) {
      const rest = matchAt(unquoted, source, i + 1);
      return { value: quote === '"' ? resolveEscapes(raw) : raw, next: rest?.end ?? source.length };
    } else {
      raw += character;
    }
  }
  return undefined;
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  '"': '"',
  $: '$$',
};

function resolveEscapes(raw: string): string {
  return raw.replaceAll(/\\([nrt\\"$])/g, (_, character: string) => escapes[character] ?? character);
}

function matchAt(pattern: RegExp, text: string, index: number): { text: string; end: number } | undefined {
  pattern.lastIndex = index;
  const match = pattern.exec(text);
  return match === null ? undefined : { text: match[1] ?? '', end: index + match[0].length };
}

function positionOf(source: string, index: number, file: string): Position {
  const before = source.slice(0, index);
  return { file, line: before.split('\n').length, column: index - before.lastIndexOf('\n') };
}
