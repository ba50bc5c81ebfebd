// Command lines of a container: a list as it is, a text split into words.

import type { Node } from '../tree.ts';
import { reject, type Scope, warn } from './scope.ts';
import { splitWords } from './shell-words.ts';
import { itemsOf, textOf, textsOf } from './values.ts';

/** Words of a command; absent when not written. An empty text or list is an empty list: it clears the image's. */
export function commandOf(scope: Scope, node: Node | undefined): string[] | undefined {
  if (node === undefined || node.kind === 'map') return undefined;
  for (const item of itemsOf(node)) {
    if (textOf(item)?.includes('\0'))
      reject(scope, item, 'BadCommand', 'bad command: expected text without NUL');
  }
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
