// The project's name: who says it first, and what Compose makes of it.

import { basename } from 'node:path';
import type { Position } from '../diagnostic.ts';
import { interpolateText } from '../interpolate.ts';
import { childOf } from '../tree.ts';
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
  const fromFile = normalizeName(lastName(loading, paths, lookup));
  if (fromFile !== '') return fromFile;
  const fromFolder = normalizeName(basename(loading.baseDir));
  if (fromFolder !== '') return fromFolder;
  const message = 'no project name can be made of the folder, expected a top-level name';
  tell(loading, 'error', start, { code: 'MissingName', message, hint: 'add name: or give -p' });
  return '';
}

/** What is wrong with the files is told when they are read in earnest. */
function lastName(loading: Loading, paths: readonly string[], lookup: Lookup): string {
  const roots = paths.flatMap((path) => readOnce(loading, path, displayOf(loading, path)).documents);
  const names = roots.flatMap((root) => {
    const node = childOf(root, 'name');
    if (node?.kind !== 'scalar' || node.value === null) return [];
    return [interpolateText(node.source, node.position, lookup).text];
  });
  return names.at(-1) ?? '';
}
