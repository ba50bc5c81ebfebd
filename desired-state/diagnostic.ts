// What is wrong with an input, as data. Owns the one format in which reeve answers bad input:
// `file:line:column: what is wrong, what was expected`. Never throws for a single mistake: all are collected.

/** A place in a file; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Diagnostic extends Position {
  readonly severity: 'error' | 'warning';
  /** Stable CamelCase word for the kind of mistake: `UnknownKey`, `DuplicateName`, `BadDuration` … */
  readonly code: string;
  /** What is wrong and what was expected, without the position and without a trailing full stop. */
  readonly message: string;
  /** What to do next: `did you mean "image"?`, `declare it with kind: Network`. */
  readonly hint?: string;
}

/** Orders by file, line, column, then message, so that one load always prints its mistakes alike. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.message, b.message);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `agents.yaml:12:9` */
export function place({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

/** `agents.yaml:12:9: unknown key "imge" in Service spec; did you mean "image"?` */
export function formatDiagnostic(d: Diagnostic): string {
  const prefix = d.severity === 'warning' ? `${place(d)}: warning` : place(d);
  return d.hint === undefined ? `${prefix}: ${d.message}` : `${prefix}: ${d.message}; ${d.hint}`;
}

/** A load that cannot be used. Carries every mistake of the load, sorted (exit status 65). */
export class InvalidManifest extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'));
    this.name = 'InvalidManifest';
    this.diagnostics = diagnostics;
  }
}
