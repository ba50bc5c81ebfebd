// Capabilities beyond those that every container has.

import { placeOf, type Rule } from '../rule.ts';

/** What Docker gives without being asked (moby: oci/caps/defaults.go). */
const given = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

export const capabilities: Rule = {
  name: 'capabilities',
  words: 'adds capabilities that containers do not have',
  remedy: 'take cap_add away, or name the resource in an exemption with why it needs it',
  standard: 'warn',
  check: (workload) =>
    (workload.container.capAdd ?? [])
      .map((name) => name.toUpperCase().replace(/^CAP_/, ''))
      .filter((name) => !given.has(name))
      .map((detail) => ({ detail, ...placeOf(workload, 'capAdd') })),
};
