// What nobody asks is ready as soon as it runs, and never found broken. A job's end is its answer.

import { placeOf, type Rule } from '../rule.ts';

export const healthcheck: Rule = {
  name: 'healthcheck',
  words:
    'declares neither a healthcheck nor a probe: it counts as ready while it runs, and is never found broken',
  remedy: "declare healthcheck, or reeve's own probe; where the image brings one, allow or exempt",
  standard: 'warn',
  check: (workload) => {
    const { healthcheck: check } = workload.container;
    const isAsked = check !== undefined && check.test[0] !== 'NONE';
    if (isAsked || workload.probe !== undefined || workload.lifecycle === 'job') return [];
    return [check === undefined ? {} : placeOf(workload, 'healthcheck')];
  },
};
