// The variables of a Compose load: the shell's, then those of `.env` files below them. Every name asked for is recorded.

import { join, resolve } from 'node:path';
import { parseDotenv } from '../dotenv.ts';
import type { MapNode, Node } from '../tree.ts';
import { lookAt, readTextFile } from '../yaml/read.ts';
import { mapAt, mapItems, scalarAt } from './edit.ts';
import { displayOf, type Loading, type Lookup, tellFile } from './loading.ts';

/** Counts each name that is asked for. */
export function recorded(loading: Loading, env: Readonly<Record<string, string | undefined>>): Lookup {
  return (name) => {
    loading.reads.add(name);
    return Object.hasOwn(env, name) ? env[name] : undefined;
  };
}

export interface EnvFile {
  /** Absolute. */
  readonly path: string;
  /** The value that names it: that it cannot be read is told there. */
  readonly namedAt?: Node;
}

/** `over`, and below it the variables of the files; a later file goes before an earlier one. */
export function withEnvFiles(loading: Loading, over: Lookup, files: readonly EnvFile[]): Lookup {
  const values = new Map<string, string>();
  for (const { path, namedAt } of files) {
    const display = displayOf(loading, path);
    loading.files.add(path);
    const { text, diagnostics } = readTextFile(path, display);
    tellFile(loading, diagnostics, display, namedAt);
    if (text === undefined) continue;
    const parsed = parseDotenv(text, display, over, values);
    loading.diagnostics.push(...parsed.diagnostics);
    for (const [name, value] of parsed.values) values.set(name, value);
  }
  return (name) => over(name) ?? values.get(name);
}

/**
 * Below the shell's variables: the files of COMPOSE_ENV_FILES, or the `.env` of these folders, an earlier one before a
 * later one, unless COMPOSE_DISABLE_ENV_FILE says none.
 */
export function withProjectEnv(loading: Loading, shell: Lookup, folders: readonly string[]): Lookup {
  const named = (shell('COMPOSE_ENV_FILES') ?? '').split(',').filter((file) => file !== '');
  if (named.length > 0)
    return withEnvFiles(
      loading,
      shell,
      named.map((file) => ({ path: resolve(loading.cwd, file) })),
    );
  if (/^(?:1|t|T|true|True|TRUE)$/.test(shell('COMPOSE_DISABLE_ENV_FILE') ?? '')) return shell;
  return folders.reduce((over, folder) => withDotenvOf(loading, over, folder), shell);
}

/** The `.env` of a folder counts as looked at even where there is none: it may come. */
export function withDotenvOf(loading: Loading, over: Lookup, folder: string): Lookup {
  const path = join(folder, '.env');
  loading.files.add(path);
  const found = lookAt(path);
  // A folder of that name is passed over, as by Compose; what cannot be looked at is told.
  const passed = 'code' in found ? found.code === 'FileMissing' : found.isDirectory();
  return withEnvFiles(loading, over, passed ? [] : [{ path }]);
}

/** A plain `KEY` in a list gets the value that its own (sub)project gives it; what has none may get it later. */
export function fillShellValues(model: MapNode, lookup: Lookup): MapNode {
  const filled = ['services', 'jobs'].reduce<Node>(
    (tree, section) =>
      mapAt(tree, [section, '*', 'environment'], (node) => {
        if (node.kind !== 'list') return node;
        return mapItems(node, (item) => {
          if (item.kind !== 'scalar' || typeof item.value !== 'string' || item.value.includes('='))
            return item;
          const found = lookup(item.value);
          return found === undefined ? item : scalarAt(item, `${item.value}=${found}`);
        });
      }),
    model,
  );
  return filled.kind === 'map' ? filled : model;
}
