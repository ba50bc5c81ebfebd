// From `-f` arguments to the files behind them: what is a manifest, what is a Compose file, and which argument brought
// it. Reads the texts once; understands nothing of their content beyond that.

import { existsSync, readdirSync } from 'node:fs';
import { basename, delimiter, dirname, join, relative, resolve } from 'node:path';
import type { Diagnostic } from './diagnostic.ts';
import { parseDotenv } from './dotenv.ts';
import type { Lookup } from './interpolate.ts';
import type { LoadRequest } from './load-types.ts';
import { isManifestName } from './manifest-name.ts';
import { isFolder, readTextFile, standardInput } from './yaml/read.ts';

/** A file of a load. */
export interface SourceFile {
  /** Absolute. */
  readonly path: string;
  /** How messages name it. */
  readonly display: string;
  /** The `-f` argument that brought it, as written. */
  readonly origin: string;
  /** Folder that its relative paths are taken from. */
  readonly baseDir: string;
}

export interface Sources {
  readonly manifests: readonly (SourceFile & { readonly text: string })[];
  /** In merge order. */
  readonly compose: readonly SourceFile[];
  /** Names of all of them as messages give them, in the order in which they were found. */
  readonly order: readonly string[];
  /** Every path that was looked at, also missing ones. */
  readonly files: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** Something could not be read: what it declares is not known. */
  readonly complete: boolean;
  /** No `-f` named the files. */
  readonly discovered: boolean;
}

/** Looked for in this order where no `-f` is given; Compose's own order. */
const composeNames = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

const overrideNames = ['compose', 'docker-compose'].flatMap((stem) => [
  `${stem}.override.yml`,
  `${stem}.override.yaml`,
]);
const usualNames = ['reeve.yaml', ...composeNames, ...overrideNames];

type Request = Pick<LoadRequest, 'paths' | 'cwd' | 'env' | 'projectDirectory'>;

export function findSources(request: Request): Sources {
  const { paths, cwd } = request;
  const found = paths.length === 0 ? defaultFiles(request) : paths.map((path) => expand(path, cwd));
  const read: (SourceFile & { text: string })[] = [];
  const diagnostics: Diagnostic[] = found.flatMap((f) => f.diagnostics);
  const seen = new Set<string>();
  // Where nothing was named, any of the usual names may come, also one that goes before what is there.
  const usual = paths.length > 0 ? [] : usualNames.map((name) => join(cwd, name));
  let complete = true;
  for (const file of found.flatMap((f) => f.files)) {
    // The same file by two arguments is one file; the first argument has it.
    if (seen.has(file.path)) continue;
    seen.add(file.path);
    const { text, diagnostics: wrong } = readTextFile(file.path, file.display);
    diagnostics.push(...wrong);
    if (text === undefined) complete = false;
    else read.push({ ...file, text });
  }
  const manifests = read.filter(({ text, path }) => !isComposeText(text, path));
  // What says nothing at all is a Compose file where no manifest is: Compose refuses it, unless others say something.
  if (manifests.every(({ text }) => isEmptyText(text))) manifests.length = 0;
  const compose = read.filter((file) => !manifests.includes(file));
  return {
    manifests,
    compose: inMergeOrder(compose),
    order: found.flatMap((f) => f.files.map((file) => file.display)),
    files: [...new Set([...seen, ...usual])],
    diagnostics,
    complete,
    discovered: paths.length === 0,
  };
}

