// Which files of a build context are left out: the rules of .dockerignore, as github.com/moby/patternmatcher has them.
// Pure: works on texts and paths relative to the context, with `/`.

import { posix } from 'node:path';

interface Pattern {
  readonly text: string;
  /** `!…`: what matches is kept after all. */
  readonly isException: boolean;
  readonly matches: RegExp;
}

export interface Ignore {
  /** The last pattern that matches the path, or a folder above it, decides. */
  readonly excludes: (path: string) => boolean;
  /** An excluded folder may hold what an exception keeps: it must be looked into. */
  readonly mayKeepWithin: (folder: string) => boolean;
}

export const ignoreNothing: Ignore = { excludes: () => false, mayKeepWithin: () => false };

/** Throws a RangeError with the bad pattern's text. */
export function parseIgnore(text: string): Ignore {
  const patterns = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap((line) => patternOf(line) ?? []);
  const exceptions = patterns.filter((p) => p.isException);
  // An exception with a wildcard anywhere but at its end may apply in any folder.
  const anywhere = exceptions.some((p) => /[*?[]/.test(withoutTrailingGlob(p.text)));
  const heads = exceptions.map((p) => `${withoutTrailingGlob(p.text)}/`);
  return {
    excludes: (path) => excludes(patterns, path),
    mayKeepWithin: (folder) =>
      exceptions.length > 0 && (anywhere || heads.some((head) => head.startsWith(`${folder}/`))),
  };
}

function excludes(patterns: readonly Pattern[], path: string): boolean {
  const above = foldersAbove(path);
  let excluded = false;
  for (const { matches, isException } of patterns) {
    // What cannot change the answer need not be tried.
    if (isException !== excluded) continue;
    if (matches.test(path) || above.some((folder) => matches.test(folder))) excluded = !isException;
  }
  return excluded;
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'));
}

/** A line that begins with `#` is a comment; one that begins with a blank is not, whatever follows. */
function patternOf(line: string): Pattern | undefined {
  if (line.startsWith('#')) return undefined;
  let text = line.trim();
  if (text === '') return undefined;
  const isException = text.startsWith('!');
  if (isException) text = text.slice(1).trim();
  if (text === '') {
    if (isException) throw new RangeError('illegal pattern "!"');
    return undefined;
  }
  text = posix.normalize(text).replace(/(.)\/$/, '$1');
  if (text.length > 1 && text.startsWith('/')) text = text.slice(1);
  return { text, isException, matches: regexOf(text) };
}

/** `*` and `?` stop at a slash, `**` does not; `[…]` is a set of characters; a backslash takes what follows as it is. */
function regexOf(pattern: string): RegExp {
  let source = '^';
  for (let i = 0; i < pattern.length; i += 1) {
    const char = pattern.charAt(i);
    if (char === '*' && pattern.charAt(i + 1) === '*') {
      i += 1;
      if (pattern.charAt(i + 1) === '/') i += 1;
      source += i === pattern.length - 1 ? '.*' : '(.*/)?';
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (char === '\\') {
      i += 1;
      source += `\\${pattern.charAt(i) || '\\'}`;
    } else if (/[.+()|{}$]/.test(char)) source += `\\${char}`;
    else source += char;
  }
  try {
    return new RegExp(`${source}$`, 's');
  } catch {
    throw new RangeError(`bad pattern ${JSON.stringify(pattern)}`);
  }
}

function withoutTrailingGlob(pattern: string): string {
  return pattern.replace(/(\/\*\*?)+$/, '');
}
