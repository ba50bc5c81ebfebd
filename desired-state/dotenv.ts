// `.env` and `env_file` text, read as Compose reads it (dotenv/ of compose-go; dotenv's own parser on npm expands no
// `$VAR`). No file access.

import type { Diagnostic, Position } from './diagnostic.ts';
import { interpolateText, type Lookup } from './interpolate.ts';

export interface Dotenv {
  readonly values: Map<string, string>;
  readonly diagnostics: Diagnostic[];
}

/**
 * `lookup`: the shell's variables, which win over the file's own inside `$VAR`, and give a bare `NAME` its value; `before`:
 * those of earlier files, which the file's own win over.
 */
export function parseDotenv(
  text: string,
  display: string,
  lookup: Lookup,
  before: ReadonlyMap<string, string> = new Map(),
): Dotenv {
  const result: Dotenv = { values: new Map(), diagnostics: [] };
  const source = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const expandLookup: Lookup = (name) => lookup(name) ?? result.values.get(name) ?? before.get(name);
  let index = 0;
  while (index < source.length) {
    const statement = readStatement(source, index);
    index = statement.next;
    if (statement.kind === 'blank') continue;
    const position = positionOf(source, statement.start, display);
    if (statement.kind === 'bad') {
      const { message } = statement;
      result.diagnostics.push({ severity: 'error', code: 'BadEnvFile', ...position, message });
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

/** `format: raw`, as `docker run --env-file` reads it: no quotes, no variables; all after the first `=` is the value. */
export function parseRawEnv(text: string, display: string, lookup: Lookup): Dotenv {
  const result: Dotenv = { values: new Map(), diagnostics: [] };
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (const [index, written] of lines.entries()) {
    const line = written.trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const [name = ''] = line.split('=', 1);
    const value = name === line ? lookup(name) : line.slice(name.length + 1);
    if (name === '' || /[ \t]/.test(name)) {
      const column = written.length - line.length + 1;
      const message =
        name === ''
          ? 'no variable before "="'
          : `bad variable ${JSON.stringify(name)}, expected no space in it, nor before "="`;
      const at = { file: display, line: index + 1, column };
      result.diagnostics.push({ severity: 'error', code: 'BadEnvFile', ...at, message });
    } else if (value !== undefined) result.values.set(name, value);
  }
  return result;
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

const blank = /\s*(?:#[^\n]*)?(?:\n|$)/y;
const leading = /\s*(?:export[^\S\n]+)?/y;
/** Letters and digits of any script, and the signs that Compose allows; spaces only before the sign. */
const name = /([\p{L}\p{N}_.[\]-]*)[^\S\n]*([=:\n]|$)/uy;

function readStatement(source: string, start: number): Statement {
  const skipped = endOf(blank, source, start);
  if (skipped !== undefined) return { kind: 'blank', start, next: skipped };
  const first = endOf(leading, source, start) ?? start;
  name.lastIndex = first;
  const match = name.exec(source);
  const newline = source.indexOf('\n', first);
  const lineEnd = newline < 0 ? source.length : newline + 1;
  // A sign without a name is taken: the name is empty, and nobody asks for it.
  if (match === null || (match[1] === '' && !/[=:]/.test(match[2] ?? ''))) {
    return {
      kind: 'bad',
      message: 'expected NAME=value, a comment or an empty line',
      start: first,
      next: lineEnd,
    };
  }
  const [whole, key = '', sign] = match;
  const at = { start: first, name: key };
  if (sign !== '=' && sign !== ':') return { kind: 'assignment', ...at, literal: true, next: lineEnd };
  const open = first + whole.length + (/^[^\S\n]*/.exec(source.slice(first + whole.length))?.[0].length ?? 0);
  const quote = source[open];
  if (quote === '"' || quote === "'") {
    const quoted = readQuoted(source, open, quote);
    if (quoted !== undefined) return { kind: 'assignment', ...at, literal: quote === "'", ...quoted };
    const message = `the quote that opens the value of ${key} is never closed`;
    return { kind: 'bad', message, start: first, next: lineEnd };
  }
  // Only a # after a space begins a comment: `a#b` is a value.
  const line = source.slice(open, lineEnd).replace(/\n$/, '');
  const comment = line.indexOf(' #');
  const value = (comment < 0 ? line : line.slice(0, comment)).trimEnd();
  return { kind: 'assignment', ...at, value, literal: false, next: lineEnd };
}

/** What stands after the closing quote is the next statement, on the same line as it may be. */
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
      return { value: quote === '"' ? resolveEscapes(raw) : raw, next: i + 1 };
    } else {
      raw += character;
    }
  }
  return undefined;
}

const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  $: '$$',
};

function resolveEscapes(raw: string): string {
  return raw.replaceAll(
    /\\(?:([abcfnrtv$"\\])|0(\d{0,3}))/g,
    (whole: string, letter?: string, octal?: string) => {
      if (letter !== undefined) return escapes[letter] ?? whole;
      if (octal === undefined) return whole;
      // Compose takes the 0 away before it sees that no three octal digits follow.
      return /^[0-3][0-7]{2}$/.test(octal) ? String.fromCharCode(Number.parseInt(octal, 8)) : `\\${octal}`;
    },
  );
}

function endOf(pattern: RegExp, text: string, index: number): number | undefined {
  pattern.lastIndex = index;
  const match = pattern.exec(text);
  return match === null ? undefined : index + match[0].length;
}

function positionOf(source: string, index: number, file: string): Position {
  const before = source.slice(0, index);
  return { file, line: before.split('\n').length, column: index - before.lastIndexOf('\n') };
}
