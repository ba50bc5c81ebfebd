// Where there is no container: made, unless something speaks against it. Ordered, first match wins, as in rules.ts.

import type { Rule } from './rule.ts';
import { isAskedAgain, isAtRest, isMissing, isNotAdopted, nameBearer, waits, wasThere } from './symptoms.ts';

export const missingRules = [
  // A person took it down with the platform.
  { category: 'Down', when: (s) => isMissing(s) && isAtRest(s), act: 'none', level: 'fine' },
  // Another would be a second one beside it.
  { category: 'NotAdopted', when: isNotAdopted, act: 'none', level: 'degraded' },
  // Not there.
  {
    category: 'Completed',
    when: (s) => isMissing(s) && s.facts.completed[s.ref]?.specHash === s.hash,
    act: 'none',
    level: 'fine',
  },
  {
    category: 'NamesMixedUp',
    when: (s) => isMissing(s) && nameBearer(s) !== undefined,
    act: 'none',
    level: 'degraded',
  },
  {
    category: 'NetworkPending',
    when: (s) => isMissing(s) && s.blocker('create')?.pending === true,
    act: 'none',
    level: 'progressing',
  },
  {
    category: 'Blocked',
    when: (s) => isMissing(s) && s.blocker('create') !== undefined,
    act: 'none',
    level: 'degraded',
  },
  { category: 'BackingOff', when: (s) => isMissing(s) && waits(s), act: 'none', level: 'degraded' },
  {
    category: 'DriftReported',
    when: (s) => isMissing(s) && wasThere(s) && s.stateMode !== 'heal',
    act: 'none',
    level: 'degraded',
  },
  { category: 'Rerun', when: (s) => isMissing(s) && isAskedAgain(s), act: 'create', level: 'progressing' },
  { category: 'Removed', when: (s) => isMissing(s) && wasThere(s), act: 'create', level: 'progressing' },
  { category: 'Created', when: isMissing, act: 'create', level: 'progressing' },
] as const satisfies readonly Rule[];
