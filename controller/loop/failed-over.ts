// A target as passes aim at it while a standby stands in for something.

import type { Facts } from '../../reconcilers/facts.ts';
import { withFailovers } from '../../reconcilers/failover/aim.ts';
import type { Target } from './reconciler.ts';

/** With each alias where it is to be now; what was wanted before likewise, so that moving it is no wish of the manifests. */
export function failedOver(target: Target, facts: Facts): Target {
  const { revision, previous } = target;
  return {
    ...target,
    revision: withFailovers(revision, facts),
    ...(previous === undefined ? {} : { previous: withFailovers(previous, facts) }),
  };
}
