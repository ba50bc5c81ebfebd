// The host's processes, or its shared memory.

import { placeOf, type Rule } from '../rule.ts';

export const hostPid: Rule = {
  name: 'hostPid',
  words: "shares the host's processes or shared memory: can see, and as root signal, all of them",
  remedy: 'take pid: host and ipc: host away; share those of one container with service:NAME',
  standard: 'warn',
  check: (workload) =>
    (['pidMode', 'ipcMode'] as const).flatMap((field) =>
      workload.container[field] === 'host'
        ? [{ detail: field === 'pidMode' ? 'pid' : 'ipc', ...placeOf(workload, field) }]
        : [],
    ),
};
