// Whether what a person named is what a controller keeps. Paths are absolute.

import { exitStatus, ReeveError } from '../errors.ts';

export function sameSources(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join('\0') === [...b].sort().join('\0');
}

/** Refuses what was meant for another set of manifests; `named` absent means: whatever the controller keeps. */
export function requireSameSources(
  { sources: kept, platform }: { readonly sources: readonly string[]; readonly platform: string },
  named: readonly string[] | undefined,
): void {
  if (named === undefined || sameSources(kept, named)) return;
  throw new ReeveError(`the running controller keeps ${kept.join(', ')}, not ${named.join(', ')}`, {
    status: exitStatus.held,
    hint: `-p ${platform} instead of files acts on what it keeps; or stop it first`,
  });
}
