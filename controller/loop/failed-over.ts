// What passes aim at while a standby stands in for something.

import type { Revision } from '../../desired-state/revision.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { withFailovers } from '../../reconcilers/failover/aim.ts';

interface Aimed {
  readonly revision: Revision;
  readonly previous?: Revision;
}

/** With each alias where it is to be now; what was wanted before likewise, so that moving it is no wish of the manifests. */
export function failedOver<T extends Aimed>(target: T, facts: Facts): T {
  const { revision, previous } = target;
  return {
    ...target,
    revision: withFailovers(revision, facts),
    ...(previous === undefined ? {} : { previous: withFailovers(previous, facts) }),
  };
}
