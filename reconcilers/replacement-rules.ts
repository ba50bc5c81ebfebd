// The rows of a recreate under way: told by the predecessor's name alone, so that a crash in between changes nothing.

import { drainsUntil } from './replacement.ts';
import type { Rule } from './rule.ts';
import { fate } from './symptoms.ts';

export const replacementRules = [
  {
    category: 'PredecessorDraining',
    when: (s) => fate(s) === 'ready' && drainsUntil(s) !== undefined,
    act: 'none',
    level: 'progressing',
  },
  { category: 'Replaced', when: (s) => fate(s) === 'ready', act: 'finishReplacement', level: 'progressing' },
  {
    category: 'ReplacementFailed',
    when: (s) => fate(s) === 'failed',
    act: 'restorePredecessor',
    level: 'degraded',
  },
  {
    category: 'ReplacementOutdated',
    when: (s) => fate(s) === 'outdated',
    act: 'discardSuccessor',
    level: 'progressing',
  },
  {
    category: 'ReplacementReverted',
    when: (s) => fate(s) === 'unwanted',
    act: 'restorePredecessor',
    level: 'progressing',
  },
  {
    category: 'ReplacementBlocked',
    when: (s) => fate(s) === 'missing' && s.blocker('create') !== undefined,
    act: 'restorePredecessor',
    level: 'degraded',
  },
  {
    category: 'ReplacementResumed',
    when: (s) => fate(s) === 'missing' || fate(s) === 'waiting',
    act: 'resumeReplacement',
    level: 'progressing',
  },
  { category: 'ReplacementStarting', when: (s) => fate(s) === 'starting', act: 'none', level: 'progressing' },
] as const satisfies readonly Rule[];
