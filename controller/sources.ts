// The manifests of a session: loads them, keeps the last load that was good and what is wrong with the newest one, and
// says when they changed. Puts nothing in force.

import { resolve } from 'node:path';
import { type Diagnostic, formatDiagnostic, InvalidManifest } from '../desired-state/diagnostic.ts';
import { load } from '../desired-state/load.ts';
import type { Loaded, LoadRequest, LoadResult } from '../desired-state/load-types.ts';
import type { WatchListener } from '../desired-state/watch.ts';
import { isFolder } from '../desired-state/yaml/read.ts';

/** Code of the mistake that the manifests have become another platform's. */
export const platformRenamed = 'PlatformRenamed';

/** The manifests of a session, in files or in git. */
export interface Manifests {
  /** The newest good load. */
  readonly good: Loaded | undefined;
  /** What is wrong with the newest load; empty: nothing. */
  readonly wrong: readonly Diagnostic[];
  /** The first lines of what is wrong, for a condition. */
  readonly wrongWords: string;
  /** Loads anew. A bad load leaves the good one as it is, and so does one of another platform. */
  load(): Promise<Loaded | undefined>;
  /** Loads, or throws every mistake there is. */
  mustLoad(): Promise<Loaded>;
  /** Tells `onChange` once for each burst of changes of anything that was read. */
  watch(listener: WatchListener): Promise<void>;
  close(): Promise<void>;
}

export class Sources implements Manifests {
  readonly #request: LoadRequest;
  #good: Loaded | undefined;
  #wrong: readonly Diagnostic[] = [];
  #files: readonly string[] = [];
  #watch:
    | { update(files: readonly string[], folders: readonly string[]): void; close(): Promise<void> }
    | undefined;

  /** `first`: a load of the same request that was made a moment ago. */
  constructor(request: LoadRequest, first?: Loaded) {
    this.#request = request;
    this.#good = first;
    this.#files = first === undefined ? [] : filesOf(first);
  }

  get good(): Loaded | undefined {
    return this.#good;
  }

  get wrong(): readonly Diagnostic[] {
    return this.#wrong;
  }

  get wrongWords(): string {
    return wordsOf(this.#wrong);
  }

  async load(): Promise<Loaded | undefined> {
    const result = ofPlatform(await load(this.#request), this.#good);
    if (result.ok) {
      this.#good = result.loaded;
      this.#wrong = [];
      this.#files = filesOf(result.loaded);
    } else {
      this.#wrong = result.diagnostics;
      this.#files = [...new Set([...this.#files, ...result.files])];
    }
    this.#watch?.update(this.#files, this.#folders());
    return result.ok ? result.loaded : undefined;
  }

  async mustLoad(): Promise<Loaded> {
    const loaded = await this.load();
    if (loaded === undefined) throw new InvalidManifest(this.#wrong);
    return loaded;
  }

  async watch(listener: WatchListener): Promise<void> {
    // Of all commands only `run` watches.
    const { watchSources } = await import('../desired-state/watch.ts');
    this.#watch ??= await watchSources(this.#files, this.#folders(), listener);
  }

  async close(): Promise<void> {
    await this.#watch?.close();
  }

  /** `-f` arguments that are folders: a new file in them is a new manifest. */
  #folders(): readonly string[] {
    return this.#request.paths.map((p) => resolve(this.#request.cwd, p)).filter(isFolder);
  }
}

/** Manifests, and the files whose content belongs to a workload. */
function filesOf({ revision }: Loaded): readonly string[] {
  const watched = revision.resources.flatMap((r) => ('files' in r ? r.files.map((f) => f.path) : []));
  return [...new Set([...revision.files, ...watched])];
}

/** Manifests that were renamed, or cut short, must not put one platform in the place of another. */
export function ofPlatform(result: LoadResult, good: Loaded | undefined): LoadResult {
  const kept = good?.revision.platform;
  if (!result.ok || kept === undefined) return result;
  const { platform, warnings, sources, files } = result.loaded.revision;
  if (platform === kept) return result;
  const renamed: Diagnostic = {
    severity: 'error',
    code: platformRenamed,
    file: sources[0] ?? '-f',
    line: 1,
    column: 1,
    message: `platform ${platform} is declared in place of ${kept}, which is kept and left as it is`,
    hint: `declare kind: Platform with the name ${kept}, or give -p ${kept}`,
  };
  return { ok: false, diagnostics: [renamed, ...warnings], files };
}

/** The first few mistakes, in one line. */
export function wordsOf(wrong: readonly Diagnostic[]): string {
  const lines = wrong.filter((d) => d.severity === 'error').map(formatDiagnostic);
  const more = lines.length > 3 ? ` (and ${lines.length - 3} more: reeve validate)` : '';
  return `${lines.slice(0, 3).join('; ')}${more}`;
}
