// What of a folder is sent to the engine to build from: the files that .dockerignore leaves, and the Dockerfile. One
// walk for the digest and for the archive, so that what is hashed is what is sent. Reads the disk, writes nothing.

import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, type Stats } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import type { Build } from '../container-spec.ts';
import { type Ignore, ignoreNothing, parseIgnore } from './ignore.ts';

export type ContextEntry = {
  /** In the context, with `/`. */
  readonly name: string;
  /** Permission bits. */
  readonly mode: number;
  readonly mtimeMs: number;
} & (
  | { readonly kind: 'file'; readonly path: string; readonly size: number }
  | { readonly kind: 'folder' }
  | { readonly kind: 'link'; readonly target: string }
  /** Not of the context's folder: a Dockerfile from elsewhere or in line, and the rule that hides it. */
  | { readonly kind: 'text'; readonly text: string }
);

export interface BuildContext {
  readonly entries: readonly ContextEntry[];
  /** The Dockerfile's name among the entries. */
  readonly dockerfile: string;
  /** The file whose rules were used. */
  readonly ignoreFile?: string;
}

type Source = Pick<Build, 'context' | 'dockerfile' | 'dockerfileInline'>;

/** A Dockerfile that is not in the context, under a name that no context has by chance. */
const foreignName = '.dockerfile.reeve';

/** Throws what the file system throws, and a RangeError for a bad pattern. */
export function readBuildContext(source: Source): BuildContext {
  const root = realpathSync(source.context);
  const place = dockerfileOf(source, root);
  const { path: ignoreFile, ignore, text: rules } = ignoreOf(root, place.path);
  const entries: ContextEntry[] = [];
  const named =
    place.name === undefined ? new Set(['.dockerignore']) : new Set(['.dockerignore', place.name]);
  walk(root, '', ignore, named, entries);
  const used = ignoreFile === undefined ? {} : { ignoreFile };
  if (place.name !== undefined) return { entries: sorted(entries), dockerfile: place.name, ...used };
  const made = { mode: 0o644, mtimeMs: 0, kind: 'text' } as const;
  const hidden = `${rules ?? '.dockerignore'}\n${foreignName}\n`;
  const kept = entries.filter((e) => e.name !== '.dockerignore');
  return {
    entries: sorted([
      ...kept,
      // The engine leaves out of the image what this names: the Dockerfile is none of the context's.
      { ...made, name: '.dockerignore', text: hidden },
      { ...made, name: foreignName, text: place.text },
    ]),
    dockerfile: foreignName,
    ...used,
  };
}

type Place =
  | { readonly name: string; readonly path: string }
  | { readonly name?: never; readonly path?: string; readonly text: string };

function dockerfileOf({ dockerfile, dockerfileInline }: Source, root: string): Place {
  if (dockerfileInline !== undefined) return { text: dockerfileInline };
  const path = isAbsolute(dockerfile) ? dockerfile : resolve(root, dockerfile);
  const name = relative(root, path);
  if (name.startsWith('..') || isAbsolute(name)) return { path, text: readFileSync(path, 'utf8') };
  // Docker's own fallback, for the default name alone.
  if (name === 'Dockerfile' && statOf(path) === undefined && statOf(join(root, 'dockerfile')) !== undefined)
    return { name: 'dockerfile', path: join(root, 'dockerfile') };
  lstatSync(path);
  return { name, path };
}

interface Rules {
  readonly path?: string;
  readonly ignore: Ignore;
  /** Of the context's own .dockerignore. */
  readonly text?: string;
}

/** `NAME.dockerignore` beside the Dockerfile goes before the context's own. */
function ignoreOf(root: string, dockerfile: string | undefined): Rules {
  const own = textOf(join(root, '.dockerignore'));
  const text = own === undefined ? {} : { text: own };
  const beside = dockerfile === undefined ? undefined : `${dockerfile}.dockerignore`;
  const specific = beside === undefined ? undefined : textOf(beside);
  if (beside !== undefined && specific !== undefined)
    return { path: beside, ignore: parseIgnore(specific), ...text };
  if (own === undefined) return { ignore: ignoreNothing };
  return { path: join(root, '.dockerignore'), ignore: parseIgnore(own), text: own };
}

function textOf(path: string): string | undefined {
  return statOf(path)?.isFile() === true ? readFileSync(path, 'utf8') : undefined;
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function walk(
  root: string,
  below: string,
  ignore: Ignore,
  always: ReadonlySet<string>,
  into: ContextEntry[],
): void {
  for (const found of readdirSync(join(root, below), { withFileTypes: true })) {
    const name = below === '' ? found.name : `${below}/${found.name}`;
    const excluded = ignore.excludes(name) && !always.has(name);
    if (found.isDirectory()) {
      const looksIn =
        !excluded || ignore.mayKeepWithin(name) || [...always].some((a) => a.startsWith(`${name}/`));
      if (!excluded) into.push({ name, ...aboutOf(lstatSync(join(root, name))), kind: 'folder' });
      if (looksIn) walk(root, name, ignore, always, into);
      continue;
    }
    if (excluded) continue;
    const path = join(root, name);
    const stat = lstatSync(path);
    if (stat.isSymbolicLink())
      into.push({ name, ...aboutOf(stat), kind: 'link', target: readlinkSync(path) });
    // Sockets, pipes and devices cannot be sent.
    else if (stat.isFile()) into.push({ name, ...aboutOf(stat), kind: 'file', path, size: stat.size });
  }
}

function aboutOf(stat: Stats): { mode: number; mtimeMs: number } {
  return { mode: stat.mode & 0o7777, mtimeMs: stat.mtimeMs };
}

function sorted(entries: readonly ContextEntry[]): ContextEntry[] {
  return [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
}
