// All rights of the host at once.

import { placeOf, type Rule } from '../rule.ts';

export const privileged: Rule = {
  name: 'privileged',
  words: 'is privileged: may do all that root may on the host',
  remedy: 'take privileged away and add the few capabilities or devices that it needs (cap_add, devices)',
  standard: 'warn',
  check: (workload) => (workload.container.privileged === true ? [placeOf(workload, 'privileged')] : []),
};
