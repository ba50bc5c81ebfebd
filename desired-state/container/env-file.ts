// env_file and label_file: files of KEY=value lines beside the manifest, read here and remembered for watchers.

import { parseDotenv } from '../dotenv.ts';
import type { Node } from '../tree.ts';
import { readTextFile } from '../yaml/read.ts';
import { hostPath } from './paths.ts';
import { fieldOf, reject, type Scope } from './scope.ts';
import { flagOf, itemsOf, textOf } from './values.ts';

/** The variables of all files; a later file replaces what an earlier one set. */
export function envFilesOf(scope: Scope, node: Node | undefined): Map<string, string> {
  const all = new Map<string, string>();
  // The long form may also stand alone, as a list of one.
  for (const item of node?.kind === 'map' ? [node] : itemsOf(node)) {
    const pathNode = item.kind === 'map' ? fieldOf(item, 'path') : item;
    const path = textOf(pathNode);
    if (pathNode === undefined || path === undefined) continue;
    const required = item.kind === 'map' ? (flagOf(scope, fieldOf(item, 'required')) ?? true) : true;
    const format = item.kind === 'map' ? fieldOf(item, 'format') : undefined;
    const text = readBeside(scope, pathNode, path, required);
    for (const [key, value] of text === undefined ? [] : linesOf(scope, text, path, format)) {
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
): Iterable<[string, string]> {
  const name = textOf(format);
  if (name === 'raw') return rawLines(text);
  if (format !== undefined && name !== undefined) {
    reject(scope, format, 'BadValue', `bad env_file format ${JSON.stringify(name)}, expected raw or none`);
  }
  const { values, diagnostics } = parseDotenv(text, display, scope.lookup);
  scope.diagnostics.push(...diagnostics);
  return values;
}

/** No quotes, no variables: all after the first `=` is the value. */
function rawLines(text: string): [string, string][] {
  return text.split(/\r?\n/).flatMap((line): [string, string][] => {
    const at = line.indexOf('=');
    return at <= 0 || /^\s*#/.test(line) ? [] : [[line.slice(0, at).trim(), line.slice(at + 1)]];
  });
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
