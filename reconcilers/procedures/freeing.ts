// What freeing the engine's disk has come to, source by source: which is next, and how that reads. Pure.

import { type FreeDisk, freeable } from './definition.ts';

export interface Freed {
  readonly source: FreeDisk['source'];
  readonly bytes: number;
  /** Why it could not be freed. */
  readonly error?: string;
}

export const sourceWords: Readonly<Record<Freed['source'], string>> = {
  danglingImages: 'images without a name that nothing uses',
  buildCache: 'the build cache',
};

/** The source that is freed next, as work of its own; undefined: there is none left. `run`: which freeing this is. */
export function nextFreeing(
  freed: readonly Freed[],
  { run, maxPercent }: { readonly run: number; readonly maxPercent: number },
): FreeDisk | undefined {
  const source = freeable[freed.length];
  return source === undefined ? undefined : { id: `${source}-${run}`, type: 'freeDisk', source, maxPercent };
}

export function freedBy(source: Freed['source'], answer: object): Freed {
  return {
    source,
    bytes: 'bytes' in answer ? Number(answer.bytes) : 0,
    ...('error' in answer ? { error: String(answer.error) } : {}),
  };
}

/** `images … gave 1200 MiB, the build cache gave 0 MiB` */
export function freedWords(freed: readonly Freed[]): string {
  return freed
    .map(({ source, bytes, error }) =>
      error === undefined
        ? `${sourceWords[source]} gave ${mebibytes(bytes)}`
        : `${sourceWords[source]} could not be freed (${error})${bytes > 0 ? `, which gave ${mebibytes(bytes)}` : ''}`,
    )
    .join(', ');
}

export const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;
