// The order in which a container joins its networks, as Compose has it: the highest priority first, then by name.

import type { NetworkAttachment } from './container-spec.ts';

type Networks = Readonly<Record<string, NetworkAttachment>>;

export function networksByPriority(networks: Networks): [string, NetworkAttachment][] {
  return Object.entries(networks).sort(
    ([a, x], [b, y]) => (y.priority ?? 0) - (x.priority ?? 0) || (a < b ? -1 : 1),
  );
}
