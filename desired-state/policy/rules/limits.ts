// Without a limit of memory one leak takes the whole host down; without one of CPUs one loop makes all others slow.

import { placeOf, type Rule } from '../rule.ts';

export const limits: Rule = {
  name: 'limits',
  words: 'has no limit',
  remedy: 'set mem_limit and cpus (deploy.resources.limits), or one ResourceLimits for many at once',
  standard: 'warn',
  check: (workload) => {
    const { memoryBytes, nanoCpus, cpuQuotaUs } = workload.container.resources;
    const missing = [
      ...(memoryBytes === undefined ? ['memory'] : []),
      ...(nanoCpus === undefined && cpuQuotaUs === undefined ? ['CPUs'] : []),
    ];
    return missing.length === 0 ? [] : [{ detail: missing.join(' and '), ...placeOf(workload, 'resources') }];
  },
};
