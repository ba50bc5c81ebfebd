// The project's name: who says it first, and what Compose makes of it.

import { basename } from 'node:path';
import type { Position } from '../diagnostic.ts';
import { interpolateText } from '../interpolate.ts';
import { childOf, type ScalarNode } from '../tree.ts';
import { displayOf, type Loading, type Lookup, readOnce, tell } from './loading.ts';

/** Lower case, of letters, digits, `-` and `_`, the first a letter or digit: what Compose makes of any text. */
export function normalizeName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
}

interface Sources {
  /** What the person said (`-p`). */
  readonly given: string | undefined;
  readonly lookup: Lookup;
  /** The main files, in order, absolute. */
  readonly paths: readonly string[];
  /** Where a mistake about the name as a whole is told. */
  readonly start: Position;
}

/**
 * `-p`, then COMPOSE_PROJECT_NAME, then the last `name:` of the files, then the project's folder. Known before the files
 * are filled in, because they may ask for COMPOSE_PROJECT_NAME.
 */
export function projectName(loading: Loading, { given, lookup, paths, start }: Sources): string {
  const said = given ?? (lookup('COMPOSE_PROJECT_NAME') || undefined);
  if (said !== undefined) {
    const name = normalizeName(said);
    if (name === said) return said;
    const message = `bad project name ${JSON.stringify(said)}, expected lower case letters, digits, "-" and "_", the first a letter or digit`;
    const hint = name === '' ? {} : { hint: `did you mean "${name}"?` };
    tell(loading, 'error', start, { code: 'BadName', message, ...hint });
    return name;
  }
  const written = lastName(loading, paths);
  if (written !== undefined) {
    const name = normalizeName(interpolateText(written.source, written.position, lookup).text);
    if (name !== '') return name;
    const message = `no project name is left of ${JSON.stringify(written.source)}, expected letters or digits`;
    const hint = written.source.includes('$') ? { hint: 'a variable filled it in: give it a value' } : {};
    tell(loading, 'error', written, { code: 'BadName', message, ...hint });
  }
  const fromFolder = normalizeName(basename(loading.baseDir));
  if (fromFolder !== '') return fromFolder;
  const message = 'no project name can be made of the folder, expected a top-level name';
  tell(loading, 'error', start, { code: 'MissingName', message, hint: 'add name: or give -p' });
  return '';
}

/** An empty one says nothing. What is wrong with the files is told when they are read in earnest. */
function lastName(loading: Loading, paths: readonly string[]): ScalarNode | undefined {
  const roots = paths.flatMap((path) => readOnce(loading, path, displayOf(loading, path)).documents);
  const names = roots.flatMap((root): ScalarNode[] => {
    const node = childOf(root, 'name');
    return node?.kind === 'scalar' && node.value !== null && node.source !== '' ? [node] : [];
  });
  return names.at(-1);
}