const composeKey =
  /^(?:\{\s*)?["']?(?:services|include|networks|volumes|secrets|configs|models|jobs|version|name)["']?\s*:/m;
const manifestKey = /^(?:\{\s*)?["']?(?:apiVersion|kind)["']?\s*:/m;

/** Told by its top-level keys, so that lists of both kinds work; where none tells, by its name. */
function isComposeText(text: string, path: string): boolean {
  if (manifestKey.test(text)) return false;
  return composeKey.test(text) || [...composeNames, ...overrideNames].includes(basename(path));
}

function isEmptyText(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#.*|---\s*)?$/.test(line));
}

interface Found {
  readonly files: SourceFile[];
  readonly diagnostics: Diagnostic[];
}

/** How messages name a path: from the current folder where it lies below it, else absolute. */
export function displayOf(path: string, cwd: string): string {
  const absolute = resolve(cwd, path);
  const short = relative(cwd, absolute);
  return short === '' || short.startsWith('..') ? absolute : short;
}

function sourceFile(path: string, origin: string, cwd: string): SourceFile {
  const absolute = resolve(cwd, path);
  return { path: absolute, display: displayOf(path, cwd), origin, baseDir: dirname(absolute) };
}

function expand(path: string, cwd: string): Found {
  if (path === '-') {
    const piped = { path: standardInput, display: standardInput, origin: path, baseDir: cwd };
    return { files: [piped], diagnostics: [] };
  }
  const absolute = resolve(cwd, path);
  if (!isFolder(absolute)) {
    // A missing file is told by who reads it.
    return { files: [sourceFile(path, path, cwd)], diagnostics: [] };
  }
  const place = { file: displayOf(path, cwd), line: 1, column: 1 };
  let names: string[];
  try {
    names = readdirSync(absolute).sort();
  } catch {
    const message = 'folder cannot be read: permission denied';
    return { files: [], diagnostics: [{ severity: 'error', code: 'FileUnreadable', ...place, message }] };
  }
  const files = names
    .filter(isManifestName)
    .filter((name) => !isFolder(join(absolute, name)))
    .map((name) => sourceFile(join(path, name), path, cwd));
  if (files.length > 0) return { files, diagnostics: [] };
  return {
    files,
    diagnostics: [
      {
        severity: 'warning',
        code: 'EmptyFolder',
        ...place,
        message: 'no *.yaml or *.yml file in this folder',
        hint: 'folders inside it are not read: name each with -f',
      },
    ],
  };
}

/** Names of what a folder's manifests are to a person who stands in it and types no `-f`; none: it has no usual one. */
export function usualFilesIn(folder: string): readonly string[] {
  return existsSync(join(folder, 'reeve.yaml')) ? ['reeve.yaml'] : composeFilesIn(folder);
}

/** Compose's own file by its usual name, and its override. */
function composeFilesIn(folder: string): readonly string[] {
  const base = composeNames.find((name) => existsSync(join(folder, name)));
  const override =
    base === undefined ? undefined : overrideNames.find((name) => existsSync(join(folder, name)));
  return [base, override].filter((name) => name !== undefined);
}

/** COMPOSE_FILE, then the usual names in the current folder; Compose's own are also looked for in the folders above. */
function defaultFiles(request: Request): Found[] {
  const { cwd } = request;
  const one = (path: string): Found => ({
    files: [sourceFile(path, displayOf(path, cwd), cwd)],
    diagnostics: [],
  });
  if (existsSync(join(cwd, 'reeve.yaml'))) return [one('reeve.yaml')];
  const named = composeFileVariable(request);
  if (named !== undefined) return named.map((path) => expand(path, cwd));
  for (let folder = cwd; ; folder = dirname(folder)) {
    const names = composeFilesIn(folder);
    if (names.length > 0) return names.map((name) => one(join(folder, name)));
    if (folder === dirname(folder)) break;
  }
  const message = `no reeve.yaml and none of ${composeNames.join(', ')} in ${cwd} or above`;
  const hint = 'name manifests with -f PATH';
  const place = { file: 'reeve.yaml', line: 1, column: 1 };
  return [{ files: [], diagnostics: [{ severity: 'error', code: 'FileMissing', ...place, message, hint }] }];
}

/** The files that COMPOSE_FILE names, in the shell or in the `.env` beside the project. */
function composeFileVariable({ cwd, env, projectDirectory = '.' }: Request): string[] | undefined {
  const shell: Lookup = (name) => (Object.hasOwn(env, name) ? env[name] : undefined);
  const path = join(resolve(cwd, projectDirectory), '.env');
  const text = readTextFile(path, path).text ?? '';
  const { values } = parseDotenv(text, path, shell);
  const lookup: Lookup = (name) => shell(name) ?? values.get(name);
  return lookup('COMPOSE_FILE')?.split(lookup('COMPOSE_PATH_SEPARATOR') || delimiter);
}

/** Arguments keep their order; within one folder the usual base file goes first and overrides go last. */
function inMergeOrder(files: readonly SourceFile[]): SourceFile[] {
  const rank = ({ display }: SourceFile): number => {
    const name = display.slice(display.lastIndexOf('/') + 1);
    if (composeNames.includes(name)) return 0;
    return /\.override\.ya?ml$/.test(name) ? 2 : 1;
  };
  const order = [...new Set(files.map((file) => file.origin))];
  return [...files].sort((a, b) => order.indexOf(a.origin) - order.indexOf(b.origin) || rank(a) - rank(b));
}
