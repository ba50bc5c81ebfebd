// The variables of a Compose load: the shell's, then those of `.env` files below them. Every name asked for is recorded.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseDotenv } from '../dotenv.ts';
import type { MapNode, Node } from '../tree.ts';
import { readTextFile } from '../yaml/read.ts';
import { byKey, mapAt, scalarAt } from './edit.ts';
import { displayOf, type Loading, type Lookup, tellFile } from './loading.ts';
import { pairsAsMap } from './merge/pairs.ts';

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
    const parsed = parseDotenv(text, display, (name) => over(name) ?? values.get(name));
    loading.diagnostics.push(...parsed.diagnostics);
    for (const [name, value] of parsed.values) values.set(name, value);
  }
  return (name) => over(name) ?? values.get(name);
}

/** The `.env` of a folder counts as looked at even where there is none: it may come. */
export function withDotenvOf(loading: Loading, over: Lookup, folder: string): Lookup {
  const path = join(folder, '.env');
  loading.files.add(path);
  return withEnvFiles(loading, over, existsSync(path) ? [{ path }] : []);
}

/** Variables of services that are written without a value get that of their own project, where it has one. */
export function fillShellValues(model: MapNode, lookup: Lookup): MapNode {
  const filled = mapAt(model, ['services', '*', 'environment'], (node) => {
    const pairs = pairsAsMap(node);
    if (pairs === undefined) return node;
    const entries = [...pairs.entries.values()].map((entry) => {
      const { key, value } = entry;
      if (value.kind !== 'scalar' || value.value !== null || value.tag !== undefined) return entry;
      const found = lookup(key);
      return found === undefined ? entry : { ...entry, value: scalarAt(value, found) };
    });
    return { ...pairs, entries: byKey(entries) };
  });
  return filled.kind === 'map' ? filled : model;
}
