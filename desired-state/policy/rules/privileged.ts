// All rights of the host at once: the container's, or a hook's.

import type { Workload } from '../../resource.ts';
import { type Breach, placeOf, type Rule } from '../rule.ts';

/** A privileged command within a container that is not has as much. */
function hooksIn(workload: Workload, field: 'postStart' | 'preStop', detail: string): Breach[] {
  return (workload[field] ?? []).flatMap(({ privileged: asked }, index) =>
    asked === true ? [{ detail, ...placeOf(workload, `${field}.${index}.privileged`) }] : [],
  );
}

export const privileged: Rule = {
  name: 'privileged',
  words: 'is privileged: may do all that root may on the host',
  remedy: 'take privileged away and add the few capabilities or devices that it needs (cap_add, devices)',
  standard: 'warn',
  check: (workload) => [
    ...(workload.container.privileged === true ? [placeOf(workload, 'privileged')] : []),
    ...hooksIn(workload, 'postStart', 'post_start'),
    ...hooksIn(workload, 'preStop', 'pre_stop'),
  ],
};
