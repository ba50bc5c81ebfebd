// Text → trees with positions. Owns the guards against hostile YAML (depth, alias bombs) and the words for syntax
// errors; it knows nothing of manifests. Never throws for a mistake in the text.

import { Composer, type CST, type Document, Lexer, LineCounter, Parser, type YAMLError } from 'yaml';
import type { Diagnostic, Position } from '../diagnostic.ts';
import type { Node } from '../tree.ts';
import { convertDocument } from './convert.ts';
import { maxDepth } from './limits.ts';
import { parsePlainBlocks } from './plain-blocks.ts';
import { type Unclosed, type UnclosedFrom, unclosedFinder } from './unclosed.ts';

export interface ParsedYaml {
  /** Documents without a syntax error, in order; empty documents are left out. */
  readonly documents: Node[];
  readonly diagnostics: Diagnostic[];
  /** Mistakes in a Compose file only: keys that are no text to YAML, documents that begin and say nothing. */
  readonly inCompose: Diagnostic[];
}

/** Parses all documents of a text; positions are the file's own, `display` names the file in them. */
export function parseYaml(text: string, display: string): ParsedYaml {
  const plain = parsePlainBlocks(text, display);
  return plain === undefined
    ? parseFully(text, display)
    : { documents: [plain], diagnostics: [], inCompose: [] };
}

/** With all of YAML: several times slower than what plain blocks need. */
export function parseFully(text: string, display: string): ParsedYaml {
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file: display, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const tooDeep = (offset: number): ParsedYaml => ({
    documents: [],
    inCompose: [],
    diagnostics: [
      {
        severity: 'error',
        code: 'NestedTooDeep',
        ...at(offset),
        message: `nested deeper than ${maxDepth} levels`,
      },
    ],
  });

  const tokens = parseTokens(text, lines);
  if (typeof tokens === 'number') return tooDeep(tokens);

  const composer = new Composer({
    schema: 'failsafe',
    uniqueKeys: false,
    resolveKnownTags: false,
    logLevel: 'silent',
    prettyErrors: false,
  });
  const unclosedFrom = unclosedFinder(tokens);
  const result: ParsedYaml = { documents: [], diagnostics: [], inCompose: [] };
  for (const document of composer.compose(tokens, false, text.length)) {
    addDocument(document, unclosedFrom, text, at, result);
  }
  return result;
}

type At = (offset: number) => Position;

function addDocument(
  document: Document.Parsed,
  unclosedFrom: UnclosedFrom,
  text: string,
  at: At,
  result: ParsedYaml,
): void {
  result.diagnostics.push(...unknownTags(document.warnings, at));
  if (document.errors.length > 0) {
    const [from, , to] = document.range;
    const unclosed = unclosedFrom(from, to);
    const errors = document.errors.filter(({ pos }) => pos[0] < (unclosed?.offset ?? text.length + 1));
    result.diagnostics.push(...syntaxErrors(errors, text, at));
    if (unclosed !== undefined) result.diagnostics.push(notClosed(unclosed, at));
    return;
  }
  const { contents } = document;
  if (contents === null || contents.range[0] === contents.range[1]) {
    result.inCompose.push(saysNothing(at(document.range[0])));
    return;
  }
  result.documents.push(convertDocument(contents, at, result, text));
}

function saysNothing(place: Position): Diagnostic {
  const message = 'expected a Compose file: a map with services; this document is empty';
  return { severity: 'error', code: 'WrongType', ...place, message, hint: 'take its --- away' };
}

/** CST tokens of the whole text, or the offset where nesting went too deep. */
function parseTokens(text: string, lines: LineCounter): CST.Token[] | number {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    // The parser's stack holds the document, the open collections and perhaps one scalar.
    if (parser.stack.length > maxDepth + 1) {
      const open = parser.stack.filter(isCollection);
      if (open.length > maxDepth) return open.at(-1)?.offset ?? parser.offset;
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function isCollection(token: CST.Token): boolean {
  return token.type === 'block-map' || token.type === 'block-seq' || token.type === 'flow-collection';
}

interface Wording {
  readonly code?: string;
  readonly message: string;
  readonly hint?: string;
}

/** What to say for yaml's error codes; where none is given its own words are used. */
const words: Readonly<Record<string, Wording>> = {
  TAB_AS_INDENT: {
    code: 'TabIndentation',
    message: 'tab used as indentation; YAML expects spaces',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a second ": " in one value, or a line indented deeper than its neighbours',
    hint: 'quote a value that contains ": "',
  },
  MULTILINE_IMPLICIT_KEY: { message: 'text without a ":" where "key: value" was expected' },
  BAD_ALIAS: { message: 'an alias needs a name, as in *name' },
};

const template: Wording = {
  message: 'not valid YAML: this is a template, which another program fills in',
  hint: 'name the file that comes of it',
};

function notClosed({ offset, opens }: Unclosed, at: At): Diagnostic {
  const message = `not valid YAML: the ${opens} here is never closed`;
  return { severity: 'error', code: 'InvalidYaml', ...at(offset), message };
}

/** One diagnostic a line: what follows a syntax error on its line is only its echo. */
function syntaxErrors(errors: readonly YAMLError[], text: string, at: At): Diagnostic[] {
  const found = new Map<number, Diagnostic>();
  for (const error of errors) {
    const place = at(Math.min(error.pos[0], text.length));
    const line = lineAt(text, error.pos[0]);
    // Nothing that follows is meant as it stands.
    if (/^ *\{[{%]/.test(line)) return [syntaxError(template, place)];
    // Where no document is open any more, every token is one too many.
    const isEcho = found.size > 0 && error.message.includes('token in YAML stream');
    if (isEcho || found.has(place.line)) continue;
    const known = words[/^ *\t/.test(line) ? 'TAB_AS_INDENT' : error.code];
    const message = `not valid YAML: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`;
    found.set(place.line, syntaxError(known ?? { message }, place));
  }
  return [...found.values()];
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return text.slice(start, start + 200).replace(/\n.*/s, '');
}

function syntaxError({ code = 'InvalidYaml', message, hint }: Wording, place: Position): Diagnostic {
  return { severity: 'error', code, ...place, message, ...(hint === undefined ? {} : { hint }) };
}

/** Compose's tags and those of YAML's core schema are known; Composer warns of them all. */
const knownTag = /^(?:!reset|!override|tag:yaml\.org,2002:(?:str|merge|binary|int|float|bool|null|map|seq))$/;

function unknownTags(warnings: readonly YAMLError[], at: At): Diagnostic[] {
  return warnings.flatMap((warning) => {
    const tag = /^Unresolved tag: (.*)$/.exec(warning.message)?.[1];
    if (tag === undefined || knownTag.test(tag)) return [];
    return [
      {
        severity: 'error' as const,
        code: 'UnknownTag',
        ...at(warning.pos[0]),
        message: `unknown YAML tag ${tag.replace('tag:yaml.org,2002:', '!!')}`,
        hint: 'only !reset and !override are known, in Compose files',
      },
    ];
  });
}
