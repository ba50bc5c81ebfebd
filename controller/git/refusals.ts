// What a commit may not hold to be taken, told as mistakes of the manifests: the last good revision then stays in force.

import { readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Commit } from '../../desired-state/commit.ts';
import type { Diagnostic } from '../../desired-state/diagnostic.ts';
import { realPath } from '../../desired-state/load-real-paths.ts';
import type { Repository, TreeEntry } from './repository.ts';
import { sizeWords } from './settings.ts';

/** The first line of what git-lfs puts in place of a file. */
const lfsPointer = 'version https://git-lfs.github.com/spec/v1';

/** Codes of what is wrong with a commit as such. */
export const commitRefusals = [
  'RepositoryTooLarge',
  'PathMissing',
  'SubmodulesRefused',
  'LfsRefused',
  'LinkRefused',
  'CommitNotVerified',
] as const;

interface Asked {
  readonly repository: Repository;
  readonly id: string;
  readonly tree: readonly TreeEntry[];
  readonly path: string;
  readonly maxBytes: number;
}

/** Before it is laid out. */
export async function refusalsOfTree(asked: Asked): Promise<readonly Diagnostic[]> {
  const { tree, path, maxBytes } = asked;
  const bytes = tree.reduce((sum, entry) => sum + entry.bytes, 0);
  if (bytes > maxBytes) {
    const largest = tree.reduce((a, b) => (b.bytes > a.bytes ? b : a));
    return [
      refusal(
        'RepositoryTooLarge',
        largest.path,
        `the files of this commit weigh ${sizeWords(bytes)}, more than ${sizeWords(maxBytes)}; the largest is this with ${sizeWords(largest.bytes)}`,
        'keep manifests in a repository without large files, or raise --max-size',
      ),
    ];
  }
  const isThere = path === '.' || tree.some((e) => e.path === path || e.path.startsWith(`${path}/`));
  if (!isThere) {
    return [refusal('PathMissing', path, 'this commit has nothing at --path', near(tree, path))];
  }
  const submodules = tree
    .filter(({ mode }) => mode === '160000')
    .map((entry) =>
      refusal(
        'SubmodulesRefused',
        entry.path,
        'this is a submodule: another repository, which reeve does not fetch',
        'keep its files in this repository',
      ),
    );
  return [...submodules, ...(await lfsRefusals(asked))];
}

/** Once it is laid out: where its links lead. */
export function refusalsOfCopy(copy: string, tree: readonly TreeEntry[]): readonly Diagnostic[] {
  const root = realPath(copy);
  return tree.flatMap(({ mode, path }) => {
    if (mode !== '120000') return [];
    const target = readlinkSync(join(copy, path));
    // Its text alone tells too little: `up/../..` goes up from where `up` leads, and that may be another link.
    const to = realPath(join(copy, path));
    if (!target.startsWith('/') && (to === root || to.startsWith(`${root}/`))) return [];
    return [
      refusal(
        'LinkRefused',
        path,
        `this link leads out of the repository, to ${target}`,
        'a commit may only speak of its own files; name files of the host in the manifests',
      ),
    ];
  });
}

/** git itself reads attributes; the pointer is what is really there in a file's place. */
async function lfsRefusals({ repository, id, tree }: Asked): Promise<readonly Diagnostic[]> {
  if (!tree.some(({ path }) => path === '.gitattributes' || path.endsWith('/.gitattributes'))) return [];
  const grep = ['grep', '-z', '--name-only', '--fixed-strings', '-e', lfsPointer, id, '--'];
  const found = await repository.ask(grep);
  const names = found.split('\0').filter((name) => name !== '');
  return names.map((name) =>
    refusal(
      'LfsRefused',
      name.slice(id.length + 1),
      'this file is kept by git-lfs, which reeve does not fetch',
      'keep what the platform needs in git itself, or in an image',
    ),
  );
}

/** A mistake of the whole file. */
function refusal(
  code: (typeof commitRefusals)[number],
  file: string,
  message: string,
  hint: string,
): Diagnostic {
  return { severity: 'error', code, file, line: 1, column: 1, message, hint };
}

function near(tree: readonly TreeEntry[], path: string): string {
  const last = path.slice(path.lastIndexOf('/') + 1);
  const folders = new Set(tree.map((entry) => dirname(entry.path)).filter((folder) => folder !== '.'));
  const same = [...folders].filter((folder) => folder.split('/').at(-1) === last);
  if (same.length > 0) return `was it moved? there is ${same.slice(0, 3).join(', ')}`;
  return `its folders are ${[...folders].sort().slice(0, 8).join(', ') || 'none'}`;
}

/** Nobody who may has signed it. */
export function notVerified({ ref }: Pick<Commit, 'ref'>, why: string): Diagnostic {
  return refusal(
    'CommitNotVerified',
    ref,
    why,
    'sign it with an allowed key (git commit --amend -S, or another commit on top), or add the key to those that reeve run is given',
  );
}

/** What is wrong with the commit as such: no line of a file. undefined: nothing is. */
export function refusalWords(wrong: readonly Diagnostic[]): string | undefined {
  const codes: readonly string[] = commitRefusals;
  const [first, ...others] = wrong.filter(({ code }) => codes.includes(code));
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `${first.file}: ${first.message}${more}; ${first.hint}`;
}
