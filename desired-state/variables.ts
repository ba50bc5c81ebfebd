// The variables of one load: the shell's, below them those of `.env` beside each manifest. Remembers which were asked
// for, so that a later load with other values can say so. Values never leave here but through `lookup`.

import { join } from 'node:path';
import type { Diagnostic } from './diagnostic.ts';
import { parseDotenv } from './dotenv.ts';
import type { Lookup } from './interpolate.ts';
import type { VariableRead } from './revision.ts';
import { readTextFile } from './yaml/read.ts';

export interface Variables {
  /** Variables as a manifest in this folder sees them. */
  lookupIn(folder: string): Lookup;
  /** A name that was read elsewhere (a Compose file). */
  noteRead(name: string): void;
  /** What was read of the shell, by name; the value only as a keyed digest. */
  reads(digest: (value: string) => string): VariableRead[];
  /** Mistakes in `.env` files. */
  readonly diagnostics: Diagnostic[];
  /** Every `.env` looked for, also where there was none: it may come. */
  readonly files: Set<string>;
}

export function makeVariables(
  env: Readonly<Record<string, string | undefined>>,
  display: (path: string) => string,
): Variables {
  const read = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  const files = new Set<string>();
  const byFolder = new Map<string, ReadonlyMap<string, string>>();
  const shell: Lookup = (name) => (Object.hasOwn(env, name) ? env[name] : undefined);
  const noteRead = (name: string): void => {
    read.add(name);
  };

  function dotenvOf(folder: string): ReadonlyMap<string, string> {
    const known = byFolder.get(folder);
    if (known !== undefined) return known;
    const path = join(folder, '.env');
    files.add(path);
    const { text, diagnostics: wrong } = readTextFile(path, display(path));
    diagnostics.push(...wrong.filter((d) => d.code !== 'FileMissing'));
    const asked: Lookup = (name) => {
      noteRead(name);
      return shell(name);
    };
    const parsed = parseDotenv(text ?? '', display(path), asked);
    diagnostics.push(...parsed.diagnostics);
    byFolder.set(folder, parsed.values);
    return parsed.values;
  }

  return {
    lookupIn: (folder) => (name) => {
      noteRead(name);
      return shell(name) ?? dotenvOf(folder).get(name);
    },
    noteRead,
    reads: (digest) =>
      [...read].sort().map((name) => {
        const value = shell(name);
        return value === undefined ? { name } : { name, digest: digest(value) };
      }),
    diagnostics,
    files,
  };
}
