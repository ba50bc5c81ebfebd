// The order in which test files begin: those that take a minute and more first. Begun last, one of them would run alone at
// the end, with a core and two workers idle.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const longest = [
  'fault/kill-points',
  'fault/engine-gone',
  'engine/docker/faults',
  'engine/adoption',
  'fault/kill9',
  'engine/commands',
  'engine/platform',
  'engine/images/registry',
  'engine/cli',
  'fault/wedged-engine',
  'fault/leadership',
  'engine/rollback',
  'engine/engine-start',
  'engine/recovery',
  'engine/rollout',
].map((name) => join(import.meta.dirname, '..', `${name}.test.ts`));

for (const file of longest)
  if (!existsSync(file)) throw new Error(`${file} is listed as long, and is not there`);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = (file: TestSpecification): number => {
      const at = longest.indexOf(file.moduleId);
      return at < 0 ? longest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
