// The host's own network: no ports of its own, and all that listens on the host's loopback within reach.

import { placeOf, type Rule } from '../rule.ts';

export const hostNetwork: Rule = {
  name: 'hostNetwork',
  words: "is on the host's own network: reaches all that listens on its loopback, and takes its ports",
  remedy: 'take network_mode: host away and publish the ports that it needs',
  standard: 'warn',
  check: (workload) => (workload.container.networkMode === 'host' ? [placeOf(workload, 'networkMode')] : []),
};
