// A mistake in a value that variables filled in, where one of them is not set: that is what to do next.

import { type Diagnostic, place } from './diagnostic.ts';

/** Errors without a hint get one where a variable of the same value is told not to be set. */
export function withUnsetHints(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const unset = new Set(diagnostics.filter((d) => d.code === 'UnsetVariable').map(place));
  return diagnostics.map((d) =>
    d.severity === 'error' && d.hint === undefined && unset.has(place(d))
      ? { ...d, hint: 'a variable filled it in: give it a value' }
      : d,
  );
}
