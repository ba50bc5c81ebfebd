// The rows of a new container that was started beside the old one. Until it has the names the old one serves, and nothing
// that ails the new one touches it.

import type { Rule } from './rule.ts';
import { besideFate } from './successor.ts';
import { actFailed } from './symptoms.ts';

export const successorRules = [
  {
    category: 'SuccessorOutdated',
    when: (s) => besideFate(s) === 'outdated',
    act: 'discardBeside',
    level: 'progressing',
  },
  {
    category: 'SuccessorFailed',
    when: (s) => besideFate(s) === 'failed',
    act: 'discardBeside',
    level: 'degraded',
  },
  {
    category: 'SuccessorAlone',
    when: (s) => besideFate(s) === 'alone',
    act: 'yield',
    level: 'progressing',
  },
  {
    category: 'SuccessorReady',
    when: (s) => besideFate(s) === 'ready' && !actFailed(s),
    act: 'giveNames',
    level: 'progressing',
  },
  {
    category: 'SuccessorNamed',
    when: (s) => besideFate(s) === 'named' && !actFailed(s),
    act: 'takeNames',
    level: 'progressing',
  },
  {
    category: 'SuccessorStarting',
    when: (s) => besideFate(s) !== undefined,
    act: 'none',
    level: 'progressing',
  },
] as const satisfies readonly Rule[];
