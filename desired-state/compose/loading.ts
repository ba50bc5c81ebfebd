// What the steps of one load share: where mistakes, files and read variables are gathered. Knows no rule of Compose.

import { isAbsolute, relative } from 'node:path';
import type { Diagnostic, Position } from '../diagnostic.ts';
import type { Node } from '../tree.ts';
import { readYamlFile, type YamlFile } from '../yaml/read.ts';

export type Lookup = (name: string) => string | undefined;

export interface Loading {
  readonly cwd: string;
  /** Folder of the project, absolute: every relative path in the result starts here. */
  readonly baseDir: string;
  readonly diagnostics: Diagnostic[];
  /** Absolute paths that were read, or would have been if they were there. */
  readonly files: Set<string>;
  /** Names of variables that were asked for. */
  readonly reads: Set<string>;
  /** Files by path: each is parsed once a load, whoever asks. */
  readonly parsed: Map<string, YamlFile>;
  /** Entries that the schema found good: the same node is not asked again. */
  readonly good: WeakSet<Node>;
  /** Entries with a mistake that has been told, as `services.web`. */
  readonly wrong: Set<string>;
}

export interface Mistake {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export function tell(
  loading: Loading,
  severity: Diagnostic['severity'],
  at: Node | Position,
  mistake: Mistake,
): void {
  const { file, line, column } = 'position' in at ? at.position : at;
  loading.diagnostics.push({ file, line, column, severity, ...mistake });
}

/** What is wrong with a file: that it cannot be read is told where it is named, all else in the file itself. */
export function tellFile(
  loading: Loading,
  diagnostics: readonly Diagnostic[],
  display: string,
  namedAt: Node | undefined,
): void {
  for (const diagnostic of diagnostics) {
    const { code, message } = diagnostic;
    if (namedAt === undefined || !code.startsWith('File')) loading.diagnostics.push(diagnostic);
    else tell(loading, 'error', namedAt, { code, message: `${display}: ${message}` });
  }
}

/** The file as parsed, from the first time on. */
export function readOnce(loading: Loading, path: string, display: string): YamlFile {
  const known = loading.parsed.get(path);
  if (known !== undefined) return known;
  const file = readYamlFile(path, display);
  loading.parsed.set(path, file);
  return file;
}

/** Compose would fetch it; told, and true. */
export function isElsewhere(loading: Loading, at: Node & { kind: 'scalar' }): boolean {
  if (!/^[a-z+]+:\/\/|^git@/.test(at.source)) return false;
  const message = `${at.source}: files elsewhere are not fetched, expected a file on this machine`;
  tell(loading, 'error', at, { code: 'Unsupported', message, hint: 'fetch it first and name the copy' });
  return true;
}

/** How diagnostics name a file that no `-f` named: from the current folder where it lies below it. */
export function displayOf(loading: Pick<Loading, 'cwd'>, path: string): string {
  const short = relative(loading.cwd, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}
