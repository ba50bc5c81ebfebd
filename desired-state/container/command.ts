// Command lines: text is split as Compose splits it (mattn/go-shellwords without variables and backticks).
// It is a split, not a shell: no variable, no glob, no pipe.

import type { Node } from '../tree.ts';
import { reject, type Scope, warn } from './scope.ts';
import { textOf, textsOf } from './values.ts';

/** Words of a command; absent when not written. An empty text or list is an empty list: it clears the image's. */
export function commandOf(scope: Scope, node: Node | undefined): string[] | undefined {
  if (node === undefined || node.kind === 'map') return undefined;
  if (node.kind === 'list') return textsOf(node);
  const split = splitWords(textOf(node) ?? '');
  if (split === undefined) {
    return reject(
      scope,
      node,
      'BadCommand',
      'bad command: expected closed quotes, and no stray \\ or parenthesis',
    );
  }
  if (split.stoppedAt !== undefined) {
    const message = `a command is no shell line: everything from the first ${split.stoppedAt} on is left out`;
    warn(scope, node, 'CommandCut', message, 'use ["sh", "-c", "…"]');
  }
  return split.words;
}

interface Split {
  readonly words: string[];
  /** The shell operator (`;`, `&`, `|`, `<`, `>`) at which Compose stops reading. */
  readonly stoppedAt?: string;
}

/** One piece of a line. Backticks and `$(…)` are kept as they are: nothing is run. */
const piece =
  /(?<space>[ \t\r\n]+)|(?<operator>[;&|<>])|\\(?<escaped>[\s\S])|'(?<single>[^']*)'|"(?<double>(?:\\[\s\S]|[^"\\])*)"|(?<kept>`[^`]*`|\$\([^)]*\)|[^'"`()\\])/y;

/** undefined: a quote or a parenthesis is left open. */
function splitWords(line: string): Split | undefined {
  const words: string[] = [];
  let word: string | undefined;
  piece.lastIndex = 0;
  while (piece.lastIndex < line.length) {
    const groups = piece.exec(line)?.groups;
    if (groups === undefined) return undefined;
    const { space, operator, escaped, single, double, kept } = groups;
    if (space === undefined && operator === undefined) {
      word = (word ?? '') + (escaped ?? single ?? double?.replace(/\\([\s\S])/g, '$1') ?? kept ?? '');
      continue;
    }
    // `2>`: the number belongs to the operator.
    const isDescriptor = operator === '>' && /^\d/.test(word ?? '');
    if (word !== undefined && !isDescriptor) words.push(word);
    if (operator !== undefined) return { words, stoppedAt: operator };
    word = undefined;
  }
  if (word !== undefined) words.push(word);
  return { words };
}
