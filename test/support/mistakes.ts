// Every mistake is an answer: a table of what is written wrong and what a person reads.

import { expect, test } from 'vitest';
import { linesOf, type Options } from './manifests.ts';

export interface Mistake {
  readonly files: Readonly<Record<string, string>>;
  readonly options?: Options;
  readonly lines: readonly string[];
}

/** A test for each. */
export function testMistakes(mistakes: Readonly<Record<string, Mistake>>): void {
  test.each(Object.entries(mistakes))('%s', async (_, { files, options, lines }) => {
    expect(await linesOf(files, options)).toEqual(lines);
  });
}
