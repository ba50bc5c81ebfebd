// The project's name: who says it first, and what Compose makes of it.

import { basename } from 'node:path';
import { childOf, type MapNode, type ScalarNode } from '../tree.ts';
import { type Loading, type Lookup, tell } from './loading.ts';

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
  /** Roots of the main files, in order. */
  readonly roots: readonly MapNode[];
}

/** `-p`, then COMPOSE_PROJECT_NAME, then the last `name:` of the files, then the project's folder. */
export function projectName(loading: Loading, { given, lookup, roots }: Sources): string {
  const said = given ?? (lookup('COMPOSE_PROJECT_NAME') || undefined);
  const start = roots[0]?.position ?? { file: loading.baseDir, line: 1, column: 1 };
  if (said !== undefined) {
    if (normalizeName(said) === said && said !== '') return said;
    const message = `bad project name ${JSON.stringify(said)}, expected lower case letters, digits, "-" and "_", the first a letter or digit`;
    const hint = normalizeName(said) === '' ? undefined : `did you mean "${normalizeName(said)}"?`;
    tell(loading, 'error', start, { code: 'BadName', message, ...(hint === undefined ? {} : { hint }) });
    return normalizeName(said);
  }
  const written = lastName(roots);
  const fromFile = normalizeName(String(written?.value ?? ''));
  if (fromFile !== '') return fromFile;
  const fromFolder = normalizeName(basename(loading.baseDir));
  if (fromFolder !== '') return fromFolder;
  const message = 'no project name can be made of the folder, expected a top-level name';
  tell(loading, 'error', start, { code: 'MissingName', message, hint: 'add name: or give -p' });
  return '';
}

function lastName(roots: readonly MapNode[]): ScalarNode | undefined {
  const names = roots.map((root) => childOf(root, 'name'));
  return names.filter((node): node is ScalarNode => node?.kind === 'scalar' && node.value !== null).at(-1);
}
