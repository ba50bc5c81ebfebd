// env_file and label_file: files of KEY=value lines beside the manifest, read here and remembered for watchers.

import { normalize } from 'node:path';
import { parseDotenv, parseRawEnv } from '../dotenv.ts';
import type { Lookup } from '../interpolate.ts';
import type { Node } from '../tree.ts';
import { readTextFile } from '../yaml/read.ts';
import { hostPath } from './paths.ts';
import { fieldOf, reject, type Scope } from './scope.ts';
import { flagOf, itemsOf, textOf } from './values.ts';

/**
 * The variables of all files; a later file replaces what an earlier one set. A file can ask for the shell's variables, then
 * for the container's `own`, then for those of the files so far, as Compose lets it.
 */
export function envFilesOf(scope: Scope, node: Node | undefined, own: Lookup): Map<string, string> {
  const all = new Map<string, string>();
  const asking = { ...scope, lookup: (name: string) => scope.lookup(name) ?? own(name) };
  // The long form may also stand alone, as a list of one.
  for (const item of node?.kind === 'map' ? [node] : itemsOf(node)) {
    const pathNode = item.kind === 'map' ? fieldOf(item, 'path') : item;
    const path = textOf(pathNode);
    if (pathNode === undefined || path === undefined) continue;
    const required = item.kind === 'map' ? (flagOf(scope, fieldOf(item, 'required')) ?? true) : true;
    const format = item.kind === 'map' ? fieldOf(item, 'format') : undefined;
    const text = readBeside(scope, pathNode, path, required);
    for (const [key, value] of text === undefined
      ? []
      : linesOf(asking, text, normalize(path), format, all)) {
      all.set(key, value);
      scope.positions[`environment.${key}`] = pathNode.position;
    }
  }
  return all;
}

function linesOf(
  scope: Scope,
  text: string,
  display: string,
  format: Node | undefined,
  before: ReadonlyMap<string, string>,
): Iterable<[string, string]> {
  const name = textOf(format);
  if (format !== undefined && name !== undefined && name !== 'raw') {
    reject(scope, format, 'BadValue', `bad env_file format ${JSON.stringify(name)}, expected raw or none`);
  }
  const { values, diagnostics } =
    name === 'raw'
      ? parseRawEnv(text, display, scope.lookup)
      : parseDotenv(text, display, scope.lookup, before);
  scope.diagnostics.push(...diagnostics);
  return values;
}

/** The text of a file that a field names; what is wrong with the file is told at the field. */
export function readBeside(scope: Scope, at: Node, path: string, required = true): string | undefined {
  const absolute = hostPath(scope, path);
  scope.files.add(absolute);
  const { text, diagnostics } = readTextFile(absolute, path);
  for (const { code, message, hint } of diagnostics) {
    if (!required && code === 'FileMissing') continue;
    reject(scope, at, code, `${path}: ${message}`, hint);
  }
  return text;
}
